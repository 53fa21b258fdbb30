"""A whole installation in one file, and back: ``manage.py backup FILE``, ``manage.py restore FILE``.

The file is a gzipped tar, read and written as a stream: ``about.json`` (what made it), the database of one moment, the files of COURSE_VAR
that cannot be made anew, every blob that the database names, ``sums.json`` (the SHA-256 of each, and how many there are) at the end.

Not in it: working copies, the sandboxes' certificates, compiled translations, static files: all are made anew. Certificates, too: each
checkout shows the sandbox the authority that there is then. What came by the environment, the secret key for one, stays there.
"""
