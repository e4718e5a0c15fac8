"""Runs as one page for the browser: what was trained on what, how good it is, and how sure that is.

Every figure of the comparison is the text that ``demarche compare`` prints (`demarche.figures`);
those of a single run are computed from its held-out predictions anew, so that runs of earlier
versions are measured as those of this one.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from demarche.ablations import ablations, plots, variant_name
from demarche.audit import audit_run
from demarche.compare import Row, compare, measured_alike
from demarche.config import composed, flat
from demarche.corpus.gold import PASSES
from demarche.errors import ConfigError, DemarcheError, UsageError
from demarche.evaluation.abstention import CONFIDENCE, thresholds
from demarche.evaluation.calibration import reliability
from demarche.evaluation.metrics import SLICES, confidences, evaluate
from demarche.evaluation.selective import risk_coverage
from demarche.figures import Comparison, Listing, ablated, audited, comparisons, within
from demarche.report.charts import Bar, Point, bar_chart, curve_chart
from demarche.report.errors import Errors, most_confident_errors
from demarche.report.html import SYMBOLS, UNSAFE_FOR_PAGES, write_html
from demarche.runs import Run, identify
from demarche.stance import STANCES


@dataclass(frozen=True)
class Account:
    """All that is said of one run.

    Attributes
    ----------
    run : Run
    command : str
        Trains it again.
    exact : bool
        Whether the command gives this very config in this version of demarche.
    config, headline, per_class, bins, coverages : Listing
    confusion : list of list of int
        Rows gold, columns predicted, in the order of `STANCES`.
    slices : list of Listing
        By article, mode and side.
    reliability, coverage : Markup
        Charts.
    audit : list of Listing
    no_audit : str
        Why there is no audit, where there is none.
    errors : Errors
    """

    run: Run
    command: str
    exact: bool
    config: Listing
    headline: Listing
    confusion: list[list[int]]
    per_class: Listing
    slices: list[Listing]
    reliability: Markup
    bins: Listing
    coverage: Markup
    coverages: Listing
    audit: list[Listing]
    no_audit: str
    errors: Errors


@dataclass(frozen=True)
class Part:
    """Runs that were measured on the same sentences of the same data.

    Attributes
    ----------
    comparison : Comparison
    chart : Markup
        Macro-F1 of each row with its interval.
    trained : Listing
        The runs with their versions and hosts.
    data : Listing
        The data files with their SHA-256.
    ablations : Listing or None
        None where no model was trained on two variants of the data or the recipe.
    learning_curve : Markup or None
        None where the runs hold no two shares of gold.
    accounts : list of Account
        In the order of the comparison.
    """

    comparison: Comparison
    chart: Markup
    trained: Listing
    data: Listing
    ablations: Listing | None
    learning_curve: Markup | None
    accounts: list[Account]


def write_report(runs: Sequence[Run], path: Path) -> None:
    """Write what there is to know of finished runs as one HTML file, whole or not at all.

    Parameters
    ----------
    runs : sequence of Run
        Finished; those without held-out statements are named and passed over.
    path : Path

    Raises
    ------
    UsageError
        If no run was measured.
    DemarcheError
        If a run is damaged or the file cannot be written.
    """
    parts = list(_parts(runs))
    if not parts:
        raise UsageError("no run was measured on held-out statements; see `demarche runs`")
    measured = {account.run for part in parts for account in part.accounts}
    write_html(
        "report.html",
        path,
        parts=parts,
        unmeasured=[run for run in runs if run not in measured],
        again=shlex.join(["demarche", "report", *(run.id for run in runs), "-o", "report.html"]),
        stances=STANCES,
        symbols=SYMBOLS,
        passes=PASSES,
        sure=CONFIDENCE,
        numeric=_numeric,
    )


def _numeric(listing: Listing, column: int) -> bool:
    """Whether a column is to stand flush right."""
    cells = [row[column] for row in listing.rows if row[column] not in ("", "–", "not defined")]
    return all(cell[-1].isdigit() or cell[-1] == "%" for cell in cells)


def _parts(runs: Sequence[Run]) -> Iterator[Part]:
    rows = compare(runs)
    for comparison, group in zip(comparisons(rows), measured_alike(runs), strict=True):
        own = [row for row in rows if row.group == comparison.group]
        variants = ablations(group)
        compared = len(variants) > len({variant.model for variant in variants})
        curve = plots(variants).get("learning-curve.svg")
        place = {run: at for at, run in enumerate(run for row in own for run in row.runs)}
        ordered = sorted(group, key=lambda run: place[run.id])
        yield Part(
            comparison=comparison,
            chart=_safe(bar_chart("Macro-F1", "macro-F1, 95 % interval", _bars(own))),
            trained=_trained(ordered),
            data=Listing("", ("file", "SHA-256"), [*group[0].config["fingerprints"].items()], []),
            ablations=next(ablated(variants)) if compared else None,
            learning_curve=_safe(curve) if curve else None,
            accounts=[_account(run) for run in ordered],
        )


def _safe(chart: str) -> Markup:
    """Mark a chart, whose text is escaped, as fit for the page."""
    clean = UNSAFE_FOR_PAGES.sub("\N{REPLACEMENT CHARACTER}", chart)
    return Markup(clean)  # noqa: S704


def _bars(rows: Sequence[Row]) -> list[Bar]:
    return [
        Bar(
            f"{row.model}, {row.data}, seed {','.join(map(str, row.seeds))}",
            row.macro_f1,
            *(row.by["statement"].interval or (None, None)),
        )
        for row in rows
    ]


def _trained(runs: Sequence[Run]) -> Listing:
    libraries = list(dict.fromkeys(name for run in runs for name in run.config["versions"]))
    rows = []
    for run in runs:
        found, status = run.config, run.status
        host = found["host"]
        rows.append(
            (
                run.id,
                status["ended"].partition("T")[0],
                *(found["versions"].get(name, "–") for name in libraries),
                found["python"],
                f"{host['system']} {host['machine']}, {host['cores']} cores",
            )
        )
    return Listing("", ("run", "trained", *libraries, "Python", "host"), rows, [])


def _account(run: Run) -> Account:
    predictions = run.predictions()
    statements = predictions[predictions["mode"] != "narration"]
    found = evaluate(predictions)
    scores = found["statements"]
    confidence, correct = confidences(statements)
    command, exact = _command(run)
    chart, bins = _reliability(run, confidence, correct)
    curve, coverages = _coverage(run, confidence, correct)
    audit, no_audit = _audit(run)
    config = run.config["config"]
    return Account(
        run=run,
        command=command,
        exact=exact,
        config=Listing("", ("key", "value"), [(k, str(v)) for k, v in flat(config).items()], []),
        headline=_headline(scores, found["sentences"]),
        confusion=scores["confusion"],
        per_class=_per_class(scores),
        slices=[_slice(name, found["by"][name]) for name in SLICES],
        reliability=chart,
        bins=bins,
        coverage=curve,
        coverages=coverages,
        audit=audit,
        no_audit=no_audit,
        errors=most_confident_errors(run, statements),
    )


def _command(run: Run) -> tuple[str, bool]:
    """Give the command that trains a run, and whether it gives the very run in this version."""
    config = run.config["config"]
    protocol = config["protocol"]
    overrides = [
        f"model={config['model']}",
        *variant_name(config).split(),
        f"protocol={protocol['name']}",
        *([f"protocol.event={protocol['event']}"] if protocol["event"] else []),
        f"seed={config['seed']}",
    ]
    try:
        exact = identify(composed(overrides), run.config["fingerprints"]) == run.id
    except ConfigError:  # a config of the user's own, or of another version
        exact = False
    return shlex.join(["demarche", "train", *overrides]), exact


def _headline(scores: dict[str, Any], sentences: dict[str, Any]) -> Listing:
    """Tabulate the figures on statements, and for macro-F1 and accuracy what resampling says."""
    intervals = scores["intervals"]
    names = {
        "macro_f1": "macro-F1",
        "accuracy": "accuracy",
        "lenient_accuracy": "lenient accuracy",
        "log_loss": "log loss",
        "brier": "Brier score",
        "ece": "expected calibration error",
        "ece_by_chance": "calibration error by chance alone",
        "aurc": "area under the risk-coverage curve",
        "accuracy_at_half_coverage": "accuracy at 50 % coverage",
    }
    rows = []
    for key, name in names.items():
        doubt = [
            within(intervals[key][unit]) or "not defined" if key in intervals else ""
            for unit in ("statement", "speaker")
        ]
        rows.append((name, _figure(scores[key]), *doubt, _figure(sentences[key])))
    columns = ("", "statements", "95 %", "95 % by speaker", "all sentences")
    return Listing(f"{scores['n']} statements, {sentences['n']} sentences", columns, rows, [])


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _per_class(scores: dict[str, Any]) -> Listing:
    columns = ("precision", "recall", "f1", "support")
    rows = [
        (stance, *(f"{of[name]:.2f}" for name in columns[:-1]), str(of["support"]))
        for stance, of in scores["per_class"].items()
    ]
    return Listing("by stance", ("stance", "precision", "recall", "F1", "statements"), rows, [])


def _slice(name: str, slices: dict[str, dict[str, Any]]) -> Listing:
    rows = [
        (
            value,
            str(found["n"]),
            _figure(found["accuracy"]),
            _figure(found["macro_f1"]),
            within(found["macro_f1_interval"]) or "–",
        )
        for value, found in sorted(slices.items(), key=lambda item: -item[1]["n"])
    ]
    return Listing(f"by {name}", (name, "statements", "accuracy", "macro-F1", "95 %"), rows, [])


def _reliability(run: Run, confidence: Any, correct: Any) -> tuple[Markup, Listing]:
    bins = reliability(confidence, correct)
    rows = [
        (f"{b.confidence:.2f}", f"{b.accuracy:.2f}", within((b.low, b.high)), str(b.n))
        for b in bins
    ]
    told = "; ".join(f"confidence {c}: accuracy {a} ({i}), {n} statements" for c, a, i, n in rows)
    chart = curve_chart(
        f"Reliability of {_short(run)}",
        "mean confidence",
        "share of right verdicts, 95 % interval",
        [Point(b.confidence, b.accuracy, b.low, b.high) for b in bins],
        told,
        "as confident as right",
    )
    return _safe(chart), Listing("", ("confidence", "accuracy", "95 %", "statements"), rows, [])


def _coverage(run: Run, confidence: Any, correct: Any) -> tuple[Markup, Listing]:
    coverage, risk = risk_coverage(confidence, correct)
    steps = thresholds(confidence, correct)
    rows = [
        (
            f"{step.coverage:.2f}",
            f"{step.value:.2f}",
            str(step.answered),
            str(step.wrong),
            f"{step.wrong / step.answered:.2f}",
            f"{step.bound:.2f}",
        )
        for step in steps
    ]
    told = "; ".join(f"coverage {row[0]}: {row[3]} of {row[2]} wrong ({row[4]})" for row in rows)
    chart = curve_chart(
        f"Risk and coverage of {_short(run)}",
        "coverage, the most confident answers first",
        "share of the answers that are wrong",
        [Point(x, y) for x, y in zip(coverage.tolist(), risk.tolist(), strict=True)],
        told,
    )
    columns = ("coverage", "confidence above", "answered", "wrong", "risk", "bound")
    return _safe(chart), Listing("", columns, rows, [])


def _short(run: Run) -> str:
    return f"{run.config['config']['model']}, {run.id.rsplit('-', 1)[-1]}"


def _audit(run: Run) -> tuple[list[Listing], str]:
    try:
        return list(audited(audit_run(run))), ""
    except DemarcheError as error:
        return [], str(error)
