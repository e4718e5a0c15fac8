"""The actor audit: whether a model's verdicts depend on who speaks and who is spoken of.

A table of swaps has one row a variant of a held-out statement in which other countries and
persons stand: ``id`` and ``variant``; ``countries`` and ``persons``, what was replaced by what
("RU>FR|KP>JP", "Vladimir Putin>Alain Vidal"); ``text``, ``predicted`` and the columns of
`demarche.evaluation.metrics.PROBABILITY_COLUMNS`. The replacements were drawn at random, so that
what a country's presence does can be read off as in an experiment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, norm
from scipy.stats import t as student

from demarche.errors import DemarcheError
from demarche.evaluation.calibration import wilson
from demarche.evaluation.metrics import PROBABILITY_COLUMNS, indices
from demarche.evaluation.significance import holm
from demarche.evaluation.tallies import Indices
from demarche.stance import STANCES

SWAP_COLUMNS = ("id", "variant", "countries", "persons", "text", "predicted", *PROBABILITY_COLUMNS)
RESAMPLES = 2000
ROUNDS = 10_000
LEAST = 20
"""Statements that a country must have been put into for its effect to be tested."""
FEWEST = 20
"""Statements below which resampling them gives no interval worth the name."""
LEVEL = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval; None where it is not defined."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Group:
    """What swaps did to the verdicts on some statements.

    Attributes
    ----------
    name : str
        ``"all"``, a gold stance, or the code of a country that was replaced.
    statements, swaps : int
    flips : Estimate
        Share of swaps whose verdict is another than the statement's own.
    apart : Estimate
        Chance that two swaps of one statement get different verdicts; unlike `flips`, it owes
        nothing to how the statement worded its own actors.
    change, size : dict of str to Estimate
        By stance, the mean change of its probability, and the mean of the change's size.
    """

    name: str
    statements: int
    swaps: int
    flips: Estimate
    apart: Estimate
    change: dict[str, Estimate]
    size: dict[str, Estimate]


@dataclass(frozen=True)
class Shift:
    """What a country's presence does to a stance's probability, all else being drawn.

    Attributes
    ----------
    country : str
        The code of the country that was put in.
    stance : str
    statements, swaps : int
        Statements with variants both with and without the country; the former variants.
    change : Estimate
        Probability with the country less that without it, within statements.
    p_value : float
        Of a randomisation test that the country makes no difference, after Holm's
        correction for all countries and stances tested.
    """

    country: str
    stance: str
    statements: int
    swaps: int
    change: Estimate
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether the model is biased in this, at the level of 5 %."""
        return self.p_value <= LEVEL


@dataclass(frozen=True)
class Side:
    """The errors on statements of one side; the interval is Wilson's."""

    name: str
    statements: int
    errors: int
    rate: Estimate


@dataclass(frozen=True)
class Audit:
    """The actor audit of one run.

    Attributes
    ----------
    statements : int
        Held-out statements, those without an actor too.
    overall : Group
    by_stance, by_country : list of Group
        By gold stance; by country replaced, most statements first.
    shifts : list of Shift
        Every country that was put into at least `LEAST` statements, for every stance; smallest
        p-value first.
    sides : list of Side
        Most statements first.
    sides_p_value, sides_p_value_given_stance : float or None
        Of permutation tests that errors do not depend on the side, the second among statements
        of the same gold stance; None where there is nothing to compare.
    """

    statements: int
    overall: Group
    by_stance: list[Group]
    by_country: list[Group]
    shifts: list[Shift]
    sides: list[Side]
    sides_p_value: float | None
    sides_p_value_given_stance: float | None


