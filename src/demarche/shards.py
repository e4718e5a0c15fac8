"""An output in parts, each written whole, so that the same job goes on where it was stopped.

::

    judged/                    or judged.csv.parts/, until judged.csv is put together of its parts
        _job.json              what the job is, and how far it has come
        part-00000.jsonl
        _rejects-00000.jsonl   bad rows from among those of the part; at the end _rejects.jsonl
"""

import csv
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from demarche.errors import DemarcheError, UsageError
from demarche.files import replacing, write_text
from demarche.tables import WRITERS, Table, check_ending, check_output, write_table
from demarche.textrows import Reject
from demarche.verdicts import Verdicts

# Readers of a folder, such as pandas, pass over names that begin with a line below.
MANIFEST = "_job.json"
REJECTS = "_rejects.jsonl"
INPUT = "input"
DEFAULT = ".jsonl"
"""What the parts are in a folder whose name has no ending: the same as on standard output."""


@dataclass(frozen=True)
class Target:
    """Where an output goes.

    Attributes
    ----------
    path : Path
        The file, or the folder of parts.
    folder : Path
        Where the parts are written; for a file, removed at the end.
    ending : str
        Of each part.
    rejects : Path
    """

    path: Path
    folder: Path
    ending: str
    rejects: Path

    @property
    def is_file(self) -> bool:
        """Tell whether the parts are put together in the end."""
        return self.path != self.folder


def find_target(output: str) -> Target:
    """Read a file's name, or a folder's: one without ending, or with a slash at its end.

    The parts are what the folder's ending says, as in ``judged.csv/``.

    Raises
    ------
    UsageError
        If it could not be written.
    """
    path = Path(output)
    if path.suffix and not output.endswith(("/", os.sep)):
        check_output(path)
        beside = path.with_name(f"{path.name}.parts")
        return Target(
            path, beside, path.suffix.lower(), path.with_name(f"{path.name}.rejects.jsonl")
        )
    ending = check_ending(path, WRITERS, "write") if path.suffix else DEFAULT
    if path.is_file():
        raise UsageError(f"{path}: is a file, not a folder")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    return Target(path, path, ending, path / REJECTS)


@dataclass(frozen=True)
class Progress:
    """How far a job has come.

    Attributes
    ----------
    parts, rows, rejected : int
        Written so far.
    empty, uncertain : int
        Rows that held nothing to read, and that were left uncertain.
    finished : bool
    """

    parts: int = 0
    rows: int = 0
    rejected: int = 0
    empty: int = 0
    uncertain: int = 0
    finished: bool = False

    def plus(self, verdicts: Verdicts, rejects: Sequence[Reject]) -> "Progress":
        """Count one more part."""
        return replace(
            self,
            parts=self.parts + 1,
            rows=self.rows + len(verdicts.stances),
            rejected=self.rejected + len(rejects),
            empty=self.empty + verdicts.unreadable,
            uncertain=self.uncertain + verdicts.abstentions,
        )


