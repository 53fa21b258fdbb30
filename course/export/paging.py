"""How much the API tells at once."""

LIMIT = 100
"""Rows, where nobody says how many."""
MOST = 500
MOST_WITH_OUTPUT = 50