def audit(predictions: pd.DataFrame, swaps: pd.DataFrame, seed: int = 0) -> Audit:
    """Audit held-out predictions and the verdicts on their swapped variants.

    Intervals come from resampling statements, so that the variants of one statement count as
    one observation: percentile bootstrap intervals, widened for small numbers (Hesterberg,
    "What Teachers Should Know About the Bootstrap", American Statistician 69, 2015). There is
    none for fewer than `FEWEST` statements. Where no verdict or every verdict flips, the
    interval is Clopper and Pearson's for the statements.

    Parameters
    ----------
    predictions : DataFrame
        As `demarche.evaluation.metrics` has it.
    swaps : DataFrame
        See this module.

    Raises
    ------
    DemarcheError
        If there are no swaps, columns are missing, a swap is of no predicted statement, or a
        probability is not a number.
    """
    statements = predictions[predictions["mode"] != "narration"].set_index("id")
    _check(statements, swaps)
    original = statements.loc[swaps["id"]]
    before, after = (
        table[list(PROBABILITY_COLUMNS)].to_numpy(dtype=np.float64) for table in (original, swaps)
    )
    flips = original["predicted"].to_numpy() != swaps["predicted"].to_numpy()
    clusters, _ = pd.factorize(swaps["id"])
    apart = _apart(indices(swaps["predicted"]), clusters)
    figures = np.column_stack([flips, apart, after - before, np.abs(after - before)])
    removed, inserted = _sides_of(swaps["countries"])
    stances = original["stance"].to_numpy()

    def group(name: str, rows: NDArray[np.bool_]) -> Group:
        return _group(name, figures[rows], clusters[rows], seed)

    countries = sorted(set().union(*removed))
    by_country = [group(code, _holding(code, removed)) for code in countries]
    sides, wrong = statements["side"].to_numpy(), statements["predicted"] != statements["stance"]
    errors: Floats = wrong.to_numpy().astype(np.float64)
    return Audit(
        statements=len(statements),
        overall=group("all", np.ones(len(swaps), dtype=bool)),
        by_stance=[group(s, stances == s) for s in STANCES if (stances == s).any()],
        by_country=sorted(by_country, key=lambda found: -found.statements),
        shifts=_shifts(after, clusters, inserted, seed),
        sides=_sides(statements),
        sides_p_value=_side_test(sides, errors, np.zeros(len(statements)), seed),
        sides_p_value_given_stance=_side_test(sides, errors, statements["stance"].to_numpy(), seed),
    )


def _check(statements: pd.DataFrame, swaps: pd.DataFrame) -> None:
    if swaps.empty:
        raise DemarcheError("no held-out statement names a country or person that could be swapped")
    if missing := [name for name in SWAP_COLUMNS if name not in swaps]:
        raise DemarcheError(f"the swaps have no column {missing[0]!r}; train the run again")
    unknown = sorted(set(swaps["id"]) - set(statements.index))
    if unknown:
        raise DemarcheError(
            f"{len(unknown)} swapped statements have no held-out prediction, first {unknown[0]!r}; "
            "train the run again"
        )
    for table in (statements, swaps):
        if not np.isfinite(table[list(PROBABILITY_COLUMNS)].to_numpy(dtype=np.float64)).all():
            raise DemarcheError("a probability is not a number; train the run again")


def _sides_of(column: pd.Series) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Split "RU>FR|KP>JP" into the countries replaced and those put in their places."""
    pairs = [[one.split(">") for one in cell.split("|") if one] for cell in column]
    removed = [frozenset(pair[0] for pair in row) for row in pairs]
    return removed, [frozenset(pair[1] for pair in row) for row in pairs]


def _holding(code: str, rows: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
    return np.array([code in row for row in rows])


def _group(name: str, figures: Floats, clusters: Indices, seed: int) -> Group:
    sums, counts = _by_cluster(figures, clusters)
    flips, apart, *changes = _estimates(sums, counts, seed)
    if flips.mean in (0.0, 1.0):
        exact = binomtest(int(figures[0, 0]) * len(counts), len(counts)).proportion_ci(0.95)
        flips = Estimate(flips.mean, float(exact.low), float(exact.high))
    n = len(STANCES)
    return Group(
        name=name,
        statements=len(counts),
        swaps=len(figures),
        flips=flips,
        apart=apart,
        change=dict(zip(STANCES, changes[:n], strict=True)),
        size=dict(zip(STANCES, changes[n:], strict=True)),
    )


def _apart(verdicts: Indices, clusters: Indices) -> Floats:
    """Give, for each swap, the share of its statement's other swaps with another verdict."""
    counts: Floats = np.zeros((clusters.max() + 1, len(STANCES)))
    np.add.at(counts, (clusters, verdicts), 1)
    total = counts.sum(axis=1)[clusters]
    differing: Floats = total - counts[clusters, verdicts]
    return np.asarray(differing / np.maximum(total - 1, 1))


def _by_cluster(figures: Floats, clusters: Indices) -> tuple[Floats, Floats]:
    """Sum up each statement's rows, and count them."""
    _, own = np.unique(clusters, return_inverse=True)
    counts = np.bincount(own).astype(np.float64)
    sums = [np.bincount(own, weights=column) for column in figures.T]
    return np.column_stack(sums).astype(np.float64), counts


def _estimates(sums: Floats, weights: Floats, seed: int) -> list[Estimate]:
    """Estimate the weighted means of several figures, resampling whole statements.

    Parameters
    ----------
    sums : ndarray of shape (n, m)
        Each statement's sum of m figures.
    weights : ndarray of shape (n,)
        What each statement's sums are to be divided by.

    Returns
    -------
    list of Estimate, length m
        Without an interval where statements are few, or agree so that resampling shows nothing.
    """
    n = len(weights)
    means = sums.sum(axis=0) / weights.sum()
    drawn = _resamples(n, seed)
    tail = 100 * norm.cdf(student.ppf(0.025, max(n - 1, 1)) * np.sqrt(n / max(n - 1, 1)))
    means_drawn = (drawn @ sums) / (drawn @ weights)[:, None]
    lows, highs = np.percentile(means_drawn, [tail, 100 - tail], axis=0)
    spread = (np.ptp(sums / weights[:, None], axis=0) > 1e-12) & (n >= FEWEST)
    return [
        Estimate(float(mean), float(low), float(high))
        if varies
        else Estimate(float(mean), None, None)
        for mean, low, high, varies in zip(means, lows, highs, spread, strict=True)
    ]


