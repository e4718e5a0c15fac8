"""Rows out of files, in batches: text, CSV, TSV, JSONL and Parquet, the text also compressed.

No more of a file than one batch is in memory. A row that cannot be read is left out and told.
"""

import codecs
import csv
import io
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from demarche.errors import UsageError
from demarche.jsontext import parse_object
from demarche.tables import Record, Table, check_ending, from_texts

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow is imported where Parquet or a compressed file is touched: see `demarche.tables`.

STANDARD_INPUT = "-"
ROWS = 10_000
"""Rows of a batch."""
CHARACTERS = 2**24
"""A batch ends before its rows, bad ones too, if they hold more than about these."""
LARGEST_CELL = 2**24
"""Characters; a quotation mark that is never closed must not swallow a whole file."""

SIGNATURES = {b"PAR1": "Parquet", b"PK\x03\x04": "a zip archive or .xlsx", b"\x1f\x8b": "gzip"}
_SIGNATURES = SIGNATURES | {
    b"\x28\xb5\x2f\xfd": "zstd",
    codecs.BOM_UTF16_LE: "UTF-16; save it as UTF-8",
    codecs.BOM_UTF16_BE: "UTF-16; save it as UTF-8",
}
SAMPLE = 4096

TEXT = (".txt", ".csv", ".tsv", ".jsonl")
FORMS = (*TEXT, ".parquet")
CODECS = {".gz": "gzip", ".zst": "zstd"}
ENDINGS = (*FORMS, *(form + codec for form in TEXT for codec in CODECS))
"""What is read of a folder."""


@dataclass(frozen=True)
class Reject:
    """A row that could not be read: where it begins, why, and its text."""

    place: str
    reason: str
    row: str


@dataclass(frozen=True)
class Batch:
    """Some rows of one source.

    Attributes
    ----------
    table : Table
    rejects : list of Reject
        Bad rows from among those of the table.
    share : float
        How much of the source is read by now, from 0 to 1.
    """

    table: Table
    rejects: list[Reject]
    share: float


@dataclass(frozen=True)
class Texts:
    """Rows that are at hand."""

    texts: list[str]
    name: str = "arguments"
    path: None = None

    def batches(self, rows: int = ROWS) -> Iterator[Batch]:
        """Give the texts, at most so many at once."""
        for start in range(0, len(self.texts), rows):
            part = self.texts[start : start + rows]
            yield Batch(from_texts(part), [], (start + len(part)) / len(self.texts))


class Source:
    """A file of rows, or standard input (one statement a line).

    Parameters
    ----------
    name : str
        A path ending in ``.txt``, ``.csv``, ``.tsv`` or ``.jsonl``, with ``.gz`` or ``.zst``
        after it if it is compressed; or in ``.parquet``; or ``-``.

    Raises
    ------
    UsageError
        If it ends otherwise.
    """

    def __init__(self, name: str) -> None:
        self.path = None if name == STANDARD_INPUT else Path(name)
        self.name = "standard input" if self.path is None else name
        self.codec, self.form = None, ".txt"
        if self.path is not None:
            self.codec = CODECS.get(self.path.suffix.lower())
            bare = self.path.with_suffix("") if self.codec else self.path
            self.form = check_ending(bare, TEXT if self.codec else FORMS, "read")

    def batches(self, rows: int = ROWS) -> Iterator[Batch]:
        """Give the rows in their order, at most so many at once; an empty batch if there are none.

        Raises
        ------
        UsageError
            If the file is missing, empty, cut off or not what its ending says.
        """
        with self._opened() as raw:
            if self.form == ".parquet":
                yield from _parquet_batches(self.name, raw, rows)
            else:
                yield from self._text_batches(raw, rows)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        if self.path is None:
            yield sys.stdin.buffer
            return
        try:
            raw = self.path.open("rb")
        except FileNotFoundError:
            raise UsageError(f"{self.name}: no such file") from None
        except IsADirectoryError:
            raise UsageError(f"{self.name}: is a folder, not a file") from None
        except OSError as error:
            raise UsageError(f"{self.name}: cannot be read ({error.strerror})") from None
        with raw:
            yield raw

    def _text_batches(self, raw: BinaryIO, rows: int) -> Iterator[Batch]:
        size = 0 if self.path is None else self.path.stat().st_size
        lines = None
        try:
            lines = _Lines(self.name, self._decoded(raw))
            columns, items = _READERS[self.form](lines)
            for records, rejects in _grouped(items, lines, rows):
                keys = columns or list(dict.fromkeys(key for row in records for key in row))
                share = min(1.0, raw.tell() / size) if size else 0.0
                yield Batch(Table(self.name, records, keys), rejects, share)
        except OSError as error:
            where = f" after line {lines.number}" if lines else ""
            raise UsageError(
                f"{self.name}: is damaged or cut off{where} ({_one_line(error)})"
            ) from None

    def _decoded(self, raw: BinaryIO) -> io.TextIOWrapper:
        stream: Any = raw
        if self.codec:
            import pyarrow as pa

            stream = pa.CompressedInputStream(raw, self.codec)
        buffered = io.BufferedReader(stream)
        sample = buffered.peek(SAMPLE)[:SAMPLE]
        if not sample.removeprefix(codecs.BOM_UTF8):
            raise UsageError(f"{self.name}: is empty (no text in it)")
        found = [form for start, form in _SIGNATURES.items() if sample.startswith(start)]
        if found and not (sample.isascii() and b"\x00" not in sample):
            raise UsageError(f"{self.name}: not UTF-8 text; it looks like {found[0]}")
        # CSV knows three ends of a line; elsewhere `splitlines` and its like would find too many.
        ends = "" if self.form in (".csv", ".tsv") else "\n"
        return io.TextIOWrapper(buffered, "utf-8-sig", "surrogateescape", newline=ends)


