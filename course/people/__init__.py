"""Cohorts: who learns with whom, who teaches them, and what was done in anybody's name."""
