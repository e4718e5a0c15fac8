r"""Rows in and out of files: text, CSV, TSV, JSONL and Parquet, nothing of them changed.

Each record keeps the input's own columns as they are: CSV cells are strings, JSON values keep
their types and digits, and Parquet columns their Arrow types from Parquet to Parquet. What a form
of output cannot hold is written as near as can be: nested values as JSON text in CSV, and in
Parquet if they come from JSONL; NaN as null, or an empty cell; bytes as Base64; a lone surrogate
as ``\udXXX``, which JSON reads back.
"""

import codecs
import csv
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from demarche.errors import DemarcheError, UsageError
from demarche.files import replacing
from demarche.jsontext import parse_object, to_json, to_text

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow is imported where Parquet is touched: it would double the start of everything else.

Record = dict[str, Any]

STANDARD_INPUT = "-"
LARGEST_CELL = 2**31 - 1
"""Characters; the most that the csv module can be told on every system."""

SIGNATURES = {b"PAR1": "Parquet", b"PK\x03\x04": "a zip archive or .xlsx", b"\x1f\x8b": "gzip"}


@dataclass(frozen=True)
class Table:
    """The rows of one input.

    Attributes
    ----------
    name : str
        Where the rows come from, for messages.
    records : list of dict, length n
        One for each row, in order. A JSONL record has only the keys that its line has.
    columns : list of str
        All columns, in the order in which they first occur; those of `arrow` come first.
    numbers : frozenset of str
        Columns that are floats in Parquet even where every value is null.
    arrow : pyarrow.Table or None
        A Parquet input as it was read, for its own columns: row i is ``records[i]``.
    structs : mapping of str to mapping of str to type
        Columns that are lists of structs in Parquet, and the structs' fields: str, int or float.
    """

    name: str
    records: list[Record]
    columns: list[str]
    numbers: frozenset[str] = frozenset()
    arrow: "pa.Table | None" = None
    structs: Mapping[str, Mapping[str, type]] = field(default_factory=dict)

    def column(self, name: str) -> list[Any]:
        """Give one column, length n, None where a record lacks it.

        Raises
        ------
        UsageError
            If there is no such column.
        """
        if name not in self.columns:
            there = ", ".join(map(repr, self.columns)) or "none"
            near = get_close_matches(name, self.columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"{self.name}: no column {name!r}; there are: {there}{hint}")
        return [record.get(name) for record in self.records]


def from_texts(texts: Sequence[str], name: str = "arguments") -> Table:
    """Make a table with the single column ``text``."""
    return Table(name, [{"text": text} for text in texts], ["text"])


def read_table(source: str | Path) -> Table:
    """Read a file by its ending, or standard input (one statement a line).

    Parameters
    ----------
    source : str or Path
        A file ending in ``.txt``, ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet``, or ``-``.

    Raises
    ------
    UsageError
        If the file is missing, empty or not what its ending says.
    """
    path = Path(source)
    piped = str(source) == STANDARD_INPUT
    name = "standard input" if piped else str(path)
    read = _read_lines if piped else _READERS[_ending(path, _READERS, "read")]
    try:
        content = sys.stdin.buffer.read() if piped else path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{name}: is a folder, not a file") from None
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror})") from None
    if not content.removeprefix(codecs.BOM_UTF8):
        raise UsageError(f"{name}: is empty (no text in it)")
    return read(name, content)


def _ending(path: Path, known: Iterable[str], verb: str) -> str:
    ending = path.suffix.lower()
    if ending not in known:
        what = f"the ending {ending!r}" if ending else "a file without an ending"
        raise UsageError(f"{path}: cannot {verb} {what}; use {', '.join(known)}")
    return ending