def read_table(source: str | Path) -> Table:
    """Read a whole file, or standard input, as `Source` does.

    Raises
    ------
    UsageError
        If the file is missing, empty or not what its ending says, at its first bad row too.
    """
    found = Source(str(source))
    tables = []
    for batch in found.batches():
        refuse(batch.rejects)
        tables.append(batch.table)
    if len(tables) == 1:
        return tables[0]
    arrow = None
    if tables[0].arrow is not None:
        import pyarrow as pa

        arrow = pa.concat_tables(table.arrow for table in tables)
    columns = list(dict.fromkeys(name for table in tables for name in table.columns))
    records = [record for table in tables for record in table.records]
    return Table(found.name, records, columns, arrow=arrow)


def refuse(rejects: Iterable[Reject]) -> None:
    """Stop at the first bad row, if there is one.

    Raises
    ------
    UsageError
    """
    for reject in rejects:
        raise UsageError(f"{reject.place}: {reject.reason}")


class _Lines:
    """A text's lines one by one, with the number of the last and what was read of the row."""

    def __init__(self, name: str, stream: Iterator[str]) -> None:
        self.name, self.stream = name, stream
        self.number = self.characters = 0
        self.row: list[str] = []
        self.again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.stream)
        self.number += 1
        self.characters += len(line)
        self.row.append(line)
        return line

    def reject(self, reason: str) -> Reject:
        first = self.number - len(self.row) + 1
        row = "".join(self.row).rstrip("\r\n").encode("utf-8", "surrogateescape")
        return Reject(f"{self.name}:{first}", reason, row.decode("utf-8", "backslashreplace"))

    def reject_first(self, reason: str) -> Reject:
        """Give up the row's first line; what comes after it is read again, as other rows."""
        self.again.extendleft(reversed(self.row[1:]))
        self.number -= len(self.row) - 1
        del self.row[1:]
        return self.reject(reason)

    def undecoded(self) -> str | None:
        """Say what in the row is not UTF-8, which the stream has made surrogates."""
        for line in self.row:
            if not line.isascii():
                try:
                    line.encode()
                except UnicodeEncodeError as error:
                    byte = ord(line[error.start]) - 0xDC00
                    number = len(line[: error.start].encode()) + 1
                    return f"not UTF-8 (byte 0x{byte:02x}, number {number} of the line)"
        return None


_Items = Iterator[Record | Reject]


def _grouped(
    items: _Items, lines: _Lines, rows: int
) -> Iterator[tuple[list[Record], list[Reject]]]:
    records: list[Record] = []
    rejects: list[Reject] = []
    given, first = 0, True
    for item in items:
        if isinstance(item, Reject):
            rejects.append(item)
        else:
            records.append(item)
        if len(records) + len(rejects) >= rows or lines.characters - given > CHARACTERS:
            yield records, rejects
            records, rejects, given, first = [], [], lines.characters, False
    if records or rejects or first:
        yield records, rejects


def _read_lines(lines: _Lines) -> tuple[list[str], _Items]:
    return ["text"], _line_rows(lines)


