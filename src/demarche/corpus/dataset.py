"""The corpus as a `datasets.DatasetDict` with `ClassLabel` features."""

from dataclasses import asdict

from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from demarche.corpus.corpus import Corpus
from demarche.corpus.synthetic import fill_templates
from demarche.records import MODES, ROLES, Example
from demarche.stance import STANCES

FEATURES = Features(
    {
        "id": Value("string"),
        "text": Value("string"),
        "context": Value("string"),
        "stance": ClassLabel(names=list(STANCES)),
        "mode": ClassLabel(names=list(MODES)),
        "role": ClassLabel(names=list(ROLES)),
        "group": Value("string"),
        "synthetic": Value("bool"),
    }
)


def as_dataset(corpus: Corpus, seed: int = 0) -> DatasetDict:
    """Give a corpus as Hugging Face datasets.

    Parameters
    ----------
    corpus : Corpus
    seed : int
        Fills the slots of the synthetic text.

    Returns
    -------
    datasets.DatasetDict
        ``gold``, ``synthetic_statements`` and ``synthetic_articles``, each with the columns
        of `Example`; ``stance``, ``mode`` and ``role`` are class labels, ``stance`` in the
        order of `STANCES`.
    """
    parts = {
        "gold": corpus.gold_examples(),
        "synthetic_statements": fill_templates(corpus.statements, str(seed)),
        "synthetic_articles": fill_templates(corpus.synthetic_articles, str(seed)),
    }
    return DatasetDict({name: _dataset(examples) for name, examples in parts.items() if examples})


def _dataset(examples: list[Example]) -> Dataset:
    return Dataset.from_list([asdict(example) for example in examples], features=FEATURES)
