"""Tables for terminals, Markdown, CSV and JSON, on standard output."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from demarche.compare import Row
from demarche.errors import RunError
from demarche.evaluation.actors import LEAST, Audit, Estimate, Group
from demarche.gazetteer import countries
from demarche.overview import Counts, Overview
from demarche.runs import Run
from demarche.stance import STANCES

F1 = tuple(f"F1 {stance[:3]}" for stance in STANCES)
VERDICT = ("model", "data", "seed", "macro-F1", "95 %", "Δ best", "p", "run")
CONFIDENCE = ("run", "acc.", "lenient", "acc. at 50 %", "ECE")
DETAIL = ("run", *F1, "fit s", "MB", "per s")
"""A comparison's columns: three tables on a terminal, 80 characters wide each; one elsewhere."""

GROUP = ("", "n", "flips", "95 %", *(f"Δ {stance[:3]}" for stance in STANCES), "|Δ|")
SHIFT = ("country", "stance", "swaps", "shift", "95 %", "p")
SHOWN = 12
"""An audit's columns, and how many shifts are shown.

In them n counts statements, and Δ is a mean change of probability.
"""


def print_comparison(rows: Sequence[Row], form: str) -> None:
    """Print a comparison as ``table``, ``markdown``, ``csv`` or ``json``."""
    if form == "json":
        _print_json([row.flat() for row in rows])
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0].flat()) if rows else ["group"])
        writer.writeheader()
        writer.writerows(row.flat() for row in rows)
    else:
        for group, members in groupby(rows, key=lambda row: row.group):
            found = list(members)
            title = f"{found[0].statements} held-out statements, {found[0].protocol}"
            if group > 1:
                title += " (other data or other statements: not to be set beside those above)"
            cells = [_cells(row) for row in found]
            if form == "markdown":
                columns = (*VERDICT[:-1], *CONFIDENCE[1:], *DETAIL[1:], "run")
                _print_markdown(title, columns, [[row[c] for c in columns] for row in cells])
            else:
                for heading, columns in ((title, VERDICT), ("", CONFIDENCE), ("", DETAIL)):
                    _print_table(heading, columns, [[row[c] for c in columns] for row in cells])


def _cells(row: Row) -> dict[str, str]:
    return {
        "model": row.model,
        "data": row.data,
        "seed": str(row.seed),
        "macro-F1": f"{row.macro_f1:.3f}",
        "95 %": "–" if row.low is None or row.high is None else f"{row.low:.2f}–{row.high:.2f}",
        "Δ best": "" if row.difference is None else f"{row.difference:+.3f}",
        "p": "" if row.p_value is None else _p_value(row.p_value),
        "acc.": f"{row.accuracy:.3f}",
        "lenient": f"{row.lenient_accuracy:.3f}",
        "acc. at 50 %": _figure(row.accuracy_at_half_coverage),
        "ECE": _figure(row.ece),
        **{name: f"{row.f1[stance]:.2f}" for name, stance in zip(F1, STANCES, strict=True)},
        "fit s": f"{row.fit_seconds:.0f}",
        "MB": f"{row.megabytes:.1f}",
        "per s": f"{row.per_second:,.0f}",
        "run": row.run.rsplit("-", 1)[-1],
    }


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
        body = [
            [field, "not defined" if kappa is None else f"{kappa:.2f}"]
            for field, kappa in found.kappa.items()
        ]
        _print_table("agreement of the two passes", ("field", "Cohen's kappa"), body)
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


def _print_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
