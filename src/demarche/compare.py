"""The comparison of runs: one row a run, best first, runs on other data apart."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from demarche.evaluation.calibration import expected_calibration_error
from demarche.evaluation.metrics import confidences, indices, macro_f1
from demarche.evaluation.selective import accuracy_at_coverage
from demarche.evaluation.significance import paired_test
from demarche.runs import Run
from demarche.stance import STANCES


@dataclass(frozen=True)
class Row:
    """One run's line of the table; None where a figure is not defined.

    Attributes
    ----------
    group : int
        Runs of one group were measured on the same sentences of the same data, from 1.
    fit_seconds : float
        All fits of the job, those of the folds and the last on all the data; wall time.
    megabytes : float
        The fitted model on disk.
    per_second : float
        Sentences classified in a second.
    difference : float or None
        Macro-F1 less that of the group's best run.
    p_value : float or None
        Of a paired test of that difference on the same statements.
    ece : float or None
        Expected calibration error.
    accuracy_at_half_coverage : float or None
        Of the more confident half of the statements.
    """

    group: int
    run: str
    model: str
    data: str
    protocol: str
    seed: int
    statements: int
    macro_f1: float
    low: float | None
    high: float | None
    accuracy: float
    lenient_accuracy: float
    log_loss: float
    ece: float | None
    accuracy_at_half_coverage: float | None
    f1: dict[str, float]
    fit_seconds: float
    megabytes: float
    per_second: float
    difference: float | None
    p_value: float | None

    def flat(self) -> dict[str, Any]:
        """Give the row with one column for each stance's F1."""
        values = asdict(self)
        per_class = {f"f1_{stance}": score for stance, score in values.pop("f1").items()}
        position = list(values).index("fit_seconds")
        items = list(values.items())
        return dict([*items[:position], *per_class.items(), *items[position:]])


def compare(runs: Sequence[Run]) -> list[Row]:
    """Compare finished runs that were measured.

    Parameters
    ----------
    runs : sequence of Run
        Finished; those without held-out statements are passed over.

    Returns
    -------
    list of Row
        By group (most statements first), best macro-F1 first.

    Raises
    ------
    RunError
        If a run is damaged.
    """
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if run.metrics and run.metrics["statements"]:
            groups.setdefault(_measured_on(run), []).append(run)
    rows: list[Row] = []
    for number, group in enumerate(sorted(groups.values(), key=_size, reverse=True), start=1):
        group.sort(key=lambda run: -_headline(run)["macro_f1"])
        best = _statements(group[0])
        rows += [_row(number, run, best) for run in group]
    return rows


def _headline(run: Run) -> dict[str, Any]:
    assert run.metrics is not None  # noqa: S101 - compare() keeps only measured runs
    statements: dict[str, Any] = run.metrics["statements"]
    return statements


def _size(group: list[Run]) -> int:
    return int(_headline(group[0])["n"])


def _measured_on(run: Run) -> str:
    """Give a digest of what a run was measured on: data files, protocol, held-out sentences."""
    config = run.config
    protocol = config["config"]["protocol"]["name"]
    content = [config["fingerprints"], protocol, sorted(run.predictions()["id"])]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _statements(run: Run) -> pd.DataFrame:
    predictions = run.predictions()
    return predictions[predictions["mode"] != "narration"].set_index("id").sort_index()


def _row(group: int, run: Run, best: pd.DataFrame) -> Row:
    metrics, config, timings = _headline(run), run.config["config"], run.timings
    own = _statements(run)
    truth, said, best_said = (
        indices(column) for column in (own["stance"], own["predicted"], best["predicted"])
    )
    is_best = own["predicted"].equals(best["predicted"])
    low, high = metrics["macro_f1_interval"] or (None, None)
    return Row(
        group=group,
        run=run.id,
        model=config["model"],
        data=config["data"]["name"],
        protocol=config["protocol"]["name"],
        seed=config["seed"],
        statements=metrics["n"],
        macro_f1=metrics["macro_f1"],
        low=low,
        high=high,
        accuracy=metrics["accuracy"],
        lenient_accuracy=metrics["lenient_accuracy"],
        log_loss=metrics["log_loss"],
        # From the predictions, as runs of earlier versions did not record them.
        ece=expected_calibration_error(*confidences(own)),
        accuracy_at_half_coverage=accuracy_at_coverage(*confidences(own), 0.5),
        f1={stance: metrics["per_class"][stance]["f1"] for stance in STANCES},
        fit_seconds=timings["fit_seconds"],
        megabytes=run.size() / 1e6,
        per_second=timings["sentences_per_second"],
        difference=None if is_best else metrics["macro_f1"] - float(macro_f1(truth, best_said)),
        p_value=None if is_best else paired_test(truth, said, best_said),
    )
