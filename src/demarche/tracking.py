"""Finished runs logged to MLflow or trackio, on this machine; everything is read from the run.

Both libraries keep a SQLite store in a folder beside the runs. Nothing is sent anywhere:
MLflow's telemetry is switched off before it is imported, and trackio has none.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path

from demarche.config import flat
from demarche.errors import DemarcheError
from demarche.extras import check_extra, load_extra
from demarche.files import write_text
from demarche.report.charts import Bar, bar_chart
from demarche.runs import Run

FOLDER = ".tracking"
"""Within the folder of the runs."""

PROJECT = "demarche"


def check_tracking(name: str) -> None:
    """Make sure, before anything is trained, that the library is there.

    Raises
    ------
    UsageError
        If it is not.
    """
    if name != "none":
        check_extra(name, name, f"tracking={name}")


def track(run: Run, name: str) -> None:
    """Log a finished run: config, metrics, figures, and its folder with the model.

    A run that has been logged before is left as it is.

    Parameters
    ----------
    run : Run
    name : {"none", "mlflow", "trackio"}

    Raises
    ------
    DemarcheError
        If the library fails; the run is none the worse.
    """
    if name == "none":
        return
    folder = (run.path.parent / FOLDER).resolve()
    try:
        folder.mkdir(exist_ok=True)
        # Standard output belongs to results, and trackio prints.
        with redirect_stdout(sys.stderr):
            TRACKERS[name](run, folder)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise DemarcheError(
            f"{run.id} is finished and kept, but tracking={name} failed: {reason}; "
            "the same command logs it again"
        ) from error


def measures(run: Run) -> dict[str, float]:
    """Give a run's figures by name; those that are not defined are left out."""
    metrics = run.metrics or {}
    told = {part: metrics[part] for part in ("statements", "sentences") if metrics.get(part)}
    for name, scores in list(told.items()):
        low, high = scores["macro_f1_interval"] or (None, None)
        told[name] = {**scores, "macro_f1_low": low, "macro_f1_high": high}
    found = flat({**told, **run.timings, "megabytes": run.size() / 1e6})
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}


@contextmanager
def figures(run: Run) -> Iterator[Path]:
    """Draw a run's figures into a folder that lives as long as the block."""
    with tempfile.TemporaryDirectory() as folder:
        for name, parts in ((run.metrics or {}).get("by") or {}).items():
            bars = [
                Bar(value, scores["macro_f1"], *(scores["macro_f1_interval"] or (None, None)))
                for value, scores in parts.items()
            ]
            chart = bar_chart(f"Macro-F1 by {name}", "macro-F1, 95 % interval", bars)
            write_text(Path(folder) / f"by_{name}.svg", chart)
        yield Path(folder)


def _mlflow(run: Run, folder: Path) -> None:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    mlflow = load_extra("mlflow", "mlflow", "tracking=mlflow")
    for name in ("mlflow", "alembic"):  # they tell of each table they make
        logging.getLogger(name).setLevel(logging.WARNING)
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(PROJECT)
    number = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(PROJECT, artifact_location=(folder / "mlflow").as_uri())
    )
    done = f"attributes.status = 'FINISHED' and tags.run = '{run.id}'"
    if client.search_runs([number], done):
        return
    started, ended = (_milliseconds(run.status[key]) for key in ("started", "ended"))
    tracked = client.create_run(number, started, tags={"run": run.id}, run_name=run.id)
    key = tracked.info.run_id
    for name, value in flat(run.config).items():
        client.log_param(key, name, value)
    for name, value in measures(run).items():
        client.log_metric(key, name, value, timestamp=ended)
    with figures(run) as drawn:
        client.log_artifacts(key, str(drawn), "figures")
    client.log_artifacts(key, str(run.path), "run")
    client.set_terminated(key, "FINISHED", ended)


def _milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)


def _trackio(run: Run, folder: Path) -> None:
    os.environ["TRACKIO_DIR"] = str(folder / "trackio")  # which it reads when it is imported
    trackio = load_extra("trackio", "trackio", "tracking=trackio")
    try:
        known = {logged.name: logged for logged in trackio.Api().runs(PROJECT)}
    except ValueError:  # no run has been logged yet
        known = {}
    if run.id in known:
        return
    trackio.init(
        PROJECT,
        name=run.id,
        config=flat(run.config),
        embed=False,
        auto_log_gpu=False,
        auto_log_cpu=False,
    )
    try:
        with figures(run) as drawn:
            for chart in sorted(drawn.iterdir()):
                trackio.log_artifact(chart, name=f"{run.id}-{chart.stem}", type="figure")
        trackio.log_artifact(run.path, name=run.id, type="model")
        trackio.log(measures(run))
        trackio.finish()
    except BaseException:
        trackio.finish()
        for logged in trackio.Api().runs(PROJECT):
            if logged.name == run.id:
                logged.delete()  # else it would pass for logged
        raise


TRACKERS: dict[str, Callable[[Run, Path], None]] = {"mlflow": _mlflow, "trackio": _trackio}
