r"""Rows and how they are written: CSV, TSV, JSONL and Parquet, nothing of them changed.

Each record keeps the input's own columns as they are: CSV cells are strings, JSON values keep
their types and digits, and Parquet columns their Arrow types from Parquet to Parquet. What a form
of output cannot hold is written as near as can be: nested values as JSON text in CSV, and in
Parquet if they come from JSONL; NaN as null, or an empty cell; bytes as Base64; a lone surrogate
as ``\udXXX``, which JSON reads back.
"""

import codecs
import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from demarche.columnar import Columnar
from demarche.columns import Columns, utf8
from demarche.errors import DemarcheError, UsageError
from demarche.files import replacing
from demarche.jsontext import to_json, to_text

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow is imported where Parquet is touched: it would double the start of everything else.

Record = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The rows of one input.

    Attributes
    ----------
    name : str
        Where the rows come from, for messages.
    records : sequence of dict, length n
        One for each row, in order. A JSONL record has only the keys that its line has.
        Of a Parquet file they are `Columnar`.
    columns : list of str
        All columns, in the order in which they first occur.
    numbers : frozenset of str
        Columns that are floats in Parquet even where every value is null.
    structs : mapping of str to mapping of str to type
        Columns that are lists of structs in Parquet, and the structs' fields: str, int or float.
    schema : pyarrow.Schema or None
        What the first columns are in Parquet, where more is known than these rows tell.
    """

    name: str
    records: Sequence[Record]
    columns: list[str]
    numbers: frozenset[str] = frozenset()
    structs: Mapping[str, Mapping[str, type]] = field(default_factory=dict)
    schema: "pa.Schema | None" = None

    @property
    def arrow(self) -> "pa.Table | None":
        """A Parquet input as it was read, for its own columns."""
        return self.records.arrow if isinstance(self.records, Columnar) else None

    def column(self, name: str) -> list[Any]:
        """Give one column, length n, None where a record lacks it.

        Raises
        ------
        UsageError
            If there is no such column, or Python has no values for it.
        """
        if name not in self.columns:
            there = ", ".join(map(repr, self.columns)) or "none"
            near = get_close_matches(name, self.columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"{self.name}: no column {name!r}; there are: {there}{hint}")
        if isinstance(self.records, Columnar):
            return self.records.column(name)
        return [record.get(name) for record in self.records]


def from_texts(texts: Sequence[str], name: str = "arguments") -> Table:
    """Make a table with the single column ``text``."""
    return Table(name, [{"text": text} for text in texts], ["text"])


def check_ending(path: Path, known: Iterable[str], verb: str) -> str:
    """Give a path's ending, if it is one of those that are known."""
    ending = path.suffix.lower()
    if ending not in known:
        what = f"the ending {ending!r}" if ending else "a file without an ending"
        raise UsageError(f"{path}: cannot {verb} {what}; use {', '.join(known)}")
    return ending


def check_columns(name: str, columns: Sequence[str]) -> None:
    """Refuse columns of which two are called the same."""
    twice = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if twice:
        raise UsageError(f"{name}: column {twice[0]!r} occurs twice")


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
    check_ending(path, (*WRITERS, *others), "write")
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
    write = WRITERS[path.suffix.lower()]
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

    schema = table.schema
    if schema is None:
        seen = Columns()
        seen.see(table)
        schema = seen.schema(table.columns)
    fields, arrays = [], []
    for name, own in zip_longest(table.columns, schema):
        if name in table.structs:
            arrays.append(_structs(table.column(name), table.structs[name]))
        elif name in table.numbers:
            arrays.append(pa.array(table.column(name), pa.float64()))
        else:
            arrays.append(_array(table, name, own.type if own else pa.string()))
        kept = own and own.type == arrays[-1].type
        fields.append(own if kept else pa.field(utf8(name), arrays[-1].type))
    pq.write_table(pa.table(arrays, schema=pa.schema(fields, schema.metadata)), stream)


def _structs(values: list[Any], struct: Mapping[str, type]) -> "pa.Array":
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    fields = [pa.field(name, kinds[kind]) for name, kind in struct.items()]
    return pa.array(values, pa.list_(pa.struct(fields)))


def _array(table: Table, name: str, kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    if table.arrow is not None and name in table.arrow.column_names:
        own = table.arrow[name]
        if own.type == kind:
            return own
    values = table.column(name)
    if kind == pa.string() and not set(map(type, values)) <= {str, type(None)}:
        values = [None if value is None else to_text(value) for value in values]
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([None if value is None else utf8(value) for value in values], kind)


WRITERS: dict[str, Callable[[Table, BinaryIO], None]] = {
    ".jsonl": write_jsonl,
    ".csv": partial(_write_delimited, dialect="excel"),
    ".tsv": partial(_write_delimited, dialect="excel-tab"),
    ".parquet": _write_parquet,
}
