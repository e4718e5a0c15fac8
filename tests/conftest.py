"""What several test files share."""

import pytest

from demarche.corpus.corpus import Corpus, load_corpus


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The corpus that demarche ships; records are frozen, so tests may share it."""
    return load_corpus()
