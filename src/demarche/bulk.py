"""Classification of files without end: batch by batch, in parts, and on from where it stopped."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from demarche.classify import Classifier
from demarche.columns import Columns
from demarche.errors import DemarcheError, UsageError
from demarche.inputs import expand
from demarche.shards import INPUT, Progress, Shards, Target
from demarche.sources import ENDINGS, ROWS, Source, Texts, refuse
from demarche.tables import Table
from demarche.textrows import Reject
from demarche.verdicts import Verdicts, output_names, with_verdicts

if TYPE_CHECKING:
    import pyarrow as pa

# Before Arrow is loaded: its own allocator gives back next to nothing of what was freed.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

NOTHING = Progress()


def find_sources(name: str, without: Path | None = None) -> list[Source]:
    """Find the files of rows that a file's name, a folder, a pattern or ``-`` stands for.

    Parameters
    ----------
    name : str
    without : Path, optional
        A folder whose files are none of them: that of the output.

    Raises
    ------
    UsageError
        If there are none, or one has an ending that cannot be read.
    """
    names = expand(name, ENDINGS)
    if names == [name] and Path(name).is_dir():
        raise UsageError(f"{name}: a folder without files that end in {', '.join(ENDINGS)}")
    if without is not None:
        folder = without.resolve()
        names = [n for n in names if not Path(n).resolve().is_relative_to(folder)]
    if len(names) > 1:  # among many, an empty one holds no rows; alone, it is a mistake
        names = [n for n in names if Path(n).stat().st_size]
    if not names:
        raise UsageError(f"{name}: only empty files")
    return [Source(n) for n in names]


@dataclass(frozen=True)
class Layout:
    """What the rows of all sources have in common.

    Attributes
    ----------
    columns : list of str
        Of all sources, in the order in which they first occur.
    schema : pyarrow.Schema or None
        Their types in Parquet, if asked for.
    """

    columns: list[str]
    schema: "pa.Schema | None" = None


def survey(
    sources: Sequence[Source | Texts], column: str, typed: bool = False, strict: bool = False
) -> Layout:
    """Find out the columns, so that no row is written before they are all known.

    A file's beginning tells them, but for JSONL, which is read to its end.

    Parameters
    ----------
    sources : sequence of Source or Texts
        Standard input is a column of texts, and left unread.
    column : str
        The column that holds the texts.
    typed : bool
        Find out the types for Parquet too.
    strict : bool
        Stop at a bad row.

    Raises
    ------
    UsageError
        If a source cannot be read, lacks the column, or names it twice.
    """
    seen, names = Columns(), dict[str, None]()
    for source in sources:
        own, bad = dict[str, None](), list[Reject]()
        whole = isinstance(source, Source) and source.form == ".jsonl"
        if source.path is None:
            own["text"] = None
        for batch in source.batches(ROWS if whole else 1) if source.path else ():
            if strict:
                refuse(batch.rejects)
            bad = bad or batch.rejects[:1]
            own |= dict.fromkeys(batch.table.columns)
            if typed:
                seen.see(batch.table)
            if not whole:
                break
        if not own:
            refuse(bad)
        Table(source.name, [], list(own)).column(column)
        names |= own
    columns = list(names)
    return Layout(columns, seen.schema(columns) if typed else None)


@dataclass(frozen=True)
class Judged:
    """A batch's rows with their verdicts, and those that could not be read."""

    table: Table
    verdicts: Verdicts
    rejects: list[Reject]


@dataclass(frozen=True)
class Job:
    """A classification of all rows of some sources.

    Attributes
    ----------
    classifier : Classifier
    sources : sequence of Source or Texts
    column : str
        The column that holds the texts.
    layout : Layout
        As `survey` gives it.
    max_error, explain
        As for `Classifier.classify`.
    strict : bool
        Stop at the first bad row.
    rows : int
        Rows of a batch.
    """

    classifier: Classifier
    sources: Sequence[Source | Texts]
    column: str
    layout: Layout
    max_error: float | None = None
    explain: bool = False
    strict: bool = False
    rows: int = ROWS

    def judged(self, done: Progress = NOTHING) -> Iterator[Judged]:
        """Classify batch by batch, without those that are done, with progress on a terminal.

        Raises
        ------
        UsageError
            If a file is damaged, or, where this is `strict`, at a bad row.
        DemarcheError
            If a file changes while it is read.
        """
        names = output_names(Table("input", [], self.layout.columns), self.explain)
        sizes = [source.path.stat().st_size if source.path else 1 for source in self.sources]
        read, number = 0, 0
        with tqdm(desc="classifying", unit="row", disable=None, initial=done.rows, delay=1) as bar:
            for source, size in zip(self.sources, sizes, strict=True):
                before = state(source)
                for batch in source.batches(self.rows):
                    number += 1
                    if self.strict:
                        refuse(batch.rejects)
                    if number <= done.parts:
                        continue
                    table = replace(
                        batch.table, columns=self.layout.columns, schema=self.layout.schema
                    )
                    texts = table.column(self.column)
                    if share := (read + batch.share * size) / sum(sizes):
                        bar.total = max(round((bar.n + len(texts)) / share), bar.n + len(texts))
                    verdicts = self.classifier.judge(
                        texts, max_error=self.max_error, explain=self.explain, bar=bar
                    )
                    yield Judged(with_verdicts(table, verdicts, names), verdicts, batch.rejects)
                if state(source) != before:
                    raise DemarcheError(f"{source.name}: changed while it was read; start anew")
                read += size

    def write(self, target: Target) -> Progress:
        """Write all rows, from where an earlier call with the same job and target stopped.

        Returns
        -------
        Progress
            Of both calls together.

        Raises
        ------
        UsageError
            If the target holds something else, or as `judged`.
        DemarcheError
            If writing fails, on a full disk for one, or as `judged`.
        """
        shards = Shards(target, self.fingerprint(target))
        shards.tell()
        if not shards.progress.finished:
            # A part is written while the next is judged.
            with ThreadPoolExecutor(1) as writer:
                writing: Future[None] | None = None
                for part in self.judged(shards.progress):
                    if writing is not None:
                        writing.result()
                    writing = writer.submit(shards.write, part.table, part.verdicts, part.rejects)
                if writing is not None:
                    writing.result()
        shards.finish()
        return shards.progress

    def fingerprint(self, target: Target, engine: str = "local") -> dict[str, Any]:
        """Say what must be the same for the job to go on, as `Shards` takes it."""
        files = {source.name: _digest(source.path) for source in self.sources if source.path}
        return {
            INPUT: files or None,
            "run": self.classifier.run,
            "version of demarche": version("demarche"),
            "--text-column": self.column,
            "--max-error": self.max_error,
            "--explain": self.explain,
            "ending": target.ending,
            "--engine": engine,
            "number of rows in a part": self.rows,
        }


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def state(source: Source | Texts) -> tuple[int, int] | None:
    """Give a file's size in bytes and time of change in ns; None for what is no file."""
    if source.path is None:
        return None
    status = source.path.stat()
    return status.st_size, status.st_mtime_ns
