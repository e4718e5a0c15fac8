"""Tables for terminals, Markdown, CSV and JSON, on standard output."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarche.ablations import REFERENCE, Variant
from demarche.compare import Row
from demarche.corpus.gold import PASSES
from demarche.errors import RunError
from demarche.evaluation.actors import LEAST, Audit, Estimate, Group
from demarche.evaluation.bootstrap import FEWEST, Interval
from demarche.gazetteer import countries
from demarche.labels import LabelCheck
from demarche.overview import Counts, Overview
from demarche.runs import Run
from demarche.stance import STANCES
from demarche.tables import Record

F1 = tuple(f"F1 {stance[:3]}" for stance in STANCES)
VERDICT = ("model", "data", "seed", "macro-F1", "95 %", "Δ best", "p adj.", "run")
CONFIDENCE = ("run", "acc.", "lenient", "acc. at 50 %", "ECE")
DETAIL = ("run", *F1, "fit s", "MB", "per s")
"""A comparison's columns: tables on a terminal, 80 characters wide each; one elsewhere."""

GROUP = ("", "n", "flips", "95 %", *(f"Δ {stance[:3]}" for stance in STANCES), "|Δ|")
SHIFT = ("country", "stance", "swaps", "shift", "95 %", "p")
SHOWN = 12
"""An audit's columns, and how many shifts are shown.

In them n counts statements, and Δ is a mean change of probability.
"""

LISTED = ["finding", "id", "mode", "text", "field", "label", *PASSES, "also", "predicted"]
LISTED += ["probability", "score", "other_id", "other_text", "other_label", "containment"]
"""A label check's columns in CSV, one row for each finding."""


def print_comparison(rows: Sequence[Row], form: str) -> None:
    """Print a comparison as ``table``, ``markdown``, ``csv`` or ``json``."""
    if form == "json":
        _print_json([row.flat() for row in rows])
    elif form == "csv":
        _print_csv([row.flat() for row in rows])
    else:
        for group, members in groupby(rows, key=lambda row: row.group):
            found = list(members)
            title = f"{found[0].statements} held-out statements, {found[0].protocol}"
            if group > 1:
                title += " (other data or other statements: not to be set beside those above)"
            doubt = [f"{name} by {unit}" for unit in _clusters(found[0]) for name in DOUBT]
            cells = [_cells(row) for row in found]
            if form == "markdown":
                columns = (*VERDICT[:-1], "Δ 95 %", *doubt, *CONFIDENCE[1:], *DETAIL[1:], "run")
                _print_markdown(title, columns, [[row[c] for c in columns] for row in cells])
            else:
                doubts = ("run", "Δ 95 %", *doubt)
                tables = ((title, VERDICT), ("", doubts), ("", CONFIDENCE), ("", DETAIL))
                for heading, columns in tables:
                    _print_table(heading, columns, [[row[c] for c in columns] for row in cells])
            sys.stdout.writelines(f"{note}\n" for note in [*_notes(found), ""])


DOUBT = ("95 %", "Δ 95 %", "p adj.")
"""Columns of what resampling clusters says."""


def _clusters(row: Row) -> list[str]:
    """Name the kinds of clusters that there are enough of."""
    return [unit for unit, found in row.by.items() if unit != "statement" and found.interval]


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """Say how the figures of a group are to be read, and why some are not defined."""
    if any(row.spread is not None for row in rows):
        yield (
            "±: standard deviation over the seeds. Intervals and p-values of such a row are of the "
            "mean of these runs; what a further seed would give is not in them."
        )
    if len(rows) > 1:
        yield (
            "Δ: difference to the first row. p adj.: paired randomisation test of it, with Holm's "
            f"correction for all {len(rows) * (len(rows) - 1) // 2} pairs of rows."
        )
    for unit, found in rows[0].by.items():
        if found.count is None:
            yield f"By {unit}: not defined, these runs kept no column {unit}; train them again."
        elif found.count < FEWEST[unit]:
            yield f"By {unit}: not defined, {found.count} are too few (at least {FEWEST[unit]})."


def _cells(row: Row) -> dict[str, str]:
    cells = {
        "model": row.model,
        "data": row.data,
        "seed": ",".join(map(str, row.seeds)),
        "macro-F1": f"{row.macro_f1:.3f}" + ("" if row.spread is None else f" ± {row.spread:.3f}"),
        "Δ best": "" if row.difference is None else f"{row.difference:+.3f}",
        "acc.": f"{row.accuracy:.3f}",
        "lenient": f"{row.lenient_accuracy:.3f}",
        "acc. at 50 %": _figure(row.accuracy_at_half_coverage),
        "ECE": _figure(row.ece),
        **{name: f"{row.f1[stance]:.2f}" for name, stance in zip(F1, STANCES, strict=True)},
        "fit s": f"{row.fit_seconds:.0f}",
        "MB": f"{row.megabytes:.1f}",
        "per s": f"{row.per_second:,.0f}",
        "run": row.runs[0].rsplit("-", 1)[-1] + (f" +{len(row.runs) - 1}" if row.runs[1:] else ""),
    }
    for unit, found in row.by.items():
        suffix = "" if unit == "statement" else f" by {unit}"
        difference = found.difference_interval
        cells[f"95 %{suffix}"] = _range(found.interval, ".2f") or "–"
        cells[f"Δ 95 %{suffix}"] = _range(difference, "+.2f")
        cells[f"p adj.{suffix}"] = "" if found.p_adjusted is None else _p_value(found.p_adjusted)
    return cells


