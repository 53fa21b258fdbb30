"""A preview's request in the worker: what it asks of the sandbox, what undo calls it, and how many may hang."""

import threading

import pytest

from labs import reaching
from sandbox.errors import LearnerError
from sandbox.jail.reach import Answer, Request

HEADER = {
    "host": "b.s3.amazonaws.com",
    "port": None,
    "secure": True,
    "method": "GET",
    "target": "/k?X-Amz-Signature=s",
    "headers": [["a", "b"]],
}


class Fetching:
    def fetch(self, request: Request) -> Answer:
        self.asked = request
        return Answer(200, [("X", "y")], b"body")


def test_a_look_has_no_title_and_a_change_has() -> None:
    live = Fetching()
    answer = reaching.fetch(live, HEADER, b"")
    assert live.asked == Request("b.s3.amazonaws.com", None, "GET", "/k?X-Amz-Signature=s", [("a", "b")], b"", secure=True)
    assert (answer.header, answer.body) == ({"status": 200, "headers": [("X", "y")], "title": ""}, b"body")
    answer = reaching.fetch(live, HEADER | {"method": "PUT"}, b"new")
    assert live.asked.body == b"new"
    assert answer.header["title"] == "PUT b.s3.amazonaws.com/k", "the signature is nobody's to read in the history"


def test_programs_that_hang_leave_threads_to_others(monkeypatch) -> None:
    monkeypatch.setattr(reaching, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(reaching, "WAIT_SECONDS", 0.01)

    class Nested(Fetching):
        def fetch(self, request: Request) -> Answer:
            with pytest.raises(LearnerError, match="preview-busy"):
                reaching.fetch(Fetching(), HEADER, b"")
            return super().fetch(request)

    for _ in range(2):
        assert reaching.fetch(Nested(), HEADER, b"").body == b"body"
