"""Looking at one learner: the person, the timeline, the replay; and that looking changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from course.following import replaying, standing
from course.following.timeline import PAGE
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import Cohort
from labs import actions, forking
from labs.models import Attempt, Command, StepEvent
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, tree
from sandbox.store.cloudstate import CloudState
from sandbox.store.working import Snapshot
from tests.course.following.rows import rows
from tests.labs.test_following import run
from tests.people import cohort_of

pytestmark = pytest.mark.usefixtures("live_redis")
HTMX = {"hx-request": "true", "accept-language": "en"}


def url(cohort: Cohort, attempt: Attempt, end: str = "") -> str:
    return f"/cohorts/{cohort.pk}/learners/{attempt.user_id}/{attempt.pk}/{end}"


def text(client: Client, address: str, **options: Any) -> str:
    answer = client.get(address, **options)
    assert answer.status_code == 200
    return answer.content.decode()


def ids(page: str) -> list[str]:
    """Of the timeline's items, in order."""
    return [
        part.split('"', 1)[0] for part in page.split('id="')[1:] if page and part[0] in "cmshfqa" and part.split('"', 1)[0][1:].isdecimal()
    ]


def test_who_it_is_and_their_attempts(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "ls", passes="make", points=10)
    page = text(client, f"/cohorts/{cohort.pk}/learners/{attempt.user_id}/")
    assert "<h1>learner</h1>" in page
    assert "First steps" in page
    assert '<span class="num">1/2</span>' in page
    assert url(cohort, attempt) in page


