"""The four stances and their one order."""

from typing import Final

STANCES: Final = ("escalatory", "conciliatory", "accusatory", "neutral")
"""Every probability matrix has shape ``(n, 4)`` with its columns in this order."""

INDEX: Final = {stance: column for column, stance in enumerate(STANCES)}
"""Column of each stance in a probability matrix."""

UNCERTAIN: Final = "uncertain"
"""The verdict of a model that abstains; not a stance, and never a column."""