def _line_rows(lines: _Lines) -> _Items:
    for line in lines:
        reason = lines.undecoded()
        text = line.removesuffix("\n").removesuffix("\r")
        yield lines.reject(reason) if reason else {"text": text}
        lines.row.clear()


def _read_jsonl(lines: _Lines) -> tuple[None, _Items]:
    return None, _json_rows(lines)


def _json_rows(lines: _Lines) -> _Items:
    for line in lines:
        if reason := lines.undecoded():
            yield lines.reject(reason)
        elif line.strip():
            try:
                yield parse_object(line)
            except ValueError as error:
                yield lines.reject(str(error))
        lines.row.clear()


def _read_delimited(lines: _Lines, dialect: str) -> tuple[list[str], _Items]:
    csv.field_size_limit(LARGEST_CELL)
    try:
        header = next(csv.reader(lines, dialect, strict=True))
    except csv.Error as error:
        raise UsageError(f"{lines.name}:1: the header is broken ({error})") from None
    if reason := lines.undecoded():
        raise UsageError(f"{lines.name}:1: {reason}")
    if not any(header):
        raise UsageError(f"{lines.name}:1: the header is empty")
    _refuse_duplicates(lines.name, header)
    lines.row.clear()
    return header, _delimited_rows(lines, dialect, header)


def _delimited_rows(lines: _Lines, dialect: str, header: list[str]) -> _Items:
    reader = csv.reader(lines, dialect, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"the row that begins here is broken ({error})"
            yield lines.reject_first(lines.undecoded() or reason)
            reader = csv.reader(lines, dialect, strict=True)
        else:
            # In a file of one column, a blank line is how others write an empty cell.
            cells = row or [""] * (len(header) == 1)
            if undecoded := lines.undecoded():
                yield lines.reject(undecoded)
            elif cells and len(cells) != len(header):
                yield lines.reject(
                    f"{len(cells)} cells where the header has {len(header)}; "
                    "cells that hold the separator need quotes"
                )
            elif cells:
                yield dict(zip(header, cells, strict=True))
        lines.row.clear()


_READERS: dict[str, Callable[[_Lines], tuple[list[str] | None, _Items]]] = {
    ".txt": _read_lines,
    ".csv": lambda lines: _read_delimited(lines, "excel"),
    ".tsv": lambda lines: _read_delimited(lines, "excel-tab"),
    ".jsonl": _read_jsonl,
}


def _refuse_duplicates(name: str, columns: list[str]) -> None:
    twice = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if twice:
        raise UsageError(f"{name}: column {twice[0]!r} occurs twice")


def _parquet_batches(name: str, raw: BinaryIO, rows: int) -> Iterator[Batch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = raw.read(4)
    if not start:
        raise UsageError(f"{name}: is empty (no text in it)")
    raw.seek(-len(start), io.SEEK_END)
    if not start == raw.read(4) == b"PAR1":
        raise UsageError(f"{name}: not a Parquet file, or only part of one")
    try:
        # Read as a stream: else a whole row group, often the whole file, would be in memory.
        file = pq.ParquetFile(raw, pre_buffer=False, buffer_size=2**20)
        schema, total, done = file.schema_arrow, file.metadata.num_rows, 0
        _refuse_duplicates(name, schema.names)
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        widest = max(
            (group.total_byte_size / max(1, group.num_rows) for group in groups), default=0
        )
        fitting = max(1, min(rows, int(CHARACTERS / max(1, widest))))
        for part in file.iter_batches(fitting):
            done += len(part)
            arrow = pa.Table.from_batches([part]).replace_schema_metadata(schema.metadata)
            yield Batch(_parquet_table(name, arrow), [], done / total)
        if not total:
            yield Batch(_parquet_table(name, schema.empty_table()), [], 1.0)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UsageError(f"{name}: a damaged Parquet file ({_one_line(error)})") from None


def _parquet_table(name: str, arrow: "pa.Table") -> Table:
    import pyarrow as pa

    values = []
    for column in arrow.column_names:
        array = arrow[column]
        try:
            # Python's times end at microseconds and at the year 9999; as text they are exact.
            temporal = pa.types.is_temporal(array.type) and not pa.types.is_duration(array.type)
            values.append((array.cast(pa.string()) if temporal else array).to_pylist())
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise UsageError(
                f"{name}: column {column!r} cannot be read ({_one_line(error)})"
            ) from None
    names = arrow.column_names
    records = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    return Table(name, records, names, arrow=arrow)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
