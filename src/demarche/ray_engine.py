"""The job of `demarche.bulk` by Ray Data: a part for each input file, many files at a time.

::

    judged/
        _job.json            what the job is, and how far it has come
        part-00000.jsonl     of the first input file
        _part-00000.json     how many rows that file had; removed at the end
        _part-00001/         the second file's own job, while it is under way

Each process loads the run by itself: no model is sent from one to another.
"""

import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from demarche.bulk import Job, state
from demarche.classify import Classifier
from demarche.errors import DemarcheError, UsageError, one_line
from demarche.extras import load_extra
from demarche.files import write_text
from demarche.shards import Progress, Shards, Target
from demarche.sources import Source

TRIES = 3
"""How many processes may die over one file; Ray itself would begin it again without end."""


@dataclass
class Worker:
    """Classifies one file after another, with a model that is loaded once.

    Attributes
    ----------
    load : callable
        Gives the classifier.
    job : callable
        Gives the job of a classifier and some sources.
    sources : sequence of Source
        All files, for each a part of the target.
    states : sequence
        What `demarche.bulk.state` gave when the files were fingerprinted.
    target : Target
    folder : Path
        Where the command was typed, for paths that are relative.
    """

    load: Callable[[], Classifier]
    job: Callable[[Classifier, Sequence[Source]], Job]
    sources: Sequence[Source]
    states: Sequence[tuple[int, int] | None]
    target: Target
    folder: Path

    @cached_property
    def classifier(self) -> Classifier:
        """Load the model when the first file is at hand."""
        return self.load()

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Classify the file of one number; give the number back, and what stopped the job."""
        number = row["item"]
        try:
            self.classify(number)
        except DemarcheError as error:
            return {"number": number, "error": str(error), "status": error.exit_status}
        except OSError as error:
            message = f"{error.filename or self.target.path}: {error.strerror}"
            return {"number": number, "error": message, "status": DemarcheError.exit_status}
        return {"number": number, "error": "", "status": 0}

    def classify(self, number: int) -> None:
        """Write the part of one file, or what is left to do of it.

        Raises
        ------
        UsageError, DemarcheError
            As `Job.write`, or if the file is not the one that was fingerprinted.
        """
        os.chdir(self.folder)
        source, folder = self.sources[number], self.target.folder
        if state(source) != self.states[number]:
            raise DemarcheError(f"{source.name}: changed while the job ran; start anew")
        tries = folder / f"_part-{number:05}.tries"
        with tries.open("a") as stream:
            stream.write("x")
        if tries.stat().st_size > TRIES:
            raise DemarcheError(
                f"{source.name}: {TRIES} processes died over it, perhaps for want of memory"
            )
        part = Target(
            folder / f"part-{number:05}{self.target.ending}",
            folder / f"_part-{number:05}",
            self.target.ending,
            folder / f"_rejects-{number:05}.jsonl",
        )
        done = self.job(self.classifier, [source]).write(part)
        one = replace(done, parts=1, finished=False)  # however many its own job had
        write_text(_record(folder, number), json.dumps(asdict(one)))
        tries.unlink()


def write(
    job: Job,
    target: Target,
    load: Callable[[], Classifier],
    address: str | None = None,
    workers: int | None = None,
) -> Progress:
    """Write all rows of a job by Ray, from where an earlier call was stopped.

    Parameters
    ----------
    job : Job
        Of files.
    target : Target
    load : callable
        Gives the job's classifier in another process.
    address : str, optional
        Of a Ray cluster that shares its disk with this machine; else Ray is started here.
    workers : int, optional
        Processes, each of one thread; by default one for each core.

    Returns
    -------
    Progress
        Of both calls together.

    Raises
    ------
    UsageError
        As `Job.write`.
    DemarcheError
        As `Job.write`, or if Ray fails, or processes die again and again.
    """
    sources = [source for source in job.sources if isinstance(source, Source)]
    states = [state(source) for source in sources]
    shards = Shards(target, job.fingerprint(target, "ray"))
    if not shards.progress.finished:
        _take_up(shards, len(sources))
    shards.tell()
    if not shards.progress.finished:
        own = {field.name: getattr(job, field.name) for field in fields(job)}
        same = partial(Job, **{name: own[name] for name in own.keys() - {"classifier", "sources"}})
        worker = partial(Worker, load, same, sources, states, target, Path.cwd())
        left = [n for n in range(len(sources)) if not _record(target.folder, n).exists()]
        # Ray tells of dead processes on standard output.
        with (
            redirect_stdout(sys.stderr),
            tqdm(
                _by_ray(worker, left, address, workers),
                desc="classifying",
                unit="file",
                initial=shards.progress.parts,
                total=len(sources),
                disable=None,
            ) as finished,
        ):
            for number in finished:
                shards.save(_total([shards.progress, _progress(target.folder, number)]))
    shards.finish()
    for number in range(len(sources)):
        _record(target.folder, number).unlink(missing_ok=True)
    return shards.progress


def _take_up(shards: Shards, parts: int) -> None:
    """Note what was finished in an earlier call, which may not have come to note it."""
    folder = shards.target.folder
    folder.mkdir(exist_ok=True)
    for tries in folder.glob("_part-*.tries"):
        tries.unlink()
    there = [number for number in range(parts) if _record(folder, number).exists()]
    shards.save(_total([_progress(folder, number) for number in there]))


def _record(folder: Path, number: int) -> Path:
    return folder / f"_part-{number:05}.json"


def _progress(folder: Path, number: int) -> Progress:
    return Progress(**json.loads(_record(folder, number).read_text(encoding="utf-8")))


def _total(parts: Collection[Progress]) -> Progress:
    return Progress(
        parts=sum(part.parts for part in parts),
        rows=sum(part.rows for part in parts),
        rejected=sum(part.rejected for part in parts),
        empty=sum(part.empty for part in parts),
        uncertain=sum(part.uncertain for part in parts),
    )


def _by_ray(
    worker: "partial[Worker]", numbers: Sequence[int], address: str | None, workers: int | None
) -> Iterator[int]:
    """Have the files of these numbers classified; give each when it is finished."""
    if not numbers:
        return
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its errors come as exceptions too
    ray = load_extra("ray", "ray", "--engine ray")
    _start(ray, address, workers)
    try:
        for row in _results(worker, numbers, workers or int(ray.cluster_resources()["CPU"])):
            if row["status"] == UsageError.exit_status:
                raise UsageError(row["error"])
            if row["status"]:
                raise DemarcheError(row["error"])
            yield row["number"]
    except ray.exceptions.RayTaskError:
        raise  # demarche's own fault, whose traceback is wanted
    except ray.exceptions.RayError as error:
        raise DemarcheError(f"Ray: {one_line(error)}") from error
    finally:
        ray.shutdown()


def _start(ray: Any, address: str | None, workers: int | None) -> None:
    """Connect to a cluster, or start Ray on this machine."""
    where: dict[str, Any] = {"address": "local", "include_dashboard": False, "num_cpus": workers}
    if address is not None:
        where = {"address": address}
        host, _, port = address.rpartition(":")
        try:  # Ray itself tries for minutes, and ends the process
            socket.create_connection((host, int(port)), timeout=10).close()
        except (OSError, ValueError, OverflowError) as error:
            raise UsageError(
                f"--address {address}: no Ray cluster answers there ({error}); "
                "give HOST:PORT of its head"
            ) from None
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # Ray raises plain ones here
        raise DemarcheError(f"Ray: {one_line(error)}") from error


def _results(
    worker: "partial[Worker]", numbers: Sequence[int], workers: int
) -> Iterator[dict[str, Any]]:
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a file may take hours
    logger = logging.getLogger("ray.data")
    logger.handlers = [h for h in logger.handlers if h.name != "console"]  # its own file stays
    files = ray.data.from_items(list(numbers), override_num_blocks=len(numbers))
    results: Iterator[dict[str, Any]] = files.map(
        worker.func,
        fn_constructor_args=worker.args,
        compute=ray.data.ActorPoolStrategy(
            size=min(workers, len(numbers)), max_tasks_in_flight_per_actor=1
        ),
        num_cpus=1,
    ).iter_rows()
    return results
