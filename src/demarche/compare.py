"""The comparison of runs: one row a config, best first, runs on other data apart.

Runs that differ in their seed alone are one row: its figures are means over those runs. Of what
resampling says (`Uncertainty`), every row of a group meets the same resamples.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from demarche.evaluation.bootstrap import (
    FEWEST,
    Interval,
    by_unit,
    difference_interval,
    interval,
    resampled,
)
from demarche.evaluation.calibration import expected_calibration_error
from demarche.evaluation.metrics import confidences, indices
from demarche.evaluation.selective import accuracy_at_coverage
from demarche.evaluation.significance import holm_of_pairs, paired_tests
from demarche.evaluation.tallies import Tallies, accuracy, macro_f1, tally
from demarche.runs import Run
from demarche.stance import STANCES


@dataclass(frozen=True)
class Uncertainty:
    """What resampling one kind of unit says of a row; None where it is not defined.

    It is of these runs on other statements (articles, speakers) like those seen; how far a
    further seed would lie from them is not in it, see `Row.spread`.

    Attributes
    ----------
    count : int or None
        How many units there are; None where the runs' tables lack the column.
    interval, accuracy_interval : (low, high) or None
        95 % intervals of macro-F1 and accuracy.
    difference_interval : (low, high) or None
        95 % interval of the difference to the group's best row.
    p_value, p_adjusted : float or None
        Of a paired test of that difference; with Holm's correction over all pairs of the
        group's rows, since the best row, too, was chosen by its figure.
    """

    count: int | None = None
    interval: Interval = None
    accuracy_interval: Interval = None
    difference_interval: Interval = None
    p_value: float | None = None
    p_adjusted: float | None = None

    def flat(self) -> dict[str, Any]:
        """Give a column for each end of an interval."""
        low, high = self.interval or (None, None)
        accuracy_low, accuracy_high = self.accuracy_interval or (None, None)
        difference_low, difference_high = self.difference_interval or (None, None)
        return {
            "low": low,
            "high": high,
            "accuracy_low": accuracy_low,
            "accuracy_high": accuracy_high,
            "difference_low": difference_low,
            "difference_high": difference_high,
            "p_value": self.p_value,
            "p_adjusted": self.p_adjusted,
        }


@dataclass(frozen=True)
class Row:
    """One line of the table: the runs of one config; None where a figure is not defined.

    Attributes
    ----------
    group : int
        Rows of one group were measured on the same sentences of the same data, from 1.
    runs, seeds, scores : tuple
        The runs' ids, seeds and macro-F1, by seed. All figures below are means over the runs.
    spread : float or None
        Standard deviation of macro-F1 over the runs.
    fit_seconds : float
        All fits of a job, those of the folds and the last on all the data; wall time.
    megabytes : float
        The fitted model on disk.
    per_second : float
        Sentences classified in a second.
    difference : float or None
        Macro-F1 less that of the group's best row.
    by : dict of str to Uncertainty
        By unit of resampling: ``statement``, ``article``, ``speaker``.
    ece : float
        Expected calibration error.
    accuracy_at_half_coverage : float
        Of the more confident half of the statements.
    """

    group: int
    model: str
    data: str
    protocol: str
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    statements: int
    macro_f1: float
    spread: float | None
    scores: tuple[float, ...]
    accuracy: float
    lenient_accuracy: float
    log_loss: float
    ece: float
    accuracy_at_half_coverage: float
    f1: dict[str, float]
    fit_seconds: float
    megabytes: float
    per_second: float
    difference: float | None
    by: dict[str, Uncertainty]

    def flat(self) -> dict[str, Any]:
        """Give the row with a column for each stance's F1 and each figure of each unit."""
        values: dict[str, Any] = {}
        for name, value in asdict(self).items():
            if name == "f1":
                values |= {f"f1_{stance}": score for stance, score in value.items()}
            elif name != "by":
                values[name] = value
        for unit, found in self.by.items():
            if unit == "statement":
                values |= found.flat()
            else:
                values[f"{unit}s"] = found.count
                values |= {f"{name}_{unit}": value for name, value in found.flat().items()}
        return values


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
    return [
        row
        for number, group in enumerate(measured_alike(runs), start=1)
        for row in _rows(number, _folded(group))
    ]


def measured_alike(runs: Sequence[Run]) -> list[list[Run]]:
    """Put runs together that were measured on the same sentences of the same data.

    Parameters
    ----------
    runs : sequence of Run
        Finished; those without held-out statements are passed over.

    Returns
    -------
    list of list of Run
        Most statements first.

    Raises
    ------
    RunError
        If a run is damaged.
    """
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if run.metrics and run.metrics["statements"]:
            groups.setdefault(_measured_on(run), []).append(run)
    return sorted(groups.values(), key=_size, reverse=True)


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


