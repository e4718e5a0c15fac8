"""Rows of a JSON Lines file, each field checked, each fault named by file, line and field."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.errors import DataError
from demarche.records import MODES, ROLES
from demarche.stance import STANCES

TYPE_NAMES = {
    str: "text",
    int: "a whole number",
    list: "a list",
    dict: "an object",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the place it was read from; `part` names an entry within the row.

    `line` counts from 1 what `unit` names: lines, or what else a file's rows are.
    """

    path: Path
    line: int
    values: dict[str, Any]
    part: str = ""
    unit: str = "line"

    def fault(self, field: str, what: str) -> DataError:
        """Give the error that says what is wrong with one field of this row."""
        return DataError(f"{self.path}, {self.place}{self.part}, field {field!r}: {what}")

    @property
    def place(self) -> str:
        """Where in its file the row stands: ``line 7``."""
        return f"{self.unit} {self.line}"


Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or None."""


def of_type(kind: type) -> Check:
    """Accept values of one JSON type; text must not be empty."""

    def check(value: Any) -> str | None:
        if type(value) is not kind:
            return f"expected {TYPE_NAMES[kind]}, found {json.dumps(value, ensure_ascii=False)}"
        if value == "":
            return "is empty"
        return None

    return check


def one_of(*legal: str | None) -> Check:
    """Accept the named values only."""

    def check(value: Any) -> str | None:
        if isinstance(value, (list, dict)) or value not in legal:
            names = ", ".join("null" if name is None else name for name in legal)
            return f"{json.dumps(value, ensure_ascii=False)} is none of {names}"
        return None

    return check


TEXT = of_type(str)
NUMBER = of_type(int)
MODE = one_of(*MODES)
ROLE = one_of(*ROLES)
STANCE = one_of(*STANCES)
ALSO = one_of(*STANCES, None)


def check_fields(row: Row, fields: Mapping[str, Check]) -> None:
    """Check the named fields of a row.

    Raises
    ------
    DataError
        If a field is missing or its value is not legal.
    """
    for name, check in fields.items():
        if name not in row.values:
            raise row.fault(name, "is missing")
        if problem := check(row.values[name]):
            raise row.fault(name, problem)


def read_text(path: Path) -> str:
    """Read a UTF-8 file.

    Raises
    ------
    DataError
        If the file cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


def read_rows(path: Path, fields: Mapping[str, Check]) -> Iterator[Row]:
    """Read a JSON Lines file row by row.

    Parameters
    ----------
    path : Path
        A UTF-8 file with one JSON object a line; blank lines are passed over.
    fields : mapping of str to Check
        The fields that every row must have; ``id``, where named, must be unique.

    Raises
    ------
    DataError
        If the file cannot be read, or a row breaks the contract.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}, line {number}: not JSON ({error})") from None
        if not isinstance(values, dict):
            raise DataError(f"{path}, line {number}: expected a JSON object")
        row = Row(path, number, values)
        check_fields(row, fields)
        if "id" in fields:
            if values["id"] in seen:
                first = seen[values["id"]]
                raise row.fault("id", f"{values['id']!r} stands already in line {first}")
            seen[values["id"]] = number
        yield row
