"""Fitted scikit-learn parts on disk, by skops: no code is run from data."""

from pathlib import Path
from typing import Any

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from demarche.errors import RunError


def save_part(part: Any, path: Path) -> None:
    """Write a fitted scikit-learn estimator."""
    skops.io.dump(part, path)


def load_part(path: Path) -> Any:
    """Read an estimator back, of scikit-learn's, scipy's and numpy's own types alone.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds any other type.
    """
    try:
        return skops.io.load(path, trusted=[])
    except UntrustedTypesFoundException as error:
        raise RunError(f"{path}: holds types that are not trusted: {error}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None
