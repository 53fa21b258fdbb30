"""Help: a learner asks, an instructor answers in words or proposes commands, which the learner runs or does not."""
