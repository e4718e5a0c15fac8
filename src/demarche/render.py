"""Tables for terminals, Markdown, CSV and JSON, on standard output."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarche.ablations import Variant
from demarche.compare import Row
from demarche.corpus.gold import PASSES
from demarche.errors import RunError
from demarche.evaluation.actors import Audit
from demarche.figures import Listing, ablated, audited, comparisons
from demarche.labels import LabelCheck
from demarche.overview import Counts, Overview
from demarche.runs import Run
from demarche.stance import STANCES
from demarche.tables import Record

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
        for group in comparisons(rows):
            for part in [group.whole] if form == "markdown" else group.parts:
                _print_listing(part, form)


def print_audit(found: Audit, run: str, form: str) -> None:
    """Print an actor audit as ``table``, ``markdown`` or ``json``."""
    if form == "json":
        _print_json({"run": run, **asdict(found)})
        return
    sys.stdout.write(f"{run}\n\n")
    for part in audited(found):
        _print_listing(part, form)


def print_ablations(rows: Sequence[Variant], form: str) -> None:
    """Print a table of ablations as ``table``, ``markdown`` or ``json``."""
    if form == "json":
        _print_json([asdict(row) for row in rows])
        return
    for part in ablated(rows):
        if form == "markdown":
            body = [(model, f"`{name}`", *figures) for model, name, *figures in part.rows]
            part = replace(part, rows=body)
        _print_listing(part, form)


def _print_listing(part: Listing, form: str) -> None:
    if part.rows:
        print_one = _print_markdown if form == "markdown" else _print_table
        print_one(part.title, part.columns, part.rows)
    if part.notes:
        sys.stdout.writelines(f"{note}\n" for note in [*part.notes, ""])


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