@lru_cache(maxsize=256)
def _resamples(n: int, seed: int) -> Indices:
    """Draw how often each of n statements stands in each resample, shape (RESAMPLES, n)."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), RESAMPLES)


def _shifts(
    probabilities: Floats,
    clusters: Indices,
    inserted: Sequence[frozenset[str]],
    seed: int,
) -> list[Shift]:
    """Estimate and test what each country's presence does to each stance's probability.

    The effect is the mean difference between a statement's variants with and without the
    country, statements weighted as in Mantel and Haenszel's method. If the country made no
    difference, any of a statement's variants could have been the ones it stands in: the sum of
    their probabilities less the statement's mean then has mean zero and the variance of a draw
    without replacement, and is nearly normal over many statements (stratified randomisation
    test; van Elteren 1960).
    """
    of_all, k = _by_cluster(probabilities, clusters)
    centred = probabilities - (of_all / k[:, None])[clusters]
    squares, _ = _by_cluster(centred**2, clusters)
    found: list[tuple[str, int, int, list[Estimate], Floats]] = []
    for code in sorted(set().union(*inserted)):
        rows = _holding(code, inserted)
        m = np.bincount(clusters[rows], minlength=len(k)).astype(np.float64)
        both = (m > 0) & (m < k)
        if both.sum() < LEAST:
            continue
        scores = np.column_stack(
            [np.bincount(clusters[rows], weights=c, minlength=len(k)) for c in centred[rows].T]
        )[both].astype(np.float64)
        weights = (m * (k - m) / k)[both]
        variance = (weights / (k[both] - 1))[:, None] * squares[both]
        z = np.abs(scores.sum(axis=0)) / np.sqrt(np.maximum(variance.sum(axis=0), 1e-24))
        count = int(m[both].sum())
        estimates = _estimates(scores, weights, seed)
        found.append((code, int(both.sum()), count, estimates, 2 * norm.sf(z)))
    if not found:
        return []
    adjusted = holm(np.concatenate([p for *_, p in found])).reshape(len(found), len(STANCES))
    shifts = [
        Shift(code, stance, statements, count, estimate, float(p))
        for (code, statements, count, estimates, _), ps in zip(found, adjusted, strict=True)
        for stance, estimate, p in zip(STANCES, estimates, ps, strict=True)
    ]
    return sorted(shifts, key=lambda shift: (shift.p_value, -abs(shift.change.mean)))


def _sides(statements: pd.DataFrame) -> list[Side]:
    def found() -> Iterator[Side]:
        for name, part in statements.groupby("side", sort=True):
            errors = int((part["predicted"] != part["stance"]).sum())
            rate = Estimate(errors / len(part), *wilson(errors, len(part)))
            yield Side(str(name), len(part), errors, rate)

    return sorted(found(), key=lambda side: -side.statements)


def _side_test(sides: NDArray[Any], wrong: Floats, strata: NDArray[Any], seed: int) -> float | None:
    """Test whether errors depend on the side, by permuting them within strata.

    The statistic is the sum over sides of the squared number of errors above what the strata
    lead to expect, over the side's statements. Exact for small counts; statements are taken to
    be independent.
    """
    _, side = np.unique(sides.astype(str), return_inverse=True)
    _, stratum = np.unique(strata.astype(str), return_inverse=True)
    sizes = np.bincount(side).astype(np.float64)
    rates = np.bincount(stratum, weights=wrong) / np.bincount(stratum)
    above = wrong - rates[stratum]
    if len(sizes) < 2 or not above.any():
        return None
    rng = np.random.default_rng(seed)
    membership = np.eye(len(sizes))[side]
    permuted = np.empty((ROUNDS, len(above)))
    for one in range(len(rates)):
        members = np.flatnonzero(stratum == one)
        permuted[:, members] = rng.permuted(np.tile(above[members], (ROUNDS, 1)), axis=1)
    seen = ((above @ membership) ** 2 / sizes).sum()
    drawn = ((permuted @ membership) ** 2 / sizes).sum(axis=1)
    # A hair's breadth below, so that rounding does not part equal statistics.
    return float((1 + (drawn >= seen - 1e-9).sum()) / (ROUNDS + 1))
