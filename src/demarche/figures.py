"""Comparisons, ablations and audits as tables of text: one form, on the terminal and in reports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from demarche.ablations import REFERENCE, Variant
from demarche.compare import Row
from demarche.evaluation.actors import LEAST, Audit, Estimate, Group
from demarche.evaluation.bootstrap import FEWEST, Interval
from demarche.gazetteer import countries
from demarche.stance import STANCES

F1 = tuple(f"F1 {stance[:3]}" for stance in STANCES)
VERDICT = ("model", "data", "seed", "macro-F1", "95 %", "Δ best", "p adj.", "run")
CONFIDENCE = ("run", "acc.", "lenient", "acc. at 50 %", "ECE")
DETAIL = ("run", *F1, "fit s", "MB", "per s")
"""A comparison's columns, in parts that a terminal of 80 characters holds."""

DOUBT = ("95 %", "Δ 95 %", "p adj.")
"""Columns of what resampling clusters says."""

ABLATION = ("model", "variant", "seeds", "macro-F1", "95 %", "Δ", "95 % of Δ")

GROUP = ("", "n", "flips", "95 %", *(f"Δ {stance[:3]}" for stance in STANCES), "|Δ|")
SHIFT = ("country", "stance", "swaps", "shift", "95 %", "p")
SIDE = ("side", "statements", "errors", "rate", "95 %")
SHOWN = 12
"""An audit's columns, and how many shifts are shown.

In them n counts statements, and Δ is a mean change of probability.
"""


@dataclass(frozen=True)
class Listing:
    """A table of text.

    Attributes
    ----------
    title : str
    columns : tuple of str
    rows : sequence of tuple of str
        May be none; a cell is empty where there is nothing to say.
    notes : list of str
        How to read it, and why figures are not defined.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: list[str]


@dataclass(frozen=True)
class Comparison:
    """Rows that may be set beside each other, as four tables of the same rows.

    Attributes
    ----------
    group : int
        As in `demarche.compare.Row`.
    verdict, doubt, confidence, detail : Listing
        What is best; how sure that is, by statement and by cluster; accuracy and calibration;
        all the rest.
    """

    group: int
    verdict: Listing
    doubt: Listing
    confidence: Listing
    detail: Listing

    @property
    def parts(self) -> tuple[Listing, ...]:
        """The four tables."""
        return self.verdict, self.doubt, self.confidence, self.detail

    @property
    def whole(self) -> Listing:
        """The four as one wide table, the run's id last."""
        first, *others = self.parts
        columns = [*first.columns[:-1], *(name for part in others for name in part.columns[1:])]
        rows = [
            (*row[:-1], *(cell for other in rest for cell in other[1:]), row[-1])
            for row, *rest in zip(*(part.rows for part in self.parts), strict=True)
        ]
        return Listing(first.title, (*columns, "run"), rows, self.detail.notes)


def comparisons(rows: Sequence[Row]) -> Iterator[Comparison]:
    """Tabulate a comparison, one `Comparison` for each group of rows."""
    for group, members in groupby(rows, key=lambda row: row.group):
        found = list(members)
        title = f"{found[0].statements} held-out statements, {found[0].protocol}"
        if group > 1:
            title += " (other data or other statements: not to be set beside those above)"
        clusters = [u for u, doubt in found[0].by.items() if u != "statement" and doubt.interval]
        doubts = ("run", "Δ 95 %", *(f"{name} by {unit}" for unit in clusters for name in DOUBT))
        cells = [_cells(row) for row in found]

        parts = [
            Listing(heading, columns, [tuple(row[c] for c in columns) for row in cells], notes)
            for heading, columns, notes in (
                (title, VERDICT, []),
                ("", doubts, []),
                ("", CONFIDENCE, []),
                ("", DETAIL, [*_notes(found)]),
            )
        ]
        yield Comparison(group, *parts)


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """Say how the figures of a group are to be read, and why some are not defined."""
    if any(row.spread is not None for row in rows):
        yield (
            "±: standard deviation over the seeds. Intervals and p-values of such a row are of the "
            "mean of these runs; what a further seed would give is not in them."
        )
    if len(rows) > 1:
        pairs = len(rows) * (len(rows) - 1) // 2
        test = "Δ: difference to the first row. p adj.: paired randomisation test of it"
        yield (
            f"{test}, with Holm's correction for all {pairs} pairs of rows."
            if pairs > 1
            else f"{test}."
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
        "acc. at 50 %": f"{row.accuracy_at_half_coverage:.3f}",
        "ECE": f"{row.ece:.3f}",
        **{name: f"{row.f1[stance]:.2f}" for name, stance in zip(F1, STANCES, strict=True)},
        "fit s": f"{row.fit_seconds:.0f}",
        "MB": f"{row.megabytes:.1f}",
        "per s": f"{row.per_second:,.0f}",
        "run": row.runs[0].rsplit("-", 1)[-1] + (f" +{len(row.runs) - 1}" if row.runs[1:] else ""),
    }
    for unit, found in row.by.items():
        suffix = "" if unit == "statement" else f" by {unit}"
        cells[f"95 %{suffix}"] = within(found.interval) or "–"
        cells[f"Δ 95 %{suffix}"] = within(found.difference_interval, signed=True)
        cells[f"p adj.{suffix}"] = "" if found.p_adjusted is None else p_value(found.p_adjusted)
    return cells


