"""Fitted models on disk: JSON, and skops for scikit-learn's parts; no code is run from data."""

import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from demarche.errors import RunError

# skops is imported where a part is touched: it loads scikit-learn, which not every model needs.


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keep torch from being imported, unless it is there already.

    skops imports every module of scikit-learn to list its types; one of them wraps torch, which
    takes longer to load than all the others, and no linear model needs it.
    """
    if "torch" in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules["torch"] = None  # importing it is refused, which scikit-learn's wrapper bears
    try:
        yield
    finally:
        del modules["torch"]


def save_json(content: dict[str, Any], path: Path) -> None:
    """Write plain values."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_json(path: Path, *keys: str, remedy: str = "train the run again") -> dict[str, Any]:
    """Read plain values back.

    Raises
    ------
    RunError
        If the file is missing or damaged, or lacks one of the keys.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: damaged or missing ({error}); {remedy}") from None
    if not isinstance(content, dict) or not set(keys) <= content.keys():
        raise RunError(f"{path}: damaged (expected {', '.join(keys)}); {remedy}")
    return content


def save_part(part: Any, path: Path) -> None:
    """Write a fitted scikit-learn estimator."""
    with _without_torch():
        import skops.io

    skops.io.dump(part, path)


def load_part(path: Path) -> Any:
    """Read an estimator back, of scikit-learn's, scipy's and numpy's own types alone.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds any other type.
    """
    with _without_torch():
        import skops.io
        from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.load(path, trusted=[])
    except UntrustedTypesFoundException as error:
        raise RunError(f"{path}: holds types that are not trusted: {error}") from None
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, zlib.error) as error:
        raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None
