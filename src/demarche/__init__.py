"""Who said what, to whom, in which tone: an auditable table of statements from news articles.

::

    import demarche

    classifier = demarche.load()  # the best run in ./models, or load("tfidf-…")
    predictions = classifier.classify(["We shall answer with force."])
    pandas.DataFrame(predictions)

    article = demarche.read(text)  # a row for each sentence; read(text, run=classifier) judges it
    pandas.DataFrame(article)
"""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demarche.classify import Classifier
    from demarche.rows import ReadArticle

__all__ = ["__version__", "load", "read"]

__version__ = version("demarche")


def load(run: str | None = None, folder: str | Path | None = None) -> "Classifier":
    """Load a trained run to classify with; see `demarche.classify.load`."""
    # Here and not above: `import demarche` stays light.
    from demarche.classify import load

    return load(run, folder)


def read(
    text: str,
    article: str = "",
    run: "str | Classifier | None" = None,
    speakers: str | Path | None = None,
) -> "ReadArticle":
    """Read one article: a row for each sentence; see `demarche.reading.read`."""
    from demarche.reading import read

    return read(text, article, run, speakers)
