"""A run: a folder with its config, fingerprints, metrics, held-out predictions and model.

::

    models/<id>/
        config.json          resolved config, data fingerprints, versions, host
        status.json          running, finished, failed or interrupted; times; the error if any
        metrics.json         what `demarche.evaluation.metrics.evaluate` gives; null if not measured
        predictions.parquet  every held-out sentence by id, with all four probabilities
        swaps.parquet        held-out statements with other actors in them, judged likewise
        evidence.parquet     each word's weight in the held-out statements that are judged wrongly
        model/               the model, fitted on all the data
        timings.json         seconds of all its fits, and sentences classified in a second
"""

import hashlib
import json
import os
import platform
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import DemarcheError, RunError, UsageError
from demarche.files import replacing, write_text
from demarche.models.protocol import Predictor, StanceClassifier
from demarche.models.registry import load_fitted
from demarche.ranks import together

if TYPE_CHECKING:
    import pandas as pd

    from demarche.config import TrainConfig

# pandas and Hydra are not loaded here: together they take longer to start than classification.

RUNS = Path("models")
"""Where runs stand unless told otherwise."""

PARTIAL_MODEL = ".model.partial"

LIBRARIES = ("demarche", "numpy", "scikit-learn", "torch", "transformers", "hydra-core")


@dataclass(frozen=True)
class Run:
    """One run's folder; everything is read when asked for."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def config(self) -> dict[str, Any]:
        """The resolved config, fingerprints, versions and host."""
        config: dict[str, Any] = self._json("config.json")
        return config

    @property
    def status(self) -> dict[str, Any]:
        """The state, times and, if it failed, the error."""
        status: dict[str, Any] = self._json("status.json")
        return status

    @property
    def state(self) -> str:
        """``finished``, ``failed``, ``interrupted``, ``running``, or ``damaged``."""
        try:
            status = self.status
        except RunError:
            return "damaged"
        if status["state"] == "running" and not _alive(status):
            return "interrupted"
        return str(status["state"])

    @property
    def metrics(self) -> dict[str, Any] | None:
        """The held-out metrics; None where nothing was held out."""
        metrics: dict[str, Any] | None = self._json("metrics.json")
        return metrics

    @property
    def timings(self) -> dict[str, float]:
        """``fit_seconds`` of all fits, ``sentences_per_second`` of the fitted model."""
        timings: dict[str, float] = self._json("timings.json")
        return timings

    def predictions(self) -> "pd.DataFrame":
        """Read the held-out predictions.

        Raises
        ------
        RunError
            If the file is missing or damaged, or holds probabilities that are not numbers.
        """
        table = self._table("predictions.parquet")
        if broken := int(table.filter(regex="^p_").isna().any(axis=1).sum()):
            raise RunError(
                f"{self.path}/predictions.parquet: {broken} sentences without probabilities; "
                "train the run again"
            )
        return table

    def swaps(self) -> "pd.DataFrame":
        """Read the verdicts on held-out statements with other actors in them.

        Raises
        ------
        RunError
            If the run was trained before there were any, or the file is damaged.
        """
        return self._later_table("swaps", "actor swaps")

    def evidence(self) -> "pd.DataFrame":
        """Read the words' weights in the held-out statements that were judged wrongly.

        Raises
        ------
        RunError
            If the run was trained before there were any, or the file is damaged.
        """
        return self._later_table("evidence", "evidence")

    def model(self) -> Predictor:
        """Load the fitted model to classify with, as ONNX graphs where they were written.

        Raises
        ------
        RunError
            If the run is not finished or its model is damaged.
        """
        if self.state != "finished":
            raise RunError(f"{self.path}: the run is {self.state}; only finished runs classify")
        return load_fitted(self.config["config"]["model"], self.path / "model")

    def size(self) -> int:
        """Give the fitted model's size on disk in bytes."""
        return sum(p.stat().st_size for p in (self.path / "model").rglob("*") if p.is_file())

    def _later_table(self, name: str, what: str) -> "pd.DataFrame":
        """Read a table that runs of earlier versions lack."""
        if not (self.path / f"{name}.parquet").exists():
            raise RunError(
                f"{self.id} holds no {what}; remove it (demarche runs rm) and train it again"
            )
        return self._table(f"{name}.parquet")

    def _table(self, name: str) -> "pd.DataFrame":
        import pandas as pd

        path = self.path / name
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None

    def _json(self, name: str) -> Any:
        path = self.path / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: damaged or missing ({error}); train the run again") from None


