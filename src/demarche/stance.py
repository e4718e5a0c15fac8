"""The four stances and their one order."""

from typing import Final

STANCES: Final = ("escalatory", "conciliatory", "accusatory", "neutral")
"""Every probability matrix has shape ``(n, 4)`` with its columns in this order."""

INDEX: Final = {stance: column for column, stance in enumerate(STANCES)}
"""Column of each stance in a probability matrix."""
