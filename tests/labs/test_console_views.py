"""Tab, the whole output of a command, and unfinished lines, as the page asks for them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from labs import actions, completing, presenting, whole
from labs.models import Attempt, Command
from sandbox.errors import Fault
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, prune, tree
from sandbox.store.storage import BlobStorage
from sandbox.store.working import Snapshot
from tests.people import cohort_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStorage:
    found = BlobStorage(location=tmp_path)
    monkeypatch.setattr(blobs, "storage", lambda: found)
    monkeypatch.setattr(completing, "aws_words", NoWords)
    return found


class NoWords:
    warmed: list[bool] = []

    def warm(self) -> None:
        self.warmed.append(True)

    def ask(self, _words: list[str], _current: str) -> list[str]:
        return []


@pytest.fixture
def attempt(storage: BlobStorage) -> Attempt:
    home = {"environment": tree.Entry("d", 0o755, 0, 0, ""), "environment/한글😀.txt": tree.Entry("f", 0o644, 0, 0, "")}
    start = Version.objects.create(account="1" * 12, manifest=Snapshot({"home": home, "tmp": {}}).save())
    user = get_user_model().objects.create_user("minji")
    sandbox = Sandbox.objects.create(owner=user, label="first", head=start, start=start)
    return Attempt.objects.create(user=user, lab="first", content_hash="x", sandbox=sandbox)


def client(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


def person(name: str, role: str) -> Client:
    return client(get_user_model().objects.create_user(name, role=role))


def command(attempt: Attempt, **fields: Any) -> Command:
    values = {"state": "done", "exit_status": 0, "line": "ls", "output": b"\x1b[31mred\x1b[0m\r\n", "queued": timezone.now()}
    return Command.objects.create(attempt=attempt, number=attempt.next_number(), **(values | fields))


def test_tab_counts_as_the_page_does(attempt: Attempt) -> None:
    one = client(attempt.user)
    url = f"/attempts/{attempt.pk}/complete/"
    line = "echo 😀; cat 한"
    found = one.post(url, {"line": line}).json()
    assert found["start"] == len("echo ") + 2 + len("; cat "), "the page counts a 😀 as two"
    assert found["items"] == [["한글😀.txt", "한글😀.txt", "file", " "]]
    assert one.post(url, {"line": "cat nosuch"}).json()["items"] == []
    assert one.post(url, {"line": "x" * (actions.MAX_LINE + 1)}).json()["items"] == []
    assert one.get(url).status_code == 405
    assert one.post(url, {"line": " "}).json()["items"] == [] and NoWords.warmed


def test_tab_finds_nothing_where_there_is_no_sandbox_or_it_cannot_be_read(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object, **__: object) -> None:
        raise Fault("blob-missing", "gone")

    url = f"/attempts/{attempt.pk}/complete/"
    monkeypatch.setattr("sandbox.completion.answer.answer", damaged)
    assert client(attempt.user).post(url, {"line": "cat x"}).json()["items"] == []
    Attempt.objects.update(sandbox=None)
    assert client(attempt.user).post(url, {"line": "cat x"}).json()["items"] == []


def test_only_the_learner_completes_and_only_the_learner_and_instructors_download(attempt: Attempt) -> None:
    shown = command(attempt)
    complete, output = f"/attempts/{attempt.pk}/complete/", f"/attempts/{attempt.pk}/commands/{shown.pk}/output/"
    for role, sees in (("learner", False), ("instructor", True), ("admin", True)):
        other = person(role, role)
        cohort_of(get_user_model().objects.get(username=role), attempt.user, name=role)
        assert other.post(complete, {"line": "ls"}).status_code == 404
        assert other.get(output).status_code == (200 if sees else 404)
    assert Client().get(output).status_code == 302
    assert Client().post(complete, {"line": "ls"}).status_code == 302
    elsewhere = Attempt.objects.create(user=attempt.user, lab="second", content_hash="x")
    assert client(attempt.user).get(f"/attempts/{elsewhere.pk}/commands/{shown.pk}/output/").status_code == 404


def test_an_output_downloads_as_text(attempt: Attempt) -> None:
    shown = command(attempt)
    answer = client(attempt.user).get(f"/attempts/{attempt.pk}/commands/{shown.pk}/output/")
    assert answer.content == b"red\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="command-{shown.number}.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def spooled(data: bytes) -> dict[str, Any]:
    spool = whole.Spool()
    for at in range(0, len(data), 1000):
        spool.add(data[at : at + 1000])
    fields = spool.fields()
    spool.close()
    return fields


def test_much_is_kept_whole_up_to_the_most_and_what_is_missing_is_said(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MOST", 5000)
    printed = b"".join(b"%06d\n" % number for number in range(1000))
    within, beyond = command(attempt, **spooled(printed[:4900])), command(attempt, **spooled(printed))
    assert whole.read(within) == printed[:4900]
    assert whole.read(beyond).startswith(printed[:5000] + b"\n")
    assert "2.0 KB of output left out here" in whole.read(beyond).decode()
    assert presenting.block(within)["whole"] == "4.8 KB of output: the beginning and the end are shown."
    assert "the first 4.9 KB are kept" in presenting.block(beyond)["whole"]
    assert presenting.block(command(attempt))["whole"] == ""


def test_the_newest_are_kept_and_their_blobs_outlive_a_sweep(
    attempt: Attempt, storage: BlobStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "KEPT", 2)
    made = [command(attempt, **spooled(b"%d\n" % number)) for number in range(4)]
    whole.forget_older(made[-1])
    assert [bool(one.whole) for one in attempt.commands.order_by("number")] == [False, False, True, True]
    assert "no longer kept" in presenting.block(attempt.commands.get(pk=made[0].pk))["whole"]
    assert client(attempt.user).get(f"/attempts/{attempt.pk}/commands/{made[0].pk}/output/").content == b"red\n"
    monkeypatch.setattr(prune, "_YOUNG", timezone.timedelta(hours=-1))
    prune.sweep_blobs()
    assert whole.read(made[-1]) == b"3\n"
    with pytest.raises(Fault):
        blobs.get(made[0].whole)


def test_a_store_that_is_full_costs_only_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_data: bytes) -> str:
        raise Fault("storage", "no room")

    monkeypatch.setattr(blobs, "put", full)
    assert spooled(b"x" * 100) == {"output_bytes": 100}


def test_an_unfinished_line_gives_way_to_the_next(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "wake", lambda *_: None)
    before = command(attempt, line="first")
    unfinished = command(attempt, line="echo 'a", state="refused", message="incomplete", output=b"")
    assert presenting.block(unfinished)["unfinished"]
    assert presenting.history(attempt) == ["first"]
    after = actions.submit_command(attempt=attempt, line="echo 'a\nb'", key=uuid.uuid4())
    assert after.number == before.number + 1
    assert not attempt.commands.filter(pk=unfinished.pk).exists()
    assert presenting.history(attempt) == ["first", "echo 'a\nb'"]


def test_a_long_output_comes_in_parts_that_are_the_same_text() -> None:
    for count in (1, 200, 201, 300, 301):
        lines = "".join(f"{number}\n\n" for number in range(count))
        shown = presenting.parts(lines)
        assert shown.replace('<span class="out-part">', "").replace("</span>", "") == lines
        assert ("out-part" in shown) == (count * 2 > 200)