def _folded(runs: Sequence[Run]) -> list[list[Run]]:
    """Put runs that differ in their seed alone together, by seed.

    A seed that comes again (a run of the same config in another folder) opens a row of its own.
    """
    folded: dict[tuple[str, int], list[Run]] = {}
    met: Counter[tuple[str, int]] = Counter()
    for run in sorted(runs, key=_seed):
        config = json.dumps({**run.config["config"], "seed": None, "runs": None}, sort_keys=True)
        folded.setdefault((config, met[config, _seed(run)]), []).append(run)
        met[config, _seed(run)] += 1
    return list(folded.values())


def _seed(run: Run) -> int:
    return int(run.config["config"]["seed"])


def _statements(run: Run) -> pd.DataFrame:
    """Give a run's predicted statements, in the order of their ids."""
    predictions = run.predictions()
    return predictions[predictions["mode"] != "narration"].sort_values("id")


def _rows(group: int, folded: Sequence[list[Run]]) -> list[Row]:
    """Compare rows on the same statements, given as the runs of each."""
    tables = [[_statements(run) for run in runs] for runs in folded]
    # Clusters belong to the statements: of runs of several ages, the one that knows most tells.
    known = max((table for row in tables for table in row), key=lambda table: len(table.columns))
    units = [
        by_unit(
            np.stack([tally(indices(t["stance"]), indices(t["predicted"])) for t in row]), known
        )
        for row in tables
    ]
    scores = [macro_f1(by["statement"].sum(axis=-2)) for by in units]
    order = np.argsort([-score.mean() for score in scores], kind="stable")
    ranked = [units[at] for at in order]
    doubts = {
        unit: _uncertainties(unit, [by[unit] for by in ranked])
        if unit in known or unit == "statement"
        else [Uncertainty()] * len(ranked)
        for unit in FEWEST
    }
    best = scores[order[0]].mean()
    return [
        _row(
            group,
            folded[at],
            scores[at],
            float(scores[at].mean() - best) if place else None,
            {unit: found[place] for unit, found in doubts.items()},
        )
        for place, at in enumerate(order)
    ]


def _uncertainties(unit: str, ranked: Sequence[Tallies]) -> list[Uncertainty]:
    """Resample one kind of unit for all rows of a group, the best first."""
    count = ranked[0].shape[-2]
    enough = count >= FEWEST[unit]
    found: list[dict[str, Any]] = [{"count": count} for _ in ranked]
    if enough:
        resamples = [resampled(tallies) for tallies in ranked]
        scores = [macro_f1(tallies).mean(axis=0) for tallies in resamples]
        for at, values in enumerate(found):
            values["interval"] = interval(scores[at])
            values["accuracy_interval"] = interval(accuracy(resamples[at]).mean(axis=0))
            if at:
                values["difference_interval"] = difference_interval(scores[at] - scores[0])
    # A test of a few statements is exact; one of a few clusters cannot find anything: four have
    # sixteen swaps.
    if enough or unit == "statement":
        p_values = paired_tests(ranked)
        for at, adjusted in enumerate(holm_of_pairs(p_values)[0][1:], start=1):
            found[at] |= {"p_value": float(p_values[0, at]), "p_adjusted": float(adjusted)}
    return [Uncertainty(**values) for values in found]


def _row(
    group: int,
    runs: Sequence[Run],
    scores: np.ndarray[Any, np.dtype[np.float64]],
    difference: float | None,
    by: dict[str, Uncertainty],
) -> Row:
    config, metrics = runs[0].config["config"], [_headline(run) for run in runs]
    timings = [run.timings for run in runs]
    confident = [confidences(_statements(run)) for run in runs]

    def mean(values: Sequence[float | None]) -> float:
        return float(np.mean(np.array(values, dtype=np.float64)))

    return Row(
        group=group,
        model=config["model"],
        data=config["data"]["name"],
        protocol=config["protocol"]["name"],
        runs=tuple(run.id for run in runs),
        seeds=tuple(_seed(run) for run in runs),
        statements=metrics[0]["n"],
        macro_f1=float(scores.mean()),
        spread=float(scores.std(ddof=1)) if len(scores) > 1 else None,
        scores=tuple(map(float, scores)),
        accuracy=mean([m["accuracy"] for m in metrics]),
        lenient_accuracy=mean([m["lenient_accuracy"] for m in metrics]),
        log_loss=mean([m["log_loss"] for m in metrics]),
        # From the predictions, as runs of earlier versions did not record them.
        ece=mean([expected_calibration_error(*found) for found in confident]),
        accuracy_at_half_coverage=mean([accuracy_at_coverage(*found, 0.5) for found in confident]),
        f1={s: mean([m["per_class"][s]["f1"] for m in metrics]) for s in STANCES},
        fit_seconds=mean([t["fit_seconds"] for t in timings]),
        megabytes=mean([run.size() / 1e6 for run in runs]),
        per_second=mean([t["sentences_per_second"] for t in timings]),
        difference=difference,
        by=by,
    )