def ablated(rows: Sequence[Variant]) -> Iterator[Listing]:
    """Tabulate ablations, one table for each group of rows."""
    for _, members in groupby(rows, key=lambda row: row.group):
        found = list(members)
        body = [
            (
                row.model,
                row.name,
                ", ".join(map(str, row.seeds)),
                f"{row.macro_f1:.3f}",
                within(row.interval) or "–",
                "" if row.difference is None else f"{row.difference:+.3f}",
                within(row.difference_interval, signed=True),
            )
            for row in found
        ]
        title = f"{found[0].statements} held-out statements; Δ to {REFERENCE} of the same model"
        yield Listing(title, ABLATION, body, [])


def audited(found: Audit) -> Iterator[Listing]:
    """Tabulate an actor audit."""
    name = {country.code: country.name for country in countries()}
    whole = found.overall
    named = f"{whole.statements} of {found.statements}"
    flips = (
        f"{whole.flips.mean:.1%} of {whole.swaps} verdicts flip when other actors are put in; "
        f"two such variants differ in {whole.apart.mean:.1%}."
    )
    yield Listing(
        "what other actors change, by gold stance",
        GROUP,
        [_group_cells(group, group.name) for group in (whole, *found.by_stance)],
        [f"{named} held-out statements name actors.", flips],
    )
    yield Listing(
        "what other actors change, by country replaced",
        GROUP,
        [_group_cells(group, name.get(group.name, group.name)) for group in found.by_country],
        [],
    )
    tested = len({shift.country for shift in found.shifts})
    biased = sorted(
        (shift for shift in found.shifts if shift.significant),
        key=lambda shift: -abs(shift.change.mean),
    )
    more = f"And {len(biased) - SHOWN} more such shifts (demarche audit --format json)."
    notes = [more] if len(biased) > SHOWN else []
    notes += [f"{tested} countries tested, each put into {LEAST} statements or more; p after Holm."]
    yield Listing(
        "countries whose presence alone shifts a probability",
        SHIFT,
        [
            (
                name.get(shift.country, shift.country),
                shift.stance,
                str(shift.swaps),
                f"{shift.change.mean:+.3f}",
                _estimated(shift.change, signed=True),
                p_value(shift.p_value),
            )
            for shift in biased[:SHOWN]
        ],
        notes if biased else ["No country's presence alone shifts a probability.", *notes],
    )
    plain, given = (
        "not defined" if p is None else p_value(p)
        for p in (found.sides_p_value, found.sides_p_value_given_stance)
    )
    yield Listing(
        "errors by side",
        SIDE,
        [
            (s.name, str(s.statements), str(s.errors), f"{s.rate.mean:.2f}", _estimated(s.rate))
            for s in found.sides
        ],
        [f"p that sides do not differ: {plain}; given the gold stance: {given}."],
    )


def _group_cells(group: Group, name: str) -> tuple[str, ...]:
    changes = (f"{change.mean:+.3f}" for change in group.change.values())
    size = sum(estimate.mean for estimate in group.size.values()) / len(STANCES)
    counts = (str(group.statements), f"{group.flips.mean:.1%}")
    return (name, *counts, _estimated(group.flips), *changes, f"{size:.3f}")


def _estimated(estimate: Estimate, *, signed: bool = False) -> str:
    if estimate.low is None or estimate.high is None:
        return "–"
    return within((estimate.low, estimate.high), signed=signed)


def within(found: Interval, *, signed: bool = False) -> str:
    """Write an interval; nothing where it is not defined."""
    if found is None:
        return ""
    low, high = found
    return f"{low:+.2f} to {high:+.2f}" if signed else f"{low:.2f}–{high:.2f}"


def p_value(p: float) -> str:
    """Write a p-value."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
