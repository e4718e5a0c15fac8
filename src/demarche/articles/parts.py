"""What the steps of reading hand to each other; all offsets index the input."""

from dataclasses import dataclass

KINDS = (
    "body",
    "title",
    "date",
    "byline",
    "heading",
    "caption",
    "pull_quote",
    "navigation",
    "credit",
    "note",
    "footer",
    "other_script",
)
"""What a line of a page can be."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the page, one line or several that make one paragraph.

    `paragraph` counts the blocks from 1; ``text[start:end]`` has no space at its ends.
    """

    start: int
    end: int
    kind: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A body sentence: ``text == input[start:end]``."""

    start: int
    end: int
    text: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """The part of a quotation that lies in one sentence, marks included.

    `opened` and `closed` tell whether the quotation begins and ends in this sentence.
    """

    start: int
    end: int
    opened: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Attribution:
    """How a sentence conveys words.

    Attributes
    ----------
    mode : str
        One of `demarche.records.MODES`.
    cue : str or None
        The attributing word as written.
    source : tuple of (int, int) or None
        Where the input names the source in this sentence: "Foreign Minister Anna Berg", "he".
    carried : int or None
        Place (in the list of units) of the sentence whose speaker this one keeps: the one
        that attributes a quotation that runs on, or the source whose view is carried on.
    """

    mode: str
    cue: str | None = None
    source: tuple[int, int] | None = None
    carried: int | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: canonical speaker, side and role, by the codebook."""

    speaker: str
    side: str
    role: str
