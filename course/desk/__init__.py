"""The administrators' desk: sandboxes by the dozen, what the workers are at, and the record of every administrative act."""
