"""`demarche train`: Hydra composes and launches, every job is checked before the first starts."""

import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import cache

import hydra
from omegaconf import DictConfig

from demarche.config import TrainConfig, checked, composed, swept
from demarche.errors import ConfigError, DemarcheError, UsageError
from demarche.extras import check_extra
from demarche.ranks import processes, rank
from demarche.runs import Run, terminable
from demarche.torchrun import assist, check_parallel
from demarche.tracking import check_tracking, track

SWEEP = {"-m", "--multirun"}
SLURM = "hydra/launcher=submitit_slurm"
SUBMITTING = {SLURM, "hydra/launcher=submitit_local"}
"""Launchers whose jobs write into logs of their own, below ``.sweep`` in the folder of the runs."""

LAUNCHERS = {
    "hydra/launcher=joblib": ("hydra_plugins.hydra_joblib_launcher", "sweep"),
    **dict.fromkeys(SUBMITTING, ("hydra_plugins.hydra_submitit_launcher", "slurm")),
}
"""The module that each launcher needs, and the extra that brings it."""


def train_command(arguments: Sequence[str]) -> int:
    """Train one job, or with ``-m`` every combination of the listed values.

    Parameters
    ----------
    arguments : sequence of str
        ``key=value`` overrides and Hydra's own flags.

    Returns
    -------
    int
        0; 1 where a job of a sweep failed.

    Raises
    ------
    DemarcheError
        If a config is wrong, or the one job fails.
    """
    overrides = [argument for argument in arguments if not argument.startswith("-")]
    flags = set(arguments).difference(overrides)
    if rank() > 0:
        assist(overrides)
        return 0
    if flags and processes() > 1:
        raise UsageError("torchrun trains one job at a time, without -m or other flags")
    if not flags:
        config = composed(overrides)
        check_tracking(config.tracking)
        if processes() > 1:
            check_parallel(config)
        track(_train_one(config), config.tracking)
        return 0
    if flags <= SWEEP:
        return _sweep(overrides)

    def run_job(config: DictConfig) -> None:
        _train_one(checked(config))

    # Hydra's other flags (--help, --cfg job, --info) ask questions.
    _launch(arguments, run_job)
    return 0


def _launch(arguments: Sequence[str], job: object) -> None:
    """Hand arguments and a job to Hydra."""
    sys.argv = ["demarche train", *arguments]
    hydra.main(config_path="pkg://demarche.configs", config_name="train", version_base="1.3")(job)()


def _train_one(config: TrainConfig) -> Run:
    # Imported here: `demarche train --help` needs no model library.
    from demarche.training import train

    run = train(config)
    _announce(run)
    return run


@dataclass(frozen=True)
class Job:
    """One job of a sweep.

    Attributes
    ----------
    title : str
        The overrides in which it differs from the others.
    config : TrainConfig
    run : Run
        What it writes, or has written before.
    """

    title: str
    config: TrainConfig
    run: Run

    @property
    def finished(self) -> bool:
        """Whether the run is there and finished."""
        return self.run.path.is_dir() and self.run.state == "finished"


def _sweep(overrides: Sequence[str]) -> int:
    """Check all jobs, launch them, and say what became of each.

    A failed job does not stop the others. What became of a job is read from its run's folder,
    since it may have run in another process.
    """
    for launcher in set(overrides).intersection(LAUNCHERS):
        check_extra(*LAUNCHERS[launcher], launcher)
    if SLURM in overrides and not shutil.which("srun"):
        raise UsageError(f"{SLURM}: no Slurm here (srun is missing); submitit_local does without")
    jobs = _checked_jobs(swept(overrides))
    before = [job.finished for job in jobs]
    titles, parent = [job.title for job in jobs], os.getpid()

    def run_job(config: DictConfig) -> None:
        from hydra.core.hydra_config import HydraConfig

        number = HydraConfig.get().job.num
        with _without_bars(hidden=os.getpid() != parent):
            sys.stderr.write(f"job {number + 1} of {len(titles)}: {titles[number]}\n")
            try:
                _train_one(checked(config))
            except DemarcheError as error:
                sys.stderr.write(f"demarche: {error}\n")

    try:
        with terminable():
            _launch(["-m", *overrides], run_job)
    except SystemExit:
        pass  # Hydra has shown an unforeseen error; the summary says which job it was
    finally:
        if SUBMITTING.intersection(overrides):
            _announce_submitted(jobs)
        failed = _summarise(jobs, before)
    return 1 if failed + _track(jobs) else 0