def _range(found: Interval, form: str) -> str:
    if found is None:
        return ""
    low, high = (format(end, form) for end in found)
    return f"{low}–{high}" if form == ".2f" else f"{low} to {high}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _p_value(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def print_audit(found: Audit, run: str, form: str) -> None:
    """Print an actor audit as ``table``, ``markdown`` or ``json``."""
    if form == "json":
        _print_json({"run": run, **asdict(found)})
        return
    print_one = _print_markdown if form == "markdown" else _print_table
    name = {country.code: country.name for country in countries()}
    whole = found.overall
    sys.stdout.write(
        f"{run}: {whole.statements} of {found.statements} held-out statements name actors\n"
        f"{whole.flips.mean:.1%} of {whole.swaps} verdicts flip when other actors are put in; "
        f"two such variants differ in {whole.apart.mean:.1%}\n\n"
    )
    for title, groups in (
        ("by gold stance", [whole, *found.by_stance]),
        ("by country replaced", found.by_country),
    ):
        body = [_group_cells(group, name.get(group.name, group.name)) for group in groups]
        print_one(f"what other actors change, {title}", GROUP, body)
    tested = len({shift.country for shift in found.shifts})
    biased = sorted(
        (shift for shift in found.shifts if shift.significant),
        key=lambda shift: -abs(shift.change.mean),
    )
    if biased:
        body = [
            [name[s.country], s.stance, str(s.swaps), *_changed(s.change), _p_value(s.p_value)]
            for s in biased[:SHOWN]
        ]
        print_one("countries whose presence alone shifts a probability", SHIFT, body)
        if len(biased) > SHOWN:
            sys.stdout.write(f"and {len(biased) - SHOWN} more such shifts (--format json)\n")
    else:
        sys.stdout.write("no country's presence alone shifts a probability\n")
    sys.stdout.write(
        f"({tested} countries tested, each put into {LEAST} statements or more; p after Holm)\n\n"
    )
    body = [
        [s.name, str(s.statements), str(s.errors), f"{s.rate.mean:.2f}", _interval(s.rate)]
        for s in found.sides
    ]
    print_one("errors by side", ("side", "statements", "errors", "rate", "95 %"), body)
    plain, given = (
        "not defined" if p is None else _p_value(p)
        for p in (found.sides_p_value, found.sides_p_value_given_stance)
    )
    sys.stdout.write(f"p that sides do not differ: {plain}; given the gold stance: {given}\n")


def _group_cells(group: Group, name: str) -> list[str]:
    changes = (f"{change.mean:+.3f}" for change in group.change.values())
    size = sum(estimate.mean for estimate in group.size.values()) / len(STANCES)
    counts = (str(group.statements), f"{group.flips.mean:.1%}")
    return [name, *counts, _interval(group.flips), *changes, f"{size:.3f}"]


def _changed(change: Estimate) -> tuple[str, str]:
    return f"{change.mean:+.3f}", _interval(change, sign="+")


def _interval(estimate: Estimate, sign: str = "") -> str:
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.low:{sign}.2f}–{estimate.high:{sign}.2f}".replace("–+", " to +").replace(
        "–-", " to -"
    )


ABLATION = ("model", "variant", "seeds", "macro-F1", "95 %", "Δ", "95 % of Δ")


def print_ablations(rows: Sequence[Variant], form: str) -> None:
    """Print a table of ablations as ``table``, ``markdown`` or ``json``."""
    if form == "json":
        _print_json([asdict(row) for row in rows])
        return
    for _, members in groupby(rows, key=lambda row: row.group):
        found = list(members)
        title = f"{found[0].statements} held-out statements; Δ to {REFERENCE} of the same model"
        body = [
            [
                row.model,
                f"`{row.name}`" if form == "markdown" else row.name,
                ", ".join(map(str, row.seeds)),
                f"{row.macro_f1:.3f}",
                "–" if row.interval is None else "{:.2f}–{:.2f}".format(*row.interval),
                "" if row.difference is None else f"{row.difference:+.3f}",
                ""
                if row.difference_interval is None
                else "{:+.2f} to {:+.2f}".format(*row.difference_interval),
            ]
            for row in found
        ]
        (_print_markdown if form == "markdown" else _print_table)(title, ABLATION, body)


def print_runs(runs: Sequence[Run], form: str) -> None:
    """Print a list of runs as ``table`` or ``json``."""
    listed = [_description(run) for run in runs]
    if form == "json":
        _print_json(listed)
    else:
        body = [["" if value is None else str(value) for value in run.values()] for run in listed]
        _print_table(f"{len(runs)} runs", ("run", "state", "started", "macro-F1"), body)


