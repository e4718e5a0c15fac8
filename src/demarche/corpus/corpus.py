"""A corpus: articles, gold annotations and synthetic text, with the digests of their files."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from demarche.corpus.gold import load_articles, load_gold
from demarche.corpus.synthetic import Template, load_statements
from demarche.corpus.synthetic import load_articles as load_synthetic_articles
from demarche.records import Article, Example, Sentence


def packaged(kind: str) -> Path:
    """Give the folder ``data`` or ``seeds`` that demarche ships."""
    return Path(str(files(f"demarche.{kind}")))


@dataclass(frozen=True)
class Corpus:
    """What there is to train on and to be measured by.

    Attributes
    ----------
    articles : dict of str to Article
    sentences : list of Sentence
        The gold annotations.
    statements, synthetic_articles : list of Template
        Synthetic text, slots unfilled.
    fingerprints : dict of str to str
        SHA-256 of each file that the corpus was read from, by file name.
    """

    articles: dict[str, Article]
    sentences: list[Sentence]
    statements: list[Template]
    synthetic_articles: list[Template]
    fingerprints: dict[str, str]

    def gold_examples(self) -> list[Example]:
        """Give every gold sentence as a training example, grouped by event."""
        return [
            Example(
                id=sentence.id,
                text=sentence.text,
                context=sentence.context,
                stance=sentence.stance,
                mode=sentence.mode,
                role=sentence.role,
                group=self.articles[sentence.article].event,
                synthetic=False,
            )
            for sentence in self.sentences
        ]


def load_corpus(seeds: Path | None = None, data: Path | None = None) -> Corpus:
    """Read a corpus and check every row of it.

    Parameters
    ----------
    seeds : Path, optional
        Folder with ``articles.yaml`` and the articles' texts; by default the five that
        demarche ships.
    data : Path, optional
        Folder with ``gold.jsonl`` and, if there is synthetic text, with
        ``synthetic_statements.jsonl`` and ``synthetic_articles.jsonl``; by default
        demarche's own.

    Raises
    ------
    DataError
        If a file is missing or a row breaks the contract.
    """
    seeds = seeds or packaged("seeds")
    data = data or packaged("data")
    articles = load_articles(seeds)
    statements = data / "synthetic_statements.jsonl"
    synthetic_articles = data / "synthetic_articles.jsonl"
    used = [seeds / "articles.yaml", *(seeds / f"{name}.txt" for name in articles)]
    used += [data / "gold.jsonl"]
    synthetic = [path for path in (statements, synthetic_articles) if path.exists()]
    if synthetic:
        # What fills the slots decides the text too.
        used += [*synthetic, packaged("data") / "gazetteer.csv", packaged("data") / "names.csv"]
    return Corpus(
        articles=articles,
        sentences=load_gold(data / "gold.jsonl", articles),
        statements=load_statements(statements) if statements in used else [],
        synthetic_articles=(
            load_synthetic_articles(synthetic_articles) if synthetic_articles in used else []
        ),
        fingerprints={path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in used},
    )
