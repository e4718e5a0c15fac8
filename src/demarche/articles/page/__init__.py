"""The page: which of its lines are body, and what the others are."""