def _description(run: Run) -> dict[str, str | float | None]:
    try:
        started, metrics = run.status["started"], run.metrics if run.state == "finished" else None
    except RunError:
        return {"run": run.id, "state": "damaged", "started": None, "macro_f1": None}
    statements = metrics["statements"] if metrics else None
    headline = round(statements["macro_f1"], 3) if statements else None
    return {"run": run.id, "state": run.state, "started": started, "macro_f1": headline}


def print_overview(found: Overview, form: str) -> None:
    """Print a corpus overview as ``table`` or ``json``."""
    if form == "json":
        _print_json(asdict(found))
        return
    for name, counts in found.gold.items():
        _print_counts(f"gold sentences by {name}", name, counts)
    _print_counts("synthetic sentences, for training only", "source", found.synthetic)
    if found.kappa:
        _print_kappa(found.kappa)
    sys.stdout.write(
        f"{found.sentences} gold sentences, {found.statements} of them statements; "
        "every row agrees with its article\n"
    )


def _print_counts(title: str, name: str, counts: Counts) -> None:
    body = [
        [value, *(str(n) for n in by_stance.values()), str(sum(by_stance.values()))]
        for value, by_stance in counts.items()
    ]
    totals = [sum(by_stance[stance] for by_stance in counts.values()) for stance in STANCES]
    body.append(["all", *(str(n) for n in totals), str(sum(totals))])
    _print_table(title, (name, *STANCES, "all"), body)


def print_label_check(found: LabelCheck, form: str) -> None:
    """Print what deserves a second look as ``table``, ``csv`` or ``json``."""
    if form == "json":
        _print_json(asdict(found))
    elif form == "csv":
        lists = {
            "contradicted": found.contradicted or [],
            "passes differ": found.differing,
            "near-duplicate": found.near_duplicates,
        }
        rows = [{"finding": name, **row} for name, listed in lists.items() for row in listed]
        writer = csv.DictWriter(sys.stdout, LISTED)
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_findings(found)


def _print_findings(found: LabelCheck) -> None:
    console = Console(highlight=False)
    if found.agreement:
        _print_kappa(found.agreement)
        _print_list(
            console,
            f"the passes differ on {len(found.differing)} labels",
            [
                (f"{row['id']} {row['field']}: {_label(row)}", row["text"])
                for row in found.differing
            ],
        )
    _print_list(
        console,
        f"{len(found.near_duplicates)} near-duplicates across events",
        [
            (
                (
                    f"{row['containment']:.2f} {row['id']} {row['label']}; "
                    f"{row['other_id']} {row['other_label']}"
                ),
                f"{row['text']}\n{row['other_text']}",
            )
            for row in found.near_duplicates
        ],
    )
    if found.contradicted is None:
        sys.stdout.write("name a run to see the labels that its held-out predictions contradict\n")
        return
    _print_list(
        console,
        f"held-out predictions contradict {len(found.contradicted)} labels",
        [
            (
                (
                    f"{row['score']:.2f} {row['id']} ({row['mode']}): {_label(row)}; "
                    f"predicted {row['predicted']} ({row['probability']:.2f})"
                ),
                row["text"],
            )
            for row in found.contradicted
        ],
    )


def _label(row: Record) -> str:
    """Write a label with what else was said: ``accusatory (passes: neutral, neutral)``."""
    said = [row[name] for name in PASSES if row[name] is not None]
    beside = [f"passes: {', '.join(said)}"] if said else []
    beside += [f"also: {row['also']}"] if row["also"] else []
    return f"{row['label']} ({'; '.join(beside)})" if beside else str(row["label"])


def _print_list(console: Console, title: str, entries: Iterable[tuple[str, str]]) -> None:
    console.print(title, style="bold", markup=False)
    for heading, text in entries:
        console.print(heading, markup=False)
        console.print(Padding(Text(text, "dim"), (0, 0, 0, 5)))
    console.print()


def _print_kappa(kappa: Mapping[str, float | None]) -> None:
    body = [[name, "not defined" if k is None else f"{k:.2f}"] for name, k in kappa.items()]
    _print_table("agreement of the two passes", ("field", "Cohen's kappa"), body)


def _print_table(title: str, headings: Iterable[str], body: Iterable[Sequence[str]]) -> None:
    console = Console()
    table = Table(
        title=title or None,
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, heading in enumerate(headings):
        numeric = number and all(not row[number] or row[number][-1].isdigit() for row in body)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*row)
    console.print(table)


def _print_markdown(title: str, headings: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    lines = [headings, ["---"] * len(headings), *body]
    sys.stdout.write(f"{title}\n\n")
    sys.stdout.writelines(f"| {' | '.join(line)} |\n" for line in lines)
    sys.stdout.write("\n")


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else ["group"])
    writer.writeheader()
    for row in rows:
        lists = {name: value for name, value in row.items() if isinstance(value, tuple)}
        writer.writerow({**row, **{k: " ".join(map(str, v)) for k, v in lists.items()}})


def _print_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
