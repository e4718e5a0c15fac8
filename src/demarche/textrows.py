"""Rows of text files, line by line: plain lines, JSONL, CSV and TSV; a bad row is told and left."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from demarche.errors import UsageError
from demarche.jsontext import parse_object
from demarche.tables import Record, check_columns

LARGEST_CELL = 2**24
"""Characters; a quotation mark that is never closed must not swallow a whole file."""


@dataclass(frozen=True)
class Reject:
    """A row that could not be read: where it begins, why, and its text."""

    place: str
    reason: str
    row: str


class Lines:
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
        """Give up the row."""
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


Items = Iterator[Record | Reject]


def _read_lines(lines: Lines) -> tuple[list[str], Items]:
    return ["text"], _line_rows(lines)


def _line_rows(lines: Lines) -> Items:
    for line in lines:
        reason = lines.undecoded()
        text = line.removesuffix("\n").removesuffix("\r")
        yield lines.reject(reason) if reason else {"text": text}
        lines.row.clear()


def _read_jsonl(lines: Lines) -> tuple[None, Items]:
    return None, _json_rows(lines)


def _json_rows(lines: Lines) -> Items:
    for line in lines:
        if reason := lines.undecoded():
            yield lines.reject(reason)
        elif line.strip():
            try:
                yield parse_object(line)
            except ValueError as error:
                yield lines.reject(str(error))
        lines.row.clear()


def _read_delimited(lines: Lines, dialect: str) -> tuple[list[str], Items]:
    csv.field_size_limit(LARGEST_CELL)
    try:
        header = next(csv.reader(lines, dialect, strict=True))
    except csv.Error as error:
        raise UsageError(f"{lines.name}:1: the header is broken ({error})") from None
    if reason := lines.undecoded():
        raise UsageError(f"{lines.name}:1: {reason}")
    if not any(header):
        raise UsageError(f"{lines.name}:1: the header is empty")
    check_columns(lines.name, header)
    lines.row.clear()
    return header, _delimited_rows(lines, dialect, header)


def _delimited_rows(lines: Lines, dialect: str, header: list[str]) -> Items:
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


READERS: dict[str, Callable[[Lines], tuple[list[str] | None, Items]]] = {
    ".txt": _read_lines,
    ".csv": lambda lines: _read_delimited(lines, "excel"),
    ".tsv": lambda lines: _read_delimited(lines, "excel-tab"),
    ".jsonl": _read_jsonl,
}
