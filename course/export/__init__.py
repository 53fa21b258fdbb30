"""Taking data along: exports for instructors, an API, everybody's own data, and how long all of it is kept."""
