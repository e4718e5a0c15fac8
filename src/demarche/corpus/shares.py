"""Shares of the gold rows, for learning curves."""

import random
from collections import defaultdict
from collections.abc import Sequence

from demarche.records import Example


def drawn_evenly(rows: Sequence[Example], share: float, seed: int) -> list[Example]:
    """Draw a share of the rows, as evenly as can be from every group.

    Each group is shuffled and its rows are spread evenly from 0 to 1; the rows that come first
    are drawn. So every group gives its share to within one row, and with the same seed a
    smaller draw lies within a larger one.

    Parameters
    ----------
    rows : sequence of Example, length n
    share : float
        From 0 to 1.
    seed : int

    Returns
    -------
    list of Example, length ``round(share * n)``
        In the order of `rows`.
    """
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    rng = random.Random(f"{seed}/share")
    places: dict[str, float] = {}
    for group in groups.values():
        start = rng.random()
        for rank, row in enumerate(rng.sample(group, len(group))):
            places[row.id] = (rank + start) / len(group)
    drawn = set(sorted(places, key=places.__getitem__)[: round(share * len(rows))])
    return [row for row in rows if row.id in drawn]
