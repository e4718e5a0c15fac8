"""Sentences of the body, with exact offsets.

syntok proposes where sentences begin. What it does not know of news is mended afterwards: names
after titles ("Lt. Gen. Kim"), datelines, attributions of questions, long brackets, full stops
without a space after them, closing marks that stand apart.
"""

import re
from collections.abc import Iterator, Sequence

from syntok import segmenter

from demarche.articles.page.dates import DATELINE
from demarche.articles.parts import Block, Unit

SLICE = 20_000
"""Characters that syntok gets at once; longer paragraphs are cut, so that time stays linear."""

# syntok knows neither these line ends nor these full stops. One character stands for one, so
# that offsets hold.
_FOR_SYNTOK = str.maketrans(
    dict.fromkeys("\n\r\t\v\f\0\x1c\x1d\x1e\x1f\x85\u2028\u2029", " ")
    | {"…": ".", "؟": "?", "۔": ".", "।": "."}
)
# syntok looks far ahead for the end of every bracket; one that does not end soon is hidden.
_LONE_BRACKET = re.compile(r"[(\[{](?![^()\[\]{}]{0,300}[)\]}])")

# Abbreviations that end no sentence, whatever follows.
_TITLE = re.compile(
    r"(?<![\w.])(?:Adm|Amb|Asst|Brig|Capt|Cdr|Cmdr|Cmdt|Col|Comdr|Cpl|Dr|Fr|Ft|Gen|Gov|Hon|Lt|Maj"
    r"|Messrs|Mr|Mrs|Ms|Mt|Nos|Prof|Pvt|Reps?|Rev|Sens?|Sgt|Supt|cf|e\.g|i\.e|viz|vs"
    r"|ADM|AMB|DR|GEN|GOV|MR|MRS|MS|REP|SEN)\.$"
)
_NUMBERED = re.compile(
    r"(?<![\w.])(?:Arts?|Ch|Figs?|No|Res|Secs?|Vols?|ca?|nos?|paras?|pp?"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
# "Juan A. De la Cruz": syntok takes the particle for the first word of a sentence.
_INITIAL = re.compile(r"\b[A-Z][\w’'-]{0,30} [A-Z]\.$")
_PARTICLE = re.compile(r"(?:Al|Bin|Da|Das|De|Del|Der|Die|Du|El|La|Las|Le|Los|Van|Von)\b")

# "“Who fired first?” Berg asked.": the attribution belongs to the question.
_ASKED = re.compile(r"[?!][\"”’']{1,2}$")
_ATTRIBUTION = re.compile(
    r"(?:[A-Z][\w.’'-]{0,30}|the|an?|his|her|its)(?:,?\s[\w.’'-]{1,30}){0,6}?\s"
    r"(?:said|says|asked|asks|added|adds|told|wrote|writes|cried|exclaimed|wondered|replied"
    r"|was quoted)\b"
    r"(?![^.!?]{0,80}\bthat\b)[^.!?:“\"]{0,60}(?:[.,;]|$)"
)

# Words that begin a sentence after an abbreviation that may end one: "in Washington, D.C. He".
_ABBREVIATED_END = re.compile(
    r"\b(?:(?:[A-Z]\.){2,3}|[ap]\.m\.|(?:Co|Corp|Inc|Jr|Ltd|etc)\.)[\"”’')\]]{0,2}\s+"
    r"(?=[“\"‘]?(?:After|Asked|At|Before|Both|But|By|Earlier|He|Her|His|However|In|It|Its|Later"
    r"|Meanwhile|She|Their|There|These|They|This|Those|We|When|While|You)\s)"
)
# "wrote on X. The minister": the network is no initial.
_NETWORK = re.compile(r"\b(?:on|to) X\.[\"”’')\]]{0,2}\s+(?=[“\"‘]?[A-Z])")
_UNIT_END = re.compile(r"\d\s?(?:[ap]m|k?m|kg|ft|bn)\.[\"”’')\]]{0,2}\s+(?=[“\"‘']?[A-Z])")
_FOOTNOTE = re.compile(r"[.!?][\"”’')\]]{0,2}(?:\[\d{1,3}\]){1,5}\s+(?=[“\"‘]?[A-Z])")
# "by next year.”The ministry", "he left.“We stay": which side the marks belong to is seen from
# their form, and of straight marks from their number so far.
_NO_SPACE = re.compile(
    r"(?<=[\w)%\]])[.!?…](?:(?P<closing>[”’'»]{1,2})|(?P<straight>\"))?(?=[A-Z“‘«][a-z ’A-Z])"
)
# syntok looks for one closing mark.
_SEVERAL_CLOSING = re.compile(r"[.!?][”\"’'»)\]]{2,3}\s+(?=[“\"‘]?[A-Z])")
_EAST_ASIAN_STOP = re.compile(r"[。！？]{1,5}[”’」』）]{0,3}(?=[^\s。！？”’」』）])")
_STRAY_CLOSING = re.compile(r"(?:[”»)\]]|[\"’'](?=\s|$)){1,5}[.,;]?(?:\s+|$)")

_ADDRESS = re.compile(r"(?:://|www\.|@)\S*$")

_LOOK_BACK = 60
_LOOK_AHEAD = 240


def split_sentences(text: str, blocks: Sequence[Block]) -> list[Unit]:
    """Split every body block into sentences.

    Parameters
    ----------
    text : str
        The input.
    blocks : sequence of Block

    Returns
    -------
    list of Unit
        In order. Every character of a body block that is no space lies in exactly one.
    """
    return [
        Unit(start, end, text[start:end], block.paragraph)
        for block in blocks
        if block.kind == "body"
        for start, end in _sentences(text, block)
    ]


def _sentences(text: str, block: Block) -> Iterator[tuple[int, int]]:
    paragraph = text[block.start : block.end]
    cuts = _with_words(paragraph, _mended(paragraph))
    for start, end in zip(cuts, [*cuts[1:], len(paragraph)], strict=True):
        sentence = paragraph[start:end]
        if kept := sentence.strip():
            begin = block.start + start + len(sentence) - len(sentence.lstrip())
            yield begin, begin + len(kept)


def _with_words(paragraph: str, cuts: Sequence[int]) -> list[int]:
    """Join marks that stand between two cuts without a letter or digit to what is before them."""
    kept: list[int] = []
    wordless_so_far = True
    for start, end in zip(cuts, [*cuts[1:], len(paragraph)], strict=True):
        wordless = not any(map(str.isalnum, paragraph[start:end]))
        if not kept or not (wordless or wordless_so_far):
            kept.append(start)
        wordless_so_far = wordless_so_far and wordless
    return kept


def _mended(paragraph: str) -> list[int]:
    """Give where the sentences of a paragraph begin."""
    shadow = _LONE_BRACKET.sub(" ", paragraph.translate(_FOR_SYNTOK))
    proposed = sorted({*_proposed(shadow), *_missed(paragraph)})
    dateline = DATELINE.match(paragraph)
    cuts = [0]
    for cut in proposed:
        if dateline and cut <= dateline.end():
            continue
        if not _goes_on(shadow, cuts[-1], cut):
            stray = _STRAY_CLOSING.match(paragraph, cut)
            cuts.append(stray.end() if stray else cut)
    return [
        cut
        for cut, following in zip(cuts, [*cuts[1:], len(paragraph)], strict=True)
        if cut < following
    ] or [0]


def _proposed(shadow: str) -> Iterator[int]:
    """Give where syntok lets sentences begin, but for the first.

    Long text is cut at spaces. What follows the last boundary found in a slice is read again
    with the next one, unless it fills the slice.
    """
    begin = 0
    while begin < len(shadow):
        end = begin + SLICE
        if end < len(shadow):
            space = shadow.rfind(" ", begin + 1, end)
            end = space if space > 0 else end
        starts = [
            begin + tokens[0].offset
            for sentences in segmenter.analyze(shadow[begin:end])
            for tokens in sentences
        ][1:]
        yield from starts
        begin = starts[-1] if starts and end < len(shadow) else end


def _missed(paragraph: str) -> Iterator[int]:
    """Give where sentences begin that syntok does not see."""
    for pattern in (
        _ABBREVIATED_END,
        _NETWORK,
        _UNIT_END,
        _FOOTNOTE,
        _SEVERAL_CLOSING,
        _EAST_ASIAN_STOP,
    ):
        yield from (match.end() for match in pattern.finditer(paragraph))
    counted, marks = 0, 0
    for match in _NO_SPACE.finditer(paragraph):
        if not match["straight"]:
            yield match.end()
            continue
        marks += paragraph.count('"', counted, match.start("straight"))
        counted = match.start("straight")
        yield match.end() if marks % 2 else match.start("straight")


def _goes_on(text: str, start: int, cut: int) -> bool:
    """Tell whether the sentence that begins at `start` goes on at `cut`."""
    before = text[max(start, cut - _LOOK_BACK) : cut].rstrip()
    after = text[cut : cut + _LOOK_AHEAD]
    if _ADDRESS.search(before) and text[cut - 1 : cut].strip():
        return True
    if before.rstrip("\"”’')]")[-1:] == ";" or _TITLE.search(before):
        return True
    if _NUMBERED.search(before) and after[:1].isdigit():
        return True
    if _INITIAL.search(before) and _PARTICLE.match(after):
        return True
    if _ASKED.search(before) and _ATTRIBUTION.match(after):
        return True
    return _in_bracket(text, start, cut)


def _in_bracket(text: str, start: int, cut: int) -> bool:
    """Tell whether a bracket that opened within the sentence closes soon after `cut`."""
    sentence_start = start + 1
    for opening, closing in ("()", "[]"):
        opened = text.rfind(opening, max(sentence_start, cut - _LOOK_AHEAD), cut)
        if opened < 0 or text.find(closing, opened, cut) >= 0:
            continue
        closed = text.find(closing, cut, cut + _LOOK_AHEAD)
        if closed >= 0 and text.find(opening, cut, closed) < 0:
            return True
    return False
