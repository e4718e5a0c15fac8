"""Fitted models on disk: JSON, arrays as safetensors, and skops for scikit-learn's own objects.

No code is run from data.
"""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from demarche.errors import RunError

# skops is imported where a part is touched: it loads scikit-learn, which not every model needs.


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


def save_arrays(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write arrays by name."""
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)


def load_arrays(path: Path, *keys: str) -> dict[str, NDArray[Any]]:
    """Read arrays back.

    Raises
    ------
    RunError
        If the file is missing or damaged, or lacks one of the keys.
    """
    try:
        arrays: dict[str, NDArray[Any]] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None
    if not set(keys) <= arrays.keys():
        raise RunError(f"{path}: damaged (expected {', '.join(keys)}); train the run again")
    return arrays


def save_part(part: Any, path: Path) -> None:
    """Write a fitted scikit-learn estimator."""
    import skops.io

    skops.io.dump(part, path)


def load_part(path: Path) -> Any:
    """Read an estimator back, of scikit-learn's, scipy's and numpy's own types alone.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds any other type.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.load(path, trusted=[])
    except UntrustedTypesFoundException as error:
        raise RunError(f"{path}: holds types that are not trusted: {error}") from None
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, zlib.error) as error:
        raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None
