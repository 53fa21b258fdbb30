"""Pages that are read: from the request to the whole answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from course.bench.figures import Figure, of_times
from course.bench.stack import Stack
from course.models import User
from course.reading import library, search_index

WORDS = ("bucket", "버킷을 암호화", "put-object", "배포그룹", "code dep", "canary rollback alarm", "키")


def read(stack: Stack, count: int) -> Iterator[Figure]:
    search_index.renew()  # a worker does it, too, and maybe not yet
    notes = [reverse("note", args=[note.slug]) for note in library.notes()]
    searches = [f"{reverse('search')}?q={word}" for word in WORDS]
    for name, what, paths, limit in (
        ("note-page", "open a note", notes, 150),
        ("search", "search notes and labs", searches, 100),
        ("map", "open the course map", [reverse("home")], 150),
    ):
        times, queries = _visits(stack, paths, count)
        yield of_times(name, what, times, limit, queries=queries)


def _visits(stack: Stack, paths: Sequence[str], count: int) -> tuple[list[float], int]:
    """Seconds of each path in turn, without its first time, in which the server reads its files; and the most queries of one."""
    with stack.learner(None) as learner:
        for path in paths:
            learner.visit(path)
        times = [learner.visit(path) for path in itertools.islice(itertools.cycle(paths), max(count, len(paths)))]
        user = User.objects.get(username=learner.name)
    return times, max(_queries(user, path) for path in paths)


def _queries(user: User, path: str) -> int:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    return len(caught)