def _announce_submitted(jobs: Sequence[Job]) -> None:
    """Print here what jobs have printed into their logs, and say where those are."""
    for job in jobs:
        if job.finished:
            _announce(job.run)
    for folder in dict.fromkeys(job.run.path.parent for job in jobs):
        sys.stderr.write(f"what each job has printed: {folder / '.sweep' / '.submitit'}\n")


def _track(jobs: Sequence[Job]) -> int:
    """Log the finished runs, one after the other in this process; give the number that failed."""
    failed = 0
    for job in jobs:
        if job.finished:
            try:
                track(job.run, job.config.tracking)
            except DemarcheError as error:
                sys.stderr.write(f"demarche: {error}\n")
                failed += 1
    return failed


def _checked_jobs(jobs: Sequence[Sequence[str]]) -> list[Job]:
    """Check each job's config and data, and that no two are the same experiment.

    Raises
    ------
    DemarcheError
        For the first that is wrong.
    """
    from demarche.training import planned, read_corpus

    read = cache(read_corpus)  # most jobs share it, and it takes a second or two
    common = set[str].intersection(*(set(job) for job in jobs))
    found: dict[Run, Job] = {}
    for number, overrides in enumerate(jobs, start=1):
        title = " ".join(o for o in overrides if o not in common) or " ".join(overrides)
        try:
            config = composed(overrides)
            check_tracking(config.tracking)
            run, _ = planned(config, read(config.data.seeds, config.data.folder))
        except DemarcheError as error:
            raise type(error)(f"job {number} ({title}): {error}") from None
        if run in found:
            raise ConfigError(f"two jobs are the same: {found[run].title} and {title}")
        found[run] = Job(title, config, run)
    return list(found.values())


def _summarise(jobs: Sequence[Job], before: Sequence[bool]) -> int:
    """Say how many jobs were trained and which were not, and give the number of the latter."""
    others = [job for job in jobs if not job.finished]
    counts = {
        "trained": len(jobs) - len(others) - sum(before),
        "finished before": sum(before),
        "not finished": len(others),
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    sys.stderr.write(f"{len(jobs)} jobs: {said}\n")
    for job in others:
        sys.stderr.write(f"  {job.title}: {_reason(job.run)}\n")
    return len(others)


def _reason(run: Run) -> str:
    """Say why a run is not finished."""
    if not run.path.is_dir():
        return "not started"
    state = run.state
    return f"failed: {run.status['error']}" if state == "failed" else state


class _NoTerminal(io.TextIOWrapper):
    """A stream on which no progress bar is drawn."""

    def isatty(self) -> bool:
        return False


@contextmanager
def _without_bars(*, hidden: bool) -> Iterator[None]:
    """Draw no progress bars if `hidden`: those of several processes overwrite each other."""
    if not hidden:
        yield
        return
    with (
        _NoTerminal(open(2, "wb", closefd=False), line_buffering=True) as stream,
        redirect_stderr(stream),
    ):
        yield


def _announce(run: Run) -> None:
    """Print the run's id for machines, its headline for people."""
    metrics = run.metrics
    if metrics and metrics["statements"]:
        statements = metrics["statements"]
        low, high = statements["macro_f1_interval"] or (None, None)
        interval = "95 % not defined" if low is None else f"95 % {low:.3f} to {high:.3f}"
        sys.stderr.write(
            f"macro-F1 {statements['macro_f1']:.3f} ({interval}) "
            f"on {statements['n']} held-out statements\n"
        )
    sys.stdout.write(f"{run.id}\n")
    sys.stdout.flush()
