"""Rows out of files, in batches: text, CSV, TSV, JSONL and Parquet, the text also compressed.

No more of a file than one batch is in memory. A row that cannot be read is left out and told.
"""

import codecs
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from demarche.columnar import Columnar
from demarche.errors import UsageError, one_line
from demarche.tables import Record, Table, check_columns, check_ending, from_texts
from demarche.textrows import READERS, Items, Lines, Reject

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow is imported where Parquet or a compressed file is touched: see `demarche.tables`.

STANDARD_INPUT = "-"
ROWS = 5_000
"""Rows of a batch."""
CHARACTERS = 2**24
"""A batch ends before its rows, bad ones too, if they hold more than about these."""

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
            lines = Lines(self.name, self._decoded(raw))
            columns, items = READERS[self.form](lines)
            for records, rejects in _grouped(items, lines, rows):
                keys = columns or list(dict.fromkeys(key for row in records for key in row))
                share = min(1.0, raw.tell() / size) if size else 0.0
                yield Batch(Table(self.name, records, keys), rejects, share)
        except OSError as error:
            where = f" after line {lines.number}" if lines else ""
            raise UsageError(
                f"{self.name}: is damaged or cut off{where} ({one_line(error)})"
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


def refuse(rejects: Iterable[Reject]) -> None:
    """Stop at the first bad row, if there is one.

    Raises
    ------
    UsageError
    """
    for reject in rejects:
        raise UsageError(f"{reject.place}: {reject.reason}")


def _grouped(items: Items, lines: Lines, rows: int) -> Iterator[tuple[list[Record], list[Reject]]]:
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
        check_columns(name, schema.names)
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        widest = max(
            (group.total_byte_size / max(1, group.num_rows) for group in groups), default=0
        )
        fitting = max(1, min(rows, int(CHARACTERS / max(1, widest))))
        for part in file.iter_batches(fitting):
            done += len(part)
            arrow = pa.Table.from_batches([part]).replace_schema_metadata(schema.metadata)
            yield Batch(_table(name, arrow), [], done / total)
        if not total:
            yield Batch(_table(name, schema.empty_table()), [], 1.0)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UsageError(f"{name}: a damaged Parquet file ({one_line(error)})") from None


def _table(name: str, arrow: "pa.Table") -> Table:
    return Table(name, Columnar(name, arrow), arrow.column_names)
