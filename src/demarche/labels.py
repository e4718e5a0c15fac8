"""What in the labels of a corpus deserves a second look."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from demarche.corpus.agreement import FIELDS, agreement
from demarche.corpus.corpus import packaged
from demarche.corpus.duplicates import near_duplicates
from demarche.corpus.gold import PASSES, load_articles, load_gold, load_passes
from demarche.errors import DemarcheError, RunError, UsageError
from demarche.records import Article, Sentence
from demarche.tables import Record

if TYPE_CHECKING:
    import pandas as pd

    from demarche.runs import Run


@dataclass(frozen=True)
class Annotated:
    """The articles of a corpus with all that was said of their sentences.

    Attributes
    ----------
    articles : dict of str to Article
    sentences : list of Sentence
        Gold.
    passes : dict of str to dict
        As `demarche.corpus.gold.load_passes` gives them.
    digest : str
        SHA-256 of ``gold.jsonl``.
    """

    articles: dict[str, Article]
    sentences: list[Sentence]
    passes: dict[str, dict[str, dict[str, Any]]]
    digest: str

    def said(self, identity: str, field: str) -> dict[str, Any]:
        """Give what each pass has in a field of a sentence; None where there are no passes."""
        return {
            name: self.passes[name][identity][field] if self.passes else None for name in PASSES
        }


def load_annotated(seeds: Path | None = None, folder: Path | None = None) -> Annotated:
    """Read and check the annotated part of a corpus, without its synthetic text.

    Parameters
    ----------
    seeds, folder : Path, optional
        As for `demarche.corpus.corpus.load_corpus`.

    Raises
    ------
    DataError
        If a file is missing or a row breaks the contract.
    """
    folder = folder or packaged("data")
    articles = load_articles(seeds or packaged("seeds"))
    sentences = load_gold(folder / "gold.jsonl", articles)
    digest = hashlib.sha256((folder / "gold.jsonl").read_bytes()).hexdigest()
    return Annotated(articles, sentences, load_passes(folder, sentences), digest)


@dataclass(frozen=True)
class LabelCheck:
    """What deserves a second look; nothing of it is proof of a wrong label.

    Attributes
    ----------
    agreement : dict of str to float or None
        Cohen's kappa of the two passes by field; empty where the corpus has no passes.
    differing : list of dict
        One for each field of each sentence on which the passes differ.
    near_duplicates : list of dict
        Pairs of sentences of two events, the closest first.
    contradicted : list of dict or None
        Sentences whose stance the run's held-out prediction contradicts, the most suspicious
        first; None where no run was asked.
    """

    agreement: dict[str, float | None]
    differing: list[Record]
    near_duplicates: list[Record]
    contradicted: list[Record] | None


def check_labels(found: Annotated, run: "Run | None" = None) -> LabelCheck:
    """Look for labels to look at again; nothing is changed.

    Parameters
    ----------
    found : Annotated
    run : Run, optional
        Finished, and measured on these sentences.

    Raises
    ------
    RunError, UsageError
        If the run held nothing out, is damaged, or was measured on other labels.
    DemarcheError
        If there is a run, but no cleanlab.
    """
    return LabelCheck(
        agreement=agreement(*found.passes.values()) if found.passes else {},
        differing=_differing(found),
        near_duplicates=[
            {
                "id": pair.first.id,
                "text": pair.first.text,
                "label": pair.first.stance,
                "other_id": pair.second.id,
                "other_text": pair.second.text,
                "other_label": pair.second.stance,
                "containment": pair.containment,
            }
            for pair in near_duplicates(found.sentences, found.articles)
        ],
        contradicted=None if run is None else _contradicted(found, run),
    )


def _differing(found: Annotated) -> list[Record]:
    return [
        {
            "id": sentence.id,
            "text": sentence.text,
            "field": field,
            "label": getattr(sentence, field),
            **said,
            "also": sentence.also if field == "stance" else None,
        }
        for field in FIELDS
        for sentence in found.sentences
        if len(set((said := found.said(sentence.id, field)).values())) > 1
    ]


def _contradicted(found: Annotated, run: "Run") -> list[Record]:
    """List the sentences whose stance is not what the run predicts, by label quality.

    The score is cleanlab's normalized margin (Northcutt, Jiang and Chuang 2021, "Confident
    learning"): the probability of the label less that of the prediction, scaled to 0 to 1, so
    that a contradiction lies below 0.5. How many of the labels are wrong is not estimated: such
    estimates take a model's own errors for errors of the labels.
    """
    from demarche.evaluation.metrics import PROBABILITY_COLUMNS, indices

    predictions = held_out(found, run)
    sentences = {sentence.id: sentence for sentence in found.sentences}
    probabilities = predictions[list(PROBABILITY_COLUMNS)].to_numpy()
    scores = _cleanlab().get_label_quality_scores(
        indices(predictions["stance"]), probabilities, method="normalized_margin"
    )
    rows = [
        {
            "id": identity,
            "mode": sentences[identity].mode,
            "text": sentences[identity].text,
            "label": sentences[identity].stance,
            **found.said(identity, "stance"),
            "also": sentences[identity].also,
            "predicted": predicted,
            "probability": probability,
            "score": score,
        }
        for identity, predicted, probability, score in zip(
            predictions["id"],
            predictions["predicted"],
            probabilities.max(axis=1).tolist(),
            scores.tolist(),
            strict=True,
        )
        if predicted != sentences[identity].stance
    ]
    return sorted(rows, key=lambda row: row["score"])


def held_out(found: Annotated, run: "Run") -> "pd.DataFrame":
    """Read a run's held-out predictions on these very sentences.

    Raises
    ------
    RunError, UsageError
        If there are none, they are not numbers, or they are on other labels.
    """
    from demarche.evaluation.metrics import PROBABILITY_COLUMNS

    if run.state != "finished":
        raise UsageError(f"{run.id} is {run.state}; only finished runs have predictions")
    if run.config["fingerprints"].get("gold.jsonl") != found.digest:
        raise UsageError(f"{run.id}: measured on another gold.jsonl; name its folder: --folder DIR")
    predictions = run.predictions()
    if predictions.empty:
        raise UsageError(f"{run.id}: nothing was held out, so there are no predictions to look at")
    missing = predictions[list(PROBABILITY_COLUMNS)].isna().any(axis=1)
    if missing.any():
        raise RunError(
            f"{run.id}: {missing.sum()} predictions have no probabilities, first "
            f"{predictions['id'][missing].iloc[0]!r}; train the run again"
        )
    return predictions


def _cleanlab() -> ModuleType:
    try:
        import cleanlab.rank
    except ImportError:
        raise DemarcheError(
            "contradicted labels are found by cleanlab: pip install 'demarche[labels]'"
        ) from None
    rank: ModuleType = cleanlab.rank
    return rank
