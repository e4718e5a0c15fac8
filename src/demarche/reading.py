"""The reading job: raw articles in; a row for each sentence out, with its speaker and stance."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from demarche.articles.actors.speakers import Speakers, load_speakers
from demarche.articles.page.web import is_web_page, read_web_page
from demarche.articles.reader import read_text
from demarche.classify import Classifier, load
from demarche.errors import DemarcheError, UsageError
from demarche.inputs import Input
from demarche.records import Prediction, Reading
from demarche.rows import ReadArticle, Show, is_shown

if TYPE_CHECKING:
    from demarche.runs import Run

WORTH_PROCESSES = 300_000
"""Bytes of input from which starting processes is quicker than reading in this one."""


def read(
    text: str,
    article: str = "",
    run: "str | Classifier | None" = None,
    speakers: str | Path | None = None,
) -> ReadArticle:
    """Read one article.

    Parameters
    ----------
    text : str
        Plain text, Markdown or the source of a web page.
    article : str
        What the reading is to be called, in its first column.
    run : str or Classifier, optional
        A trained run to judge each sentence with: its id or path, or what `demarche.load` gave.
        Without it there are no stances, and no model library is loaded.
    speakers : str or Path, optional
        A CSV file of speakers and bodies that the reader is to know beside its own.

    Raises
    ------
    UsageError
        If `text` is no string, or there is no such run or file.
    """
    if not isinstance(text, str):
        raise UsageError(f"read takes an article's text, not {type(text).__name__}")
    table = load_speakers(Path(speakers)) if speakers is not None else None
    classifier = load(run) if isinstance(run, str) else run
    return judge([_read_any(text, article, table)], classifier)[0]


def _read_any(text: str, article: str, speakers: Speakers | None) -> Reading:
    return read_text(read_web_page(text) if is_web_page(text) else text, article, speakers)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one input.

    Attributes
    ----------
    reading : Reading or None
        None if it could not be read.
    message : str or None
        Why not, or what the user should know of it; one line that names the input.
    """

    reading: Reading | None
    message: str | None


def read_inputs(inputs: Sequence[Input], speakers: Path | None = None) -> Iterator[Outcome]:
    """Read articles, in several processes where that is quicker.

    Parameters
    ----------
    inputs : sequence of Input, length n
    speakers : Path, optional
        As in `read`.

    Yields
    ------
    Outcome
        n of them, in the order of the inputs; one that fails stops no other.

    Raises
    ------
    DataError
        If the file of speakers is missing or wrong.
    """
    table = load_speakers(speakers) if speakers else None
    # On a terminal only, and only where there is something to wait for.
    hidden = True if len(inputs) == 1 else None
    with tqdm(total=len(inputs), desc="reading", unit="article", disable=hidden) as bar:
        for outcome in _outcomes(inputs, table):
            bar.update()
            yield outcome


def _outcomes(inputs: Sequence[Input], speakers: Speakers | None) -> Iterator[Outcome]:
    files = [source for source in inputs if source.path is not None]
    workers = min(len(files), os.cpu_count() or 1)
    if workers < 2 or sum(map(_size, files)) < WORTH_PROCESSES:
        yield from (read_input(source, speakers) for source in inputs)
        return
    found = _in_processes(files, speakers, workers)
    for source in inputs:
        # Standard input is this process's own.
        yield read_input(source, speakers) if source.path is None else next(found)


def _size(source: Input) -> int:
    try:
        return source.path.stat().st_size if source.path else 0
    except OSError:  # for its reader to tell
        return 0


def _in_processes(
    files: Sequence[Input], speakers: Speakers | None, workers: int
) -> Iterator[Outcome]:
    left = deque(files)
    while left:
        with _pool(workers) as pool, suppress(BrokenProcessPool):
            futures = deque(pool.submit(read_input, source, speakers) for source in left)
            while futures:
                outcome = futures.popleft().result()
                left.popleft()
                yield outcome
        # If a process was killed, which file was too much for it shows when one is read alone.
        if left:
            yield _alone(left.popleft(), speakers)


def _alone(source: Input, speakers: Speakers | None) -> Outcome:
    try:
        with _pool(1) as pool:
            return pool.submit(read_input, source, speakers).result()
    except BrokenProcessPool:
        return Outcome(None, f"{source.name}: its process was killed; was there memory enough?")


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # Not forked: whoever calls may have started threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _end_on_interrupt)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_on_interrupt() -> None:
    """Make an interrupt end a worker at once; the parent is the one to tell of it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read_input(source: Input, speakers: Speakers | None = None) -> Outcome:
    """Read one input, whatever it holds."""
    try:
        text, note = source.read()
        reading = _read_any(text, source.article, speakers)
    except DemarcheError as error:
        return Outcome(None, f"{source.name}: {error}")
    # A fault of the reader or want of memory in one article must not cost the others.
    except Exception as error:
        what = " ".join(str(error).split())
        return Outcome(None, f"{source.name}: cannot be read ({type(error).__name__}: {what})")
    notes = [] if note is None else [note]
    if not any(sentence.kind == "body" for sentence in reading.sentences):
        notes.append("no sentence found in it")
    return Outcome(reading, f"{source.name}: {'; '.join(notes)}" if notes else None)


def run_to_judge_with(name: str | None, folder: Path) -> "Run | None":
    """Choose the run that is to judge: the one named, else the best one, else None.

    Raises
    ------
    UsageError
        If the run that is named is not there.
    RunError
        If the runs are damaged.
    """
    from demarche.runs import best_run, find_run, list_runs

    if name is not None:
        return find_run(name, folder)
    finished = any(run.state == "finished" for run in list_runs(folder))
    return best_run(folder) if finished else None


def judge(
    readings: Sequence[Reading], classifier: Classifier | None, show: Show = "body"
) -> list[ReadArticle]:
    """Judge the stance of the body sentences that are shown, each after the one before it.

    Parameters
    ----------
    readings : sequence of Reading, length n
    classifier : Classifier or None
        None judges nothing.
    show : {"body", "statements", "all"}

    Returns
    -------
    list of ReadArticle, length n
    """
    if classifier is None:
        return [ReadArticle(reading) for reading in readings]
    places: list[tuple[int, int]] = []
    texts: list[str] = []
    contexts: list[str] = []
    for number, reading in enumerate(readings):
        before = ""
        for place, sentence in enumerate(reading.sentences):
            if sentence.kind != "body":
                continue
            if is_shown(sentence, show):
                places.append((number, place))
                texts.append(sentence.text)
                contexts.append(before)
            before = sentence.text
    found: list[dict[int, Prediction]] = [{} for _ in readings]
    verdicts = classifier.classify(texts, contexts)
    for (number, place), verdict in zip(places, verdicts, strict=True):
        found[number][place] = verdict
    return [ReadArticle(*pair) for pair in zip(readings, found, strict=True)]
