"""Agreement between the two annotation passes."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

FIELDS = ("stance", "mode", "speaker", "side", "role", "target")


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Compute Cohen's kappa (Cohen 1960) of two label sequences of the same rows.

    Written out, since scikit-learn gives NaN and a warning where both use one label alone.

    Returns
    -------
    float or None
        At most 1; None where chance agreement is complete and kappa is not defined.
    """
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    left, right = Counter(first), Counter(second)
    chance = sum(left[label] * right[label] for label in left) / n**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def agreement(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]
) -> dict[str, float | None]:
    """Compute Cohen's kappa of two passes over the same sentences, field by field.

    Parameters
    ----------
    first, second : mapping of sentence id to annotation
        Of the same sentences.
    """
    ids = sorted(first)
    return {
        field: cohen_kappa([first[i][field] for i in ids], [second[i][field] for i in ids])
        for field in FIELDS
    }