def _alive(status: Mapping[str, Any]) -> bool:
    """Whether the process that writes a run still runs; one on another host is believed."""
    if status["host"] != platform.node():
        return True
    try:
        os.kill(status["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def identify(config: "TrainConfig", fingerprints: Mapping[str, str]) -> str:
    """Name a run by its config and data: the same name, the same experiment."""
    content = {**config.as_dict(), "runs": None, "fingerprints": dict(fingerprints)}
    del content["tracking"]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    return f"{config.model}-{config.data.name}-{config.protocol.name}-s{config.seed}-{key}"


@contextmanager
def recorded(config: "TrainConfig", fingerprints: Mapping[str, str]) -> Iterator[Run]:
    """Start a run's folder and keep its status true, whatever happens in the block.

    Raises
    ------
    DemarcheError
        As the block raises it, or for a disk that cannot be written.
    """
    run = Run(Path(config.runs) / identify(config, fingerprints))
    status: dict[str, Any] = {
        "state": "running",
        "started": _now(),
        "pid": os.getpid(),
        "host": platform.node(),
    }
    try:
        with together(), terminable():
            shutil.rmtree(run.path, ignore_errors=True)
            run.path.mkdir(parents=True)
            _write_json(run.path / "status.json", status)
            _write_json(run.path / "config.json", _description(config, fingerprints))
            yield run
            _write_json(run.path / "status.json", {**status, "state": "finished", "ended": _now()})
    except KeyboardInterrupt:
        _abandon(run, {**status, "state": "interrupted", "ended": _now()})
        raise
    except BaseException as error:
        _abandon(run, {**status, "state": "failed", "ended": _now(), "error": str(error)})
        if isinstance(error, OSError):
            raise DemarcheError(f"{run.path}: cannot be written ({error.strerror})") from error
        raise


@contextmanager
def terminable() -> Iterator[None]:
    """Treat a request to terminate like an interrupt, so that what was begun is tidied up."""
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _abandon(run: Run, status: Mapping[str, Any]) -> None:
    """Leave no half-written model behind, and say what became of the run."""
    shutil.rmtree(run.path / PARTIAL_MODEL, ignore_errors=True)
    # On a full disk the first error is the one to tell; the run then reads as interrupted.
    with suppress(OSError):
        _write_json(run.path / "status.json", status)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _description(config: "TrainConfig", fingerprints: Mapping[str, str]) -> dict[str, Any]:
    return {
        "config": config.as_dict(),
        "fingerprints": dict(fingerprints),
        "versions": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "host": {
            "machine": platform.machine(),
            "system": platform.system(),
            "cores": os.cpu_count(),
        },
    }


def _write_json(path: Path, content: Any) -> None:
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_results(run: Run, metrics: dict[str, Any] | None, predictions: "pd.DataFrame") -> None:
    """Write a run's metrics and held-out predictions."""
    write_table(run, "predictions", predictions)
    _write_json(run.path / "metrics.json", metrics)


def write_table(run: Run, name: str, table: "pd.DataFrame") -> None:
    """Write one of a run's tables: ``predictions``, ``swaps`` or ``evidence``."""
    with replacing(run.path / f"{name}.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def write_model(run: Run, model: StanceClassifier, timings: Mapping[str, float]) -> None:
    """Save a run's fitted model, the folder in one step, with what it cost."""
    temporary = run.path / PARTIAL_MODEL
    temporary.mkdir()
    model.save(temporary)
    temporary.rename(run.path / "model")
    write_timings(run, timings)


def write_timings(run: Run, timings: Mapping[str, float]) -> None:
    """Write what a run cost, and how fast it is."""
    _write_json(run.path / "timings.json", dict(timings))


def list_runs(folder: Path = RUNS) -> list[Run]:
    """List the runs in a folder, oldest first; a folder that is not there has none."""
    if not folder.is_dir():
        return []
    found = [Run(path) for path in folder.iterdir() if (path / "config.json").is_file()]
    return sorted(found, key=lambda run: (run.path / "config.json").stat().st_mtime)


def find_run(name: str, folder: Path = RUNS) -> Run:
    """Find a run by its id, the beginning or the end of its id, or its path.

    Raises
    ------
    UsageError
        If there is no such run, or more than one.
    """
    if (Path(name) / "config.json").is_file():
        return Run(Path(name).resolve())
    matches = [
        run for run in list_runs(folder) if name in (run.id[: len(name)], run.id[-len(name) :])
    ]
    exact = [run for run in matches if run.id == name]
    if len(exact or matches) == 1:
        return (exact or matches)[0]
    if matches:
        raise UsageError(f"{name!r} fits {len(matches)} runs: {', '.join(r.id for r in matches)}")
    raise UsageError(f"no run {name!r} in {folder}; `demarche runs` lists them")


def best_run(folder: Path = RUNS) -> Run:
    """Choose the finished run with the best macro-F1 among those measured on most statements.

    Raises
    ------
    RunError
        If no run is finished.
    """

    def rank(run: Run) -> tuple[int, float]:
        metrics = run.metrics
        statements = metrics["statements"] if metrics else None
        return (statements["n"], statements["macro_f1"]) if statements else (0, 0.0)

    finished = [run for run in list_runs(folder) if run.state == "finished"]
    if not finished:
        raise RunError(f"no finished run in {folder}; train one: demarche train model=tfidf")
    return max(finished, key=rank)


def remove_run(run: Run) -> None:
    """Delete a run's folder.

    Raises
    ------
    UsageError
        If the run is still being written.
    """
    if run.state == "running":
        raise UsageError(f"{run.id} is still running; stop it first")
    shutil.rmtree(run.path)
