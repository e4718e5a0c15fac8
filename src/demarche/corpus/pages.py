"""Labelled pages: whole articles, page noise and all, with what a reader should find in them.

The five real articles have gold annotations; synthetic ones have a label on every line and
serve to build and tune the reader.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demarche.actors.slots import Person, fill
from demarche.corpus.corpus import load_corpus, packaged
from demarche.corpus.rows import TEXT, Row, of_type, read_rows
from demarche.corpus.synthetic import lines_of, persons_of
from demarche.records import Labelled

NAMING = ("speaker", "side", "target")
"""The labels that hold names."""


@dataclass(frozen=True, slots=True)
class Page:
    """One article as a reader gets it, with the labels of its body sentences.

    Attributes
    ----------
    id : str
    group : str
        The writer of a synthetic article (a family of styles), ``"real"`` of a real one.
    text : str
    sentences : tuple of Labelled
        The body sentences in order; what lies between them is not body.
    """

    id: str
    group: str
    text: str
    sentences: tuple[Labelled, ...]


def real_pages() -> list[Page]:
    """Give the five real articles with their gold annotations."""
    corpus = load_corpus()
    return [
        Page(
            id=article.id,
            group="real",
            text=article.text,
            sentences=tuple(
                Labelled(s.start, s.end, s.mode, s.speaker, s.side, s.role, s.target, s.stance)
                for s in corpus.sentences
                if s.article == article.id
            ),
        )
        for article in corpus.articles.values()
    ]


def synthetic_pages(seed: str = "0", path: Path | None = None) -> list[Page]:
    """Fill the synthetic articles, page lines and all, and give them as pages.

    Parameters
    ----------
    seed : str
        The same seed gives the same pages.
    path : Path, optional
        By default the articles that demarche ships.

    Raises
    ------
    DataError
        If a row breaks the contract.
    """
    path = path or packaged("data") / "synthetic_articles.jsonl"
    fields = {"id": TEXT, "persons": of_type(dict), "lines": of_type(list)}
    return [
        _page(row, random.Random(f"{seed}/{row.values['id']}")) for row in read_rows(path, fields)
    ]


def _page(row: Row, rng: random.Random) -> Page:
    persons, lines = persons_of(row), lines_of(row)
    body = [line for line in lines if line["body"]]
    # The labels are filled beside the text, so that both name the same countries; as headlines,
    # names of countries stand in them without "the".
    labels = [_slotted(line[field], persons) for line in body for field in NAMING]
    filled, _ = fill([line["text"] for line in lines] + labels, persons, rng)
    names = iter(filled[len(lines) :])
    # Pages differ in how they part paragraphs.
    single = rng.random() < 0.3
    text, sentences = "", []
    for number, line in enumerate(lines):
        if number:
            gap = line["paragraph"] - lines[number - 1]["paragraph"]
            text += "\n" * (max(1, gap) if single else gap + 1) if gap else " "
        start = len(text)
        text += filled[number]
        if line["body"]:
            named = dict(zip(NAMING, names, strict=False))
            sentences.append(
                Labelled(
                    start,
                    len(text),
                    mode=line["mode"],
                    role=line["role"],
                    stance=line["stance"],
                    **named,
                )
            )
    return Page(row.values["id"], row.values["id"].split("-")[0], text, tuple(sentences))


def _slotted(name: str | None, persons: Mapping[str, Person]) -> str:
    """Write a label as text with slots: a bare "A" or "P1" is one, None is "none"."""
    if name is None:
        return "none"
    return f"{{{name}}}" if name in persons or name in tuple("STABCD") else name