def _decode(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = [form for start, form in SIGNATURES.items() if content.startswith(start)]
        hint = f"; it looks like {found[0]}" if found else ""
        raise UsageError(
            f"{name}:{line}: not UTF-8 (byte 0x{content[error.start]:02x}, "
            f"number {error.start + 1} of the file){hint}"
        ) from None


def _split(text: str) -> list[str]:
    """Split at line feeds alone: `str.splitlines` would also split at U+2028 and its like."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _read_lines(name: str, content: bytes) -> Table:
    return from_texts(_split(_decode(name, content)), name)


def _read_delimited(name: str, content: bytes, dialect: str) -> Table:
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(_decode(name, content), newline=""), dialect, strict=True)
    header: list[str] = []
    records = []
    line = 1
    try:
        header = next(reader)
        if not any(header):
            raise UsageError(f"{name}:1: the header is empty")
        _refuse_duplicates(name, header)
        line = reader.line_num + 1
        for row in reader:
            # In a file of one column, a blank line is how others write an empty cell.
            cells = row or [""] * (len(header) == 1)
            if cells and len(cells) != len(header):
                raise UsageError(
                    f"{name}:{line}: {len(cells)} cells where the header has {len(header)}; "
                    "cells that hold the separator need quotes"
                )
            if cells:
                records.append(dict(zip(header, cells, strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{name}:{line}: the row that begins here is broken ({error})") from None
    return Table(name, records, header)


def _refuse_duplicates(name: str, columns: Sequence[str]) -> None:
    twice = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if twice:
        raise UsageError(f"{name}: column {twice[0]!r} occurs twice")


def _read_jsonl(name: str, content: bytes) -> Table:
    records = []
    for number, line in enumerate(_split(_decode(name, content)), start=1):
        if line.strip():
            try:
                records.append(parse_object(line))
            except ValueError as error:
                raise UsageError(f"{name}:{number}: {error}") from None
    return Table(name, records, list(dict.fromkeys(key for record in records for key in record)))


def _read_parquet(name: str, content: bytes) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not (content.startswith(b"PAR1") and content.endswith(b"PAR1")):
        raise UsageError(f"{name}: not a Parquet file, or only part of one")
    try:
        arrow = pq.ParquetFile(pa.BufferReader(content)).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UsageError(f"{name}: a damaged Parquet file ({_one_line(error)})") from None
    columns = arrow.column_names
    _refuse_duplicates(name, columns)
    values = []
    for column in columns:
        array = arrow[column]
        try:
            # Python's times end at microseconds and at the year 9999; as text they are exact.
            temporal = pa.types.is_temporal(array.type) and not pa.types.is_duration(array.type)
            values.append((array.cast(pa.string()) if temporal else array).to_pylist())
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise UsageError(
                f"{name}: column {column!r} cannot be read ({_one_line(error)})"
            ) from None
    records = [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
    return Table(name, records, columns, arrow=arrow)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


_READERS: dict[str, Callable[[str, bytes], Table]] = {
    ".txt": _read_lines,
    ".csv": partial(_read_delimited, dialect="excel"),
    ".tsv": partial(_read_delimited, dialect="excel-tab"),
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}


def check_output(path: Path, others: Iterable[str] = ()) -> None:
    """Refuse an output that could not be written, before the work is done.

    Parameters
    ----------
    path : Path
    others : iterable of str
        Endings that the caller writes itself.

    Raises
    ------
    UsageError
        If the ending is unknown, the folder is missing or closed, or `path` is a folder.
    """
    _ending(path, (*_WRITERS, *others), "write")
    try:
        there, folder = path.parent.is_dir(), path.is_dir()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from None
    if not there:
        raise UsageError(f"{path}: there is no folder {path.parent}")
    if folder:
        raise UsageError(f"{path}: is a folder")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: no permission to write in {path.parent}")


def write_table(table: Table, path: Path) -> None:
    """Write a table by the ending of its file, whole or not at all.

    Parameters
    ----------
    table : Table
    path : Path
        Ends in ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet``.

    Raises
    ------
    UsageError
        As `check_output`.
    DemarcheError
        If writing fails, on a full disk for one; an earlier file of that name is as it was.
    """
    check_output(path)
    write = _WRITERS[path.suffix.lower()]
    try:
        with replacing(path) as temporary, temporary.open("wb") as stream:
            write(table, stream)
    except OSError as error:
        raise DemarcheError(f"{path}: cannot be written ({error.strerror})") from error


def write_jsonl(table: Table, stream: BinaryIO) -> None:
    """Write one JSON object a line, UTF-8."""
    for record in table.records:
        # In JSON text the only place for a lone surrogate is a string, where this is its escape.
        stream.write(f"{to_json(record)}\n".encode(errors="backslashreplace"))


def _write_delimited(table: Table, stream: BinaryIO, dialect: str) -> None:
    text = codecs.getwriter("utf-8")(stream, "backslashreplace")
    writer = csv.writer(text, dialect)
    writer.writerow(table.columns)
    writer.writerows([to_text(record.get(c)) for c in table.columns] for record in table.records)


def _write_parquet(table: Table, stream: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = pa.table({}) if table.arrow is None else table.arrow
    fields, arrays = list(own.schema), own.columns
    for name in table.columns[len(fields) :]:
        values, struct = table.column(name), table.structs.get(name)
        arrays.append(_structs(values, struct) if struct else _array(values, name in table.numbers))
        fields.append(pa.field(_utf8(name), arrays[-1].type))
    pq.write_table(pa.table(arrays, schema=pa.schema(fields, own.schema.metadata)), stream)


def _structs(values: list[Any], struct: Mapping[str, type]) -> "pa.Array":
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    fields = [pa.field(name, kinds[kind]) for name, kind in struct.items()]
    return pa.array(values, pa.list_(pa.struct(fields)))


def _array(values: list[Any], numbers: bool) -> "pa.Array":
    """Make an Arrow column of the values' own type; of text where no Arrow type holds them all."""
    import pyarrow as pa

    if numbers:
        return pa.array(values, pa.float64())
    kinds = {type(value) for value in values} - {type(None)}
    # Arrow would take False among floats for 0.0, and give every object every other's keys.
    if kinds == {bool} or (kinds and kinds <= {int, float, Decimal}):
        with suppress(pa.ArrowException, OverflowError):  # rather than round a number
            return pa.array(values)
    return pa.array([None if v is None else _utf8(to_text(v)) for v in values], pa.string())


def _utf8(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


_WRITERS: dict[str, Callable[[Table, BinaryIO], None]] = {
    ".jsonl": write_jsonl,
    ".csv": partial(_write_delimited, dialect="excel"),
    ".tsv": partial(_write_delimited, dialect="excel-tab"),
    ".parquet": _write_parquet,
}
