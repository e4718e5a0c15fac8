"""The records that pass between the rooms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MODES = ("direct", "mixed", "indirect", "narration")
"""How a sentence conveys words (codebook, field ``mode``)."""

ROLES = ("official", "state_media", "analyst", "author")
"""In what capacity a speaker speaks (codebook, field ``role``)."""


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as received; `event` groups articles that report the same affair."""

    id: str
    title: str
    publisher: str
    date: str
    event: str
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One annotated body sentence: ``text == article.text[start:end]``.

    The fields follow the codebook. `context` is the body sentence before it, or ``""``.
    """

    id: str
    article: str
    start: int
    end: int
    text: str
    context: str
    mode: str
    speaker: str
    side: str
    role: str
    target: str
    stance: str
    also: str | None

    @property
    def is_statement(self) -> bool:
        """Whether the sentence conveys somebody's words or position."""
        return self.mode != "narration"


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a body sentence of a page should be read as; the fields follow the codebook.

    `start` and `end` are character offsets into the page's text.
    """

    start: int
    end: int
    mode: str
    speaker: str
    side: str
    role: str
    target: str
    stance: str


@dataclass(frozen=True, slots=True)
class Example:
    """One training sentence, real or synthetic.

    `group` is what must not be split in inner validation: the event of a real sentence, the
    writer of a synthetic one.
    """

    id: str
    text: str
    context: str
    stance: str
    mode: str
    role: str
    group: str
    synthetic: bool


@dataclass(frozen=True)
class Hints:
    """What a model may learn from beside words and stances; any model may ignore it.

    Attributes
    ----------
    examples : sequence of Example, length n
        The rows whose texts and stances are being fitted, in the same order.
    refill : callable or None
        ``refill(k)`` gives the same n examples with the slots of the synthetic ones filled
        for the k-th time (other countries and names); None where nothing can be refilled.
    """

    examples: Sequence[Example]
    refill: Callable[[int], Sequence[Example]] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a word or punctuation mark of a text speaks for the verdict: ``word == text[start:end]``.

    Attributes
    ----------
    word : str
    start, end : int
        Character offsets into the text.
    weight : float
        What it adds to the verdict's margin, which is its log-probability (natural logarithm)
        less the mean of the other stances'; above 0 for the verdict, below 0 against it.
    """

    word: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The verdict on one text; a list of them makes a tidy `pandas.DataFrame`.

    Attributes
    ----------
    text : str or None
        As it was given; None if it was no string.
    stance : str or None
        The most probable stance, or ``uncertain`` where the model abstains; None if the text
        holds nothing to read.
    escalatory, conciliatory, accusatory, neutral : float or None
        The probability of each stance; they sum to 1, or all are None.
    run : str
        The id of the run that judged.
    evidence : tuple of Evidence or None
        Each word's weight for the most probable stance, in the order of the text; None if it was
        not asked for, or the text holds nothing to read.
    """

    text: str | None
    stance: str | None
    escalatory: float | None
    conciliatory: float | None
    accusatory: float | None
    neutral: float | None
    run: str
    evidence: tuple[Evidence, ...] | None = None

    @property
    def probabilities(self) -> tuple[float, float, float, float] | None:
        """The four probabilities in the order of STANCES, or None."""
        if (
            self.escalatory is None
            or self.conciliatory is None
            or self.accusatory is None
            or self.neutral is None
        ):
            return None
        return (self.escalatory, self.conciliatory, self.accusatory, self.neutral)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence as it was read from a raw article: ``text == input[start:end]``.

    Attributes
    ----------
    paragraph : int
        Number of the paragraph in the input, from 1.
    start, end : int
        Character offsets into the input.
    text : str
    kind : str
        ``"body"``, or what kind of page text it is (``"title"``, ``"caption"``, ...); the fields
        below are None where it is not body.
    mode : str or None
        One of `MODES`.
    quotations : tuple of (int, int)
        Offsets into the input of the quoted stretches within the sentence, marks included.
    cue : str or None
        The word that attributes, as written: "said", "according to".
    speaker_as_written : str or None
        The source as the sentence names it: "the ministry", "he".
    speaker, side, role, target : str or None
        As in the codebook.
    """

    paragraph: int
    start: int
    end: int
    text: str
    kind: str
    mode: str | None = None
    quotations: tuple[tuple[int, int], ...] = ()
    cue: str | None = None
    speaker_as_written: str | None = None
    speaker: str | None = None
    side: str | None = None
    role: str | None = None
    target: str | None = None

    @property
    def is_statement(self) -> bool:
        """Whether the sentence conveys somebody's words or position."""
        return self.kind == "body" and self.mode != "narration"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one article.

    Attributes
    ----------
    article : str
        The file's name without its ending, or what the caller called it.
    text : str
        The input that offsets index; of a web page, its text.
    title, date, byline : str or None
        `date` as ``2024-10-15``.
    sentences : tuple of Statement
        Every sentence and every page line, in order.
    """

    article: str
    text: str
    title: str | None
    date: str | None
    byline: str | None
    sentences: tuple[Statement, ...]
