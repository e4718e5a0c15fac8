"""The reader: one article's text in, every sentence of it with its speaker and target out."""

from demarche.articles.actors.actors import resolve
from demarche.articles.actors.speakers import Speakers
from demarche.articles.page.page import read_page
from demarche.articles.speech.attribution import attribute
from demarche.articles.speech.quotations import find_quotations
from demarche.articles.speech.sentences import split_sentences
from demarche.articles.target.target import find_targets
from demarche.records import Reading, Statement


def read_text(text: str, article: str = "", speakers: Speakers | None = None) -> Reading:
    """Read one article.

    Parameters
    ----------
    text : str
        The article as plain text or Markdown, page noise and all.
    article : str
        What the reading is to be called.
    speakers : Speakers, optional
        The table of well-known speakers; by default the one that demarche ships.

    Returns
    -------
    Reading
        Its offsets index `text`.
    """
    page = read_page(text)
    units = split_sentences(text, page.blocks)
    quotations = find_quotations(text, units)
    attributions = attribute(text, units, quotations)
    voices = resolve(text, units, attributions, speakers)
    targets = find_targets(text, units, quotations, attributions, voices, speakers)
    sentences = [
        Statement(
            paragraph=unit.paragraph,
            start=unit.start,
            end=unit.end,
            text=unit.text,
            kind="body",
            mode=how.mode,
            quotations=tuple((quotation.start, quotation.end) for quotation in quoted),
            cue=how.cue,
            speaker_as_written=text[slice(*how.source)] if how.source else None,
            speaker=voice.speaker,
            side=voice.side,
            role=voice.role,
            target=target,
        )
        for unit, quoted, how, voice, target in zip(
            units, quotations, attributions, voices, targets, strict=True
        )
    ]
    sentences += [
        Statement(
            block.paragraph, block.start, block.end, text[block.start : block.end], block.kind
        )
        for block in page.blocks
        if block.kind != "body"
    ]
    sentences.sort(key=lambda sentence: sentence.start)
    return Reading(article, text, page.title, page.date, page.byline, tuple(sentences))
