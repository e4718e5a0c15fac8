"""Libraries that only some commands need, installed as extras."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from demarche.errors import UsageError


def check_extra(module: str, extra: str, what: str) -> None:
    """Make sure that an extra's library is there, without importing it.

    Raises
    ------
    UsageError
        If it is not; the message says how to install it.
    """
    try:
        found = find_spec(module)
    except ModuleNotFoundError:  # the package around a sub-module is missing
        found = None
    if found is None:
        raise UsageError(f"{what} needs an extra: pip install 'demarche[{extra}]'")


def load_extra(module: str, extra: str, what: str) -> Any:
    """Import an extra's library, or say how to install it; arguments as for `check_extra`."""
    check_extra(module, extra, what)
    return import_module(module)