class Shards:
    """The parts of one job's output.

    Parameters
    ----------
    target : Target
    job : dict
        What must be the same for the job to go on, values that JSON holds; among it ``input``, the
        fingerprints by name, or None if it cannot be read again.

    Raises
    ------
    UsageError
        If another job's output, or anything else, is in the folder.
    """

    def __init__(self, target: Target, job: dict[str, Any]) -> None:
        self.target = target
        self.job = job
        self.progress = Progress()
        names = [path.name for path in target.folder.iterdir()] if target.folder.is_dir() else []
        if names and self._is_remnant(names):
            shutil.rmtree(target.folder)
        elif names:
            begun, progress = self._manifest()
            difference = _difference(begun, job)
            if not difference:
                self.progress = progress
            elif not any(name.startswith("part-") for name in names) or (
                target.is_file and (progress.finished or not begun[INPUT])
            ):
                shutil.rmtree(target.folder)  # nothing is lost that could go on
            else:
                raise UsageError(
                    f"{target.folder}: begun with another {difference}; "
                    "name another output, or remove that folder to start anew"
                )

    def tell(self) -> None:
        """Say on standard error how much of the job an earlier command has done."""
        if self.progress.finished:
            sys.stderr.write(f"{self.target.path}: was finished before\n")
        elif self.progress.parts:
            sys.stderr.write(f"{self.target.path}: going on after {self.progress.rows:,} rows\n")

    def _is_remnant(self, names: Sequence[str]) -> bool:
        """Say whether a job was killed before its first manifest stood, or after its last part."""
        own = (
            ("part-", "_part-", "_rejects-", f".{MANIFEST}")
            if self.target.is_file
            else (f".{MANIFEST}",)
        )
        return all(name.startswith(own) for name in names)

    def _manifest(self) -> tuple[dict[str, Any], Progress]:
        folder = self.target.folder
        try:
            content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            return {INPUT: None, **content["job"]}, Progress(**content["progress"])
        except FileNotFoundError:
            raise UsageError(
                f"{folder}: holds files, but none of a job; name another output"
            ) from None
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(
                f"{folder / MANIFEST}: damaged, so the job cannot go on; "
                f"remove {folder} to start anew"
            ) from None

    def write(self, table: Table, verdicts: Verdicts, rejects: Sequence[Reject]) -> None:
        """Write the next part, whole or not at all.

        Raises
        ------
        DemarcheError
            If the disk is full, for one; what was written before stays.
        """
        done = self.progress
        self.target.folder.mkdir(exist_ok=True)
        if not done.parts:
            self.save(done)  # so that a folder with a part in it is never taken for another's
        _write_rejects(rejects, self._rejects(done.parts))
        write_table(table, self._part(done.parts))
        self.save(done.plus(verdicts, rejects))

    def finish(self) -> None:
        """Put a file, and the rejects, together of their parts.

        Raises
        ------
        DemarcheError
            If the disk is full, for one; the parts stay, and the same command tries again.
        """
        target, parts = self.target, range(self.progress.parts)
        if not self.progress.finished:
            try:
                self._join_rejects()
                if target.is_file:
                    with replacing(target.path) as temporary, temporary.open("wb") as stream:
                        _JOIN[target.ending]([self._part(i) for i in parts], stream)
            except OSError as error:
                raise DemarcheError(
                    f"{target.path}: cannot be written ({error.strerror})"
                ) from error
            self.save(replace(self.progress, finished=True))
        if target.is_file:
            shutil.rmtree(target.folder)
        else:
            for i in parts:
                self._rejects(i).unlink(missing_ok=True)

    def _join_rejects(self) -> None:
        there = [path for i in range(self.progress.parts) if (path := self._rejects(i)).exists()]
        if there:
            with replacing(self.target.rejects) as temporary, temporary.open("wb") as stream:
                _join_bytes(there, stream)
        else:
            self.target.rejects.unlink(missing_ok=True)

    def save(self, progress: Progress) -> None:
        """Note how far the job has come.

        Raises
        ------
        DemarcheError
            If the disk is full, for one.
        """
        content = {"job": self.job, "progress": asdict(progress)}
        path = self.target.folder / MANIFEST
        try:
            write_text(path, json.dumps(content, ensure_ascii=False, indent=1))
        except OSError as error:
            raise DemarcheError(f"{path}: cannot be written ({error.strerror})") from error
        self.progress = progress

    def _part(self, number: int) -> Path:
        return self.target.folder / f"part-{number:05}{self.target.ending}"

    def _rejects(self, number: int) -> Path:
        return self.target.folder / f"_rejects-{number:05}.jsonl"


def _difference(begun: dict[str, Any], now: dict[str, Any]) -> str:
    """Say what is not the same in two jobs; nothing if they are one and can go on."""
    for key in now:
        before, after = begun.get(key), now[key]
        if key == INPUT and before and after:
            names = dict.fromkeys([*before, *after])
            changed = next((name for name in names if before.get(name) != after.get(name)), None)
            if changed is not None:
                state = "is new" if changed not in before else "has changed"
                return f"{key} ({changed} {state if changed in after else 'is gone'})"
        elif before != after:
            return f"{key} ({before}, now {after})"
    return "" if now[INPUT] else f"{INPUT}, which cannot be read again"


def _write_rejects(rejects: Iterable[Reject], path: Path) -> None:
    records = [asdict(reject) for reject in rejects]
    if records:
        write_table(Table(path.name, records, list(records[0])), path)
    else:
        path.unlink(missing_ok=True)


def _join_bytes(parts: Iterable[Path], stream: BinaryIO) -> None:
    for part in parts:
        with part.open("rb") as content:
            shutil.copyfileobj(content, stream)


def _join_delimited(parts: Sequence[Path], stream: BinaryIO, dialect: str) -> None:
    with parts[0].open(encoding="utf-8", newline="") as first:
        columns = next(csv.reader(first, dialect))
    header = BytesIO()
    WRITERS[parts[0].suffix](Table("header", [], columns), header)
    for part in parts:
        with part.open("rb") as content:
            content.seek(0 if part == parts[0] else len(header.getvalue()))
            shutil.copyfileobj(content, stream)


def _join_parquet(parts: Sequence[Path], stream: BinaryIO) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(stream, pq.read_schema(parts[0])) as writer:
        for part in parts:
            writer.write_table(pq.ParquetFile(part).read())


_JOIN: dict[str, Callable[[Sequence[Path], BinaryIO], None]] = {
    ".jsonl": _join_bytes,
    ".csv": partial(_join_delimited, dialect="excel"),
    ".tsv": partial(_join_delimited, dialect="excel-tab"),
    ".parquet": _join_parquet,
}
