"""Plain values turned into frozen dataclasses; what does not fit is named."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from demarche.errors import ConfigError


def typed(schema: type, values: Mapping[Any, Any], prefix: str) -> Any:
    """Build a dataclass from plain values, checking every name and type.

    Parameters
    ----------
    schema : type
        A dataclass.
    values : mapping
        One value for each of its fields.
    prefix : str
        Where the values stand in the config, for error messages.

    Raises
    ------
    ConfigError
        If a field is unknown, missing, or of the wrong type.
    """
    try:
        return OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(schema), values))
    except OmegaConfBaseException as error:
        known = [f"{prefix}.{field.name}" for field in fields(schema)]
        raise explained(error, f"{prefix}.{error.full_key}", known) from None


def explained(error: OmegaConfBaseException, key: str, known: Sequence[str]) -> ConfigError:
    """Turn OmegaConf's error about a key into one line."""
    what = str(error.msg or error).splitlines()[0]
    return ConfigError(f"{key}: {what}{nearest(key, known)}")


def nearest(key: str, known: Sequence[str]) -> str:
    """Say which known key is meant, if one is near."""
    near = [] if key in known else get_close_matches(key, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
