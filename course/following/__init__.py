"""One learner, as an instructor sees them: the timeline of an attempt, its replay, and forks of its points. Looking changes nothing."""
