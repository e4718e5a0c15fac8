"""Ablations: what each part is worth, read from runs that differ in one thing from a reference.

A variant is named by what one types for it: ``data=all data.gold=0.5``. Runs of a variant that
differ in their seed alone are one row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.config import composed, flat
from demarche.errors import ConfigError, UsageError
from demarche.evaluation.bootstrap import (
    FEWEST,
    Interval,
    difference_interval,
    interval,
    resampled,
)
from demarche.evaluation.metrics import indices
from demarche.evaluation.tallies import macro_f1, tally
from demarche.report.charts import SERIES, Bar, Point, bar_chart, line_chart
from demarche.runs import Run

REFERENCE = "data=all"
"""The variant that a model's others are set beside."""

GOLD = "data.gold"


@dataclass(frozen=True)
class Variant:
    """One row of the table; None where a figure is not defined.

    Attributes
    ----------
    group : int
        Rows of one group were measured on the same sentences of the same data, from 1.
    name : str
        The overrides that give the variant, its model left out.
    gold : float
        The share of the gold sentences that it may train on.
    seeds : tuple of int
    statements : int
        Held-out statements that it was measured on.
    macro_f1 : float
        The mean over the seeds.
    interval : (low, high) or None
        Of that mean, 95 %, by resampling statements.
    difference, difference_interval
        To the model's `REFERENCE`, statement by statement; None for itself, and where the
        reference is not among the runs.
    """

    group: int
    model: str
    name: str
    gold: float
    seeds: tuple[int, ...]
    statements: int
    macro_f1: float
    interval: Interval
    difference: float | None
    difference_interval: Interval


def ablations(runs: Sequence[Run]) -> list[Variant]:
    """Set the variants of each model beside each other.

    Parameters
    ----------
    runs : sequence of Run
        Finished; those without held-out statements are passed over.

    Returns
    -------
    list of Variant
        By data and by model, the reference first, then by macro-F1.

    Raises
    ------
    RunError
        If a run is damaged.
    UsageError
        If no run was measured.
    """
    groups: dict[str, dict[str, dict[str, list[Run]]]] = {}
    for run in sorted(runs, key=_seed):
        if run.metrics and run.metrics["statements"]:
            models = groups.setdefault(_measured_on(run), {})
            variants = models.setdefault(run.config["config"]["model"], {})
            variants.setdefault(variant_name(run.config["config"]), []).append(run)
    if not groups:
        raise UsageError("no run was measured on held-out statements; see `demarche runs`")
    return [
        row
        for number, models in enumerate(groups.values(), start=1)
        for model, variants in sorted(models.items())
        for row in _rows(number, model, variants)
    ]


def _measured_on(run: Run) -> str:
    config = run.config
    return json.dumps([config["fingerprints"], config["config"]["protocol"]], sort_keys=True)


def _seed(run: Run) -> int:
    return int(run.config["config"]["seed"])


def variant_name(config: Mapping[str, Any]) -> str:
    """Name a run's config by the overrides that give it, its model, protocol and seed left out.

    Parameters
    ----------
    config : mapping
        As a run records it.

    Returns
    -------
    str
        ``data=NAME`` and each key that differs from what is shipped under that name. Keys that
        only one side knows, of a run of another version, are passed over.
    """
    name = config["data"]["name"]
    shipped = _shipped(config["model"], name)
    known = flat({part: shipped.get(part, {}) for part in ("data", "params")})
    changed = [
        f"{key.replace('params.', 'model.', 1)}={_typed_as(value)}"
        for key, value in flat({part: config[part] for part in ("data", "params")}).items()
        if key in known and value != known[key]
    ]
    return " ".join([f"data={name}", *changed])


@cache
def _shipped(model: str, data: str) -> dict[str, Any]:
    try:
        return composed([f"model={model}", f"data={data}"]).as_dict()
    except ConfigError:  # a config of the user's own
        return {}


def _typed_as(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value).replace(" ", "")


def _rows(group: int, model: str, variants: Mapping[str, Sequence[Run]]) -> list[Variant]:
    """Compare one model's variants, which were measured on the same statements."""
    scores = {name: _scores(runs) for name, runs in variants.items()}
    reference = scores.get(REFERENCE)
    rows = []
    for name, runs in variants.items():
        own, statements = scores[name], (runs[0].metrics or {})["statements"]["n"]
        other = None if name == REFERENCE or reference is None else own - reference
        enough = statements >= FEWEST["statement"]
        rows.append(
            Variant(
                group=group,
                model=model,
                name=name,
                gold=float(runs[0].config["config"]["data"]["gold"]),
                seeds=tuple(_seed(run) for run in runs),
                statements=statements,
                macro_f1=float(own[0]),
                interval=interval(own) if enough else None,
                difference=None if other is None else float(other[0]),
                difference_interval=(
                    difference_interval(other) if enough and other is not None else None
                ),
            )
        )
    return sorted(rows, key=lambda row: (row.name != REFERENCE, -row.macro_f1))


def _scores(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Give the seeds' mean macro-F1 of all statements and of each resample of them."""
    tables = [run.predictions().sort_values("id") for run in runs]
    statements = [table[table["mode"] != "narration"] for table in tables]
    tallies = [tally(indices(t["stance"]), indices(t["predicted"])) for t in statements]
    return np.asarray(macro_f1(resampled(np.stack(tallies))).mean(axis=0))


def plots(rows: Sequence[Variant]) -> dict[str, str]:
    """Draw the rows of the first group.

    Returns
    -------
    dict of str to str
        SVG by file name: ``ablation-MODEL.svg`` for each model, and ``learning-curve.svg`` where
        a recipe was trained on two shares of gold or more.
    """
    first = [row for row in rows if row.group == 1]
    measure = f"macro-F1 on {first[0].statements} held-out statements, 95 % interval"
    drawn = {}
    for model in dict.fromkeys(row.model for row in first):
        bars = [
            Bar(row.name, row.macro_f1, *(row.interval or (None, None)))
            for row in first
            if row.model == model
        ]
        drawn[f"ablation-{model}.svg"] = bar_chart(f"What {model} learns from", measure, bars)
    if curves := _curves(first):
        drawn["learning-curve.svg"] = line_chart(
            "Learning curve", "share of the gold sentences, %", measure, curves
        )
    return drawn


def _curves(rows: Sequence[Variant]) -> dict[str, list[Point]]:
    """Put rows that differ in the share of gold alone on one line each."""
    curves: dict[str, list[Point]] = {}
    for row in rows:
        rest = [part for part in row.name.split() if not part.startswith(f"{GOLD}=")]
        point = Point(100 * row.gold, row.macro_f1, *(row.interval or (None, None)))
        curves.setdefault(f"{row.model}, {' '.join(rest)}", []).append(point)
    longest = sorted(curves.items(), key=lambda curve: -len(curve[1]))[:SERIES]
    return {name: points for name, points in longest if len(points) > 1}
