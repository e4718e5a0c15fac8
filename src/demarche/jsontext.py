"""JSON objects in and out of text, exactly: numbers too, which `json` alone would round."""

import base64
import json
import math
from decimal import Decimal
from typing import Any

DEEPEST = 100
"""Levels of nesting in an object; more is an attack or a mistake, and exhausts the stack."""


def parse_object(text: str) -> dict[str, Any]:
    """Read one JSON object.

    A number that a float would round becomes a `decimal.Decimal`; NaN, which is not JSON but
    which Python writes for a missing number, becomes None.

    Raises
    ------
    ValueError
        If the text is not JSON, not an object, names a key twice or nests too deeply.
    """
    try:
        found = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.colno}") from None
    except ArithmeticError:
        raise ValueError("not JSON: a number is out of all range") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object: {...} expected")
    if _depth(found) > DEEPEST:
        raise ValueError(_TOO_DEEP)
    return found


_TOO_DEEP = f"nested more than {DEEPEST} levels deep"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key {next(key for key in keys if keys.count(key) > 1)!r} occurs twice")
    return found


def _number(literal: str) -> float | Decimal:
    value, exact = float(literal), Decimal(literal)
    return value if Decimal(repr(value)) == exact else exact


def _integer(literal: str) -> int | Decimal:
    try:
        return int(literal)
    except ValueError:  # Python converts no more than 4,300 digits
        return Decimal(literal)


def _constant(literal: str) -> None:
    if literal != "NaN":
        raise ValueError(f"not JSON: {literal} is no number there")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_constant
)

_encoder = json.JSONEncoder(ensure_ascii=False)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        level = [v for item in level for v in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth


def to_json(value: Any) -> str:
    """Write a value as JSON; `json.dumps` cannot write a Decimal as the number that it is.

    NaN and infinity become null, bytes Base64, and whatever JSON has no form for its `str`.
    """
    match value:
        case dict():
            pairs = [f"{_encoder.encode(key)}: {to_json(item)}" for key, item in value.items()]
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join([to_json(item) for item in value])}]"
        case float() if not math.isfinite(value):
            return "null"
        case Decimal():  # finite: neither JSON nor Arrow holds others
            return str(value)
        case None | bool() | int() | float():
            return _encoder.encode(value)
        case _:
            return _encoder.encode(to_text(value))


def to_text(value: Any) -> str:
    """Write a value as plain text: strings as they are, null as nothing, the rest as in JSON."""
    match value:
        case str():
            return value
        case bytes():
            return base64.b64encode(value).decode()
        case dict() | list() | tuple() | bool() | int() | Decimal():
            return to_json(value)
        case None:
            return ""
        case float() if math.isnan(value):
            return ""
        case _:  # floats, and what Arrow holds beside these: durations, times inside of lists
            return str(value)