def test_somebody_who_has_begun_nothing(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    attempt.delete()
    assert "No lab has been started yet" in text(client, f"/cohorts/{cohort.pk}/learners/{attempt.user_id}/")


def test_the_story_in_its_order(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "touch b.txt")
    actions.undo_attempt(attempt=attempt, by=attempt.user)
    actions.show_hint(step=attempt.steps.get(step_id="make"))
    actions.show_solution(step=attempt.steps.get(step_id="make"))
    seen = [{"kind": "not", "code": "file-missing", "values": {"path": "~/a.txt"}}]
    StepEvent.objects.create(attempt=attempt, step_id="make", what="not-yet", seen=seen)
    HelpRequest.objects.create(attempt=attempt, sentence="Why <b>?")
    box = Sandbox.objects.get(pk=attempt.sandbox_id)
    Version.objects.create(parent=box.head, sandbox=box, number=1, account="1" * 12, title="Saved ~/a.txt")
    Command.objects.create(attempt=attempt, number=2, line="fals", state="done", exit_status=127, mistake={})
    page = text(client, url(cohort, attempt))
    assert [one[0] for one in ids(page)] == ["c", "m", "s", "s", "s", "q", "f", "c"]
    for said in (
        "Went back to before #1: touch b.txt", "Hint 1 was shown", "The solution was shown", "The check found: not yet", "Asked for help",
        "Why &lt;b&gt;?", "Saved ~/a.txt", "exit status 127", "undone",
    ):  # fmt: skip
        assert said in page, said
    assert 'class="tl tl-command is-failed" id="c2"' in page
    assert 'class="tl tl-command is-undone" id="c1"' in page


def test_help_is_recorded_once_with_its_moment(attempt: Attempt) -> None:
    step = attempt.steps.get(step_id="make")
    for _ in range(2):
        actions.show_solution(step=step)
    actions.show_hint(step=step)
    assert list(attempt.step_events.values_list("what", "number")) == [("solution", 0), ("hint", 1)]


def test_pages_and_permalinks(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    start = timezone.now() - timedelta(hours=5)
    Command.objects.bulk_create(
        Command(attempt=attempt, number=at, line=f"echo {at}", state="done", exit_status=0, queued=start + timedelta(minutes=at))
        for at in range(1, 2 * PAGE + 6)
    )
    between = attempt.commands.get(number=PAGE).queued + timedelta(seconds=5)
    StepEvent.objects.create(attempt=attempt, step_id="make", what="hint", number=1, at=between)
    last = ids(text(client, url(cohort, attempt)))
    assert last == [f"c{at}" for at in range(2 * PAGE + 1, 2 * PAGE + 6)]
    first = ids(text(client, url(cohort, attempt) + "?page=1"))
    assert (first[0], first[-2], first[-1][0]) == ("c1", f"c{PAGE}", "s"), "what is between two pages is told once, at the end of the first"
    assert [one for one in ids(text(client, url(cohort, attempt) + "?page=2")) if one[0] == "s"] == []
    assert f"c{PAGE + 2}" in ids(text(client, url(cohort, attempt) + f"?at={PAGE + 2}"))
    assert ids(text(client, url(cohort, attempt) + "?page=99")) == last
    assert "<html" not in text(client, url(cohort, attempt), headers=HTMX)


def test_filters(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make", points=10)
    Command.objects.create(attempt=attempt, number=2, line="oops", state="done", exit_status=1)
    Command.objects.create(attempt=attempt, number=3, line="gone", state="lost", message="worker-lost")
    Command.objects.create(attempt=attempt, number=4, line="sleep", state="running")
    StepEvent.objects.create(attempt=attempt, step_id="name", what="hint", number=1)
    assert ids(text(client, url(cohort, attempt) + "?only=errors")) == ["c2", "c3"]
    assert ids(text(client, url(cohort, attempt) + "?step=make")) == ["c1"]
    assert [one[0] for one in ids(text(client, url(cohort, attempt) + "?step=name"))] == ["c", "c", "c", "s"]
    assert ids(text(client, url(cohort, attempt) + "?step=name&only=errors")) == ["c2", "c3"]
    assert "Nothing of that kind" in text(client, url(cohort, attempt) + "?step=make&only=errors")
    assert len(ids(text(client, url(cohort, attempt) + "?step=nosuch"))) == 5


def test_queries_do_not_grow_with_the_history(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            text(client, url(cohort, attempt))
        return len(found)

    def more() -> None:
        run(attempt, "touch a.txt")
        actions.undo_attempt(attempt=attempt, by=attempt.user)
        StepEvent.objects.create(attempt=attempt, step_id="make", what="hint", number=1)

    more()
    few = count()
    for _ in range(5):
        more()
    assert count() == few
    assert few <= 24


def test_what_a_command_printed_comes_when_it_is_opened(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    command = run(attempt, "ls")
    changes = {
        "files": [{"path": "~/a.txt", "change": "added", "size": 3}],
        "cloud": [{"service": "s3", "kind": "bucket", "name": "b", "change": "added"}],
    }
    Command.objects.filter(pk=command.pk).update(output=b"one <two>\r\n", changes=changes)
    assert "one &lt;two&gt;" not in text(client, url(cohort, attempt))
    piece = text(client, url(cohort, attempt, "commands/1/"), headers=HTMX)
    assert "one &lt;two&gt;" in piece
    assert "~/a.txt" in piece
    assert client.get(url(cohort, attempt, "commands/1/"))["Location"] == url(cohort, attempt, "replay/1/")
    assert client.get(url(cohort, attempt, "commands/9/"), headers=HTMX).status_code == 404


# --- replay ----------------------------------------------------------------------------------------------------------------


def version(attempt: Attempt, command: Command, files: dict[str, bytes], inventory: dict[str, Any]) -> Version:
    """``command``'s version holds these files and resources."""
    home = {"environment": tree.Entry("d", 0o755, 0, 0, "")}
    home |= {f"environment/{name}": tree.Entry("f", 0o644, 0, len(data), blobs.put(data)) for name, data in files.items()}
    manifest = Snapshot({"home": home, "tmp": {}}).save()
    Version.objects.filter(pk=command.version_id).update(
        manifest=manifest, cloud=CloudState(inventory=inventory).save(), home_files=len(home)
    )
    return Version.objects.get(pk=command.version_id)


@pytest.fixture
def story(attempt: Attempt) -> Attempt:
    bucket = {"s3": {"bucket": {"mine": "1"}}, "ec2": {"vpc": {"default": "0"}}}
    start = Version.objects.get(pk=attempt.sandbox.start_id)
    empty = Snapshot({"home": {"environment": tree.Entry("d", 0o755, 0, 0, "")}, "tmp": {}}).save()
    Version.objects.filter(pk=start.pk).update(manifest=empty, cloud=CloudState(inventory={"ec2": {"vpc": {"default": "0"}}}).save())
    one, two = run(attempt, "echo hello > a.txt"), run(attempt, "aws s3 mb s3://mine")
    version(attempt, one, {"a.txt": b"hello <world>\n"}, {"ec2": {"vpc": {"default": "0"}}})
    version(attempt, two, {"a.txt": b"hello <world>\n"}, bucket)
    Command.objects.filter(pk=one.pk).update(changes={"files": [{"path": "~/environment/a.txt", "change": "added", "size": 14}]})
    Command.objects.filter(pk=two.pk).update(changes={"cloud": [{"service": "s3", "kind": "bucket", "name": "mine", "change": "added"}]})
    attempt.refresh_from_db()
    return attempt


def test_the_replay_steps_through_files_and_cloud(client: Client, cohort: Cohort, story: Attempt) -> None:
    start = text(client, url(cohort, story, "replay/0/"))
    assert "At the lab's start" in start
    assert "a.txt" not in start
    assert 'id="go-before"' not in start
    first = text(client, url(cohort, story, "replay/1/"))
    assert "Command 1 of 2" in first
    assert 'class="level-3 is-changed"' in first
    assert "Nothing but what the lab began with." in first
    assert "1 resource is as the lab began with it" in first
    for name, number in (("before", 0), ("after", 2), ("last", 2)):
        assert f'id="go-{name}"' in first
        assert f'href="{url(cohort, story, f"replay/{number}/")}' in first
    last = text(client, url(cohort, story, "replay/2/"))
    assert "<h4>S3</h4>" in last
    assert '<dd class="is-changed"><bdi>mine</bdi>' in last
    assert 'id="go-after"' not in last


def test_a_file_as_it_was(client: Client, cohort: Cohort, story: Attempt) -> None:
    address = url(cohort, story, "replay/1/") + "?path=environment/a.txt"
    page = text(client, address)
    assert "hello &lt;world&gt;" in page
    assert f'href="{url(cohort, story, "replay/2/")}?path=environment%2Fa.txt"' in page, "the next one shows it, too"
    assert "a.txt does not exist" not in page
    assert client.get(url(cohort, story, "replay/0/") + "?path=environment/a.txt").status_code == 200
    for odd in ("../../etc/passwd", "%ff", "/", "environment/nosuch"):
        assert client.get(url(cohort, story, "replay/1/"), {"path": odd}).status_code == 200, odd


def test_the_slider_leads_by_place(client: Client, cohort: Cohort, story: Attempt) -> None:
    for asked, number in (("1", 1), ("99", 2), ("0", 0), ("x", 0)):
        assert client.get(url(cohort, story, "replay/"), {"at": asked})["Location"] == url(cohort, story, f"replay/{number}/")
    assert client.get(url(cohort, story, "replay/7/")).status_code == 404


def test_what_is_not_kept_is_said_in_words(client: Client, cohort: Cohort, story: Attempt) -> None:
    refused = Command.objects.create(attempt=story, number=3, line="cat <<E", state="refused", message="wall")
    at = replaying.position(story, 3)
    assert (at.version.pk, at.of, at.why) == (story.commands.get(number=2).version_id, 2, "")
    assert "stayed as it was after #2" in text(client, url(cohort, story, "replay/3/"))
    actions.undo_attempt(attempt=story, by=story.user)
    Command.objects.filter(pk=refused.pk).update(number=4)
    Command.objects.create(attempt=story, number=3, line="ls", state="refused")
    story.moves.update(after=2)
    assert replaying.position(story, 3).why == "moved"
    assert "the sandbox was moved before it" in text(client, url(cohort, story, "replay/3/"))
    story.commands.filter(number=1).update(version=None)
    page = text(client, url(cohort, story, "replay/1/"))
    assert "no longer kept" in page
    assert "Work on from here" not in page
    assert client.post(url(cohort, story, "replay/1/fork/"))["Location"] == url(cohort, story, "replay/1/")
    Command.objects.filter(pk=refused.pk).update(state="running")
    assert "not over yet" in text(client, url(cohort, story, "replay/4/"))
    assert not Attempt.objects.exclude(fork_of=None).exists()


def test_a_damaged_version_is_said_in_words(attempt: Attempt) -> None:
    broken = Version.objects.create(account="1" * 12, manifest="0" * 64)
    assert "refused" in standing.standing(attempt, broken)


# --- who, and that it is looking alone -------------------------------------------------------------------------------------


def test_a_visit_changes_nothing(client: Client, cohort: Cohort, story: Attempt) -> None:
    before = rows()
    for end in ("", "?only=errors", "?page=1", "commands/1/", "replay/", "replay/0/", "replay/1/?path=environment/a.txt", "replay/2/"):
        for headers in ({}, HTMX):
            assert client.get(url(cohort, story, end), headers=headers).status_code in {200, 302}
    client.get(f"/cohorts/{cohort.pk}/learners/{story.user_id}/")
    client.get(f"/attempts/{story.pk}/")
    assert rows() == before


@pytest.mark.parametrize("who", ["nobody", "learner", "other learner", "other instructor", "instructor of another cohort", "admin"])
def test_each_sees_what_is_theirs(cohort: Cohort, story: Attempt, who: str) -> None:
    somebody = Client()
    if who == "learner":
        somebody.force_login(story.user)
    elif who != "nobody":
        role = {"admin": Role.ADMIN, "other learner": Role.LEARNER}.get(who, Role.INSTRUCTOR)
        user = User.objects.create_user("somebody", role=role)
        if who == "instructor of another cohort":
            cohort_of(user, User.objects.create_user("third"), name="Autumn")
        somebody.force_login(user)
    wanted = {"admin": 200, "nobody": 302}.get(who, 404)
    for end in ("", "commands/1/", "replay/0/", "replay/1/"):
        answer = somebody.get(url(cohort, story, end), headers=HTMX if "commands" in end else {})
        assert answer.status_code == wanted, end
    assert somebody.get(f"/cohorts/{cohort.pk}/learners/{story.user_id}/").status_code == wanted
    assert somebody.post(url(cohort, story, "replay/1/fork/")).status_code == (302 if who in {"admin", "nobody"} else 404)
    assert Attempt.objects.exclude(fork_of=None).count() == (who == "admin")


def test_a_learner_is_seen_through_their_own_cohort_alone(client: Client, cohort: Cohort, story: Attempt, teacher: User) -> None:
    third = User.objects.create_user("third")
    other = cohort_of(teacher, third, name="Autumn")
    assert client.get(url(other, story)).status_code == 404
    theirs = Attempt.objects.create(user=third, lab="first", content_hash=story.content_hash)
    assert client.get(url(cohort, story).replace(f"/{story.pk}/", f"/{theirs.pk}/")).status_code == 404
    cohort.memberships.filter(user=story.user).update(left=timezone.now())
    assert client.get(url(cohort, story)).status_code == 404
    fork = forking.fork(attempt=story, version=story.sandbox.start, command=None, by=teacher, language="en")
    assert client.get(url(cohort, fork)).status_code == 404
