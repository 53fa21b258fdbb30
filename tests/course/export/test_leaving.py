"""One's own data: all of it to take along; and an account's end, with a day to think again."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course.export import leaving, own
from course.export.actions import make_token
from course.export.models import ApiToken, Leaving
from course.helping.models import HelpAnswer, HelpRequest
from course.models import Guest, Role, User
from course.people.acts import record
from course.people.models import Act, Membership
from course.reading.models import Answer, Bookmark, Reading
from labs import forking
from labs.models import Attempt, Command
from sandbox.errors import Busy
from sandbox.models import Sandbox
from tests.exporting import body, typed

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def person(attempt) -> User:
    attempt.user.set_password(PASSWORD)
    attempt.user.save()
    return attempt.user


@pytest.fixture
def page(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def unpacked(answer) -> zipfile.ZipFile:
    found = zipfile.ZipFile(io.BytesIO(body(answer)))
    assert found.testzip() is None
    return found


# --- taking along ----------------------------------------------------------------------------------------------------------


def test_everything_is_in_the_archive(client, real_attempt, teacher) -> None:
    user = real_attempt.user
    typed(real_attempt, "ls", output=b"\x1b[31ma.txt\x1b[0m\n")
    question = HelpRequest.objects.create(attempt=real_attempt, step="make", sentence="Why?")
    HelpAnswer.objects.create(request=question, by=teacher, text="Because.")
    Reading.objects.create(user=user, note="s3")
    Bookmark.objects.create(user=user, note="s3", anchor="why")
    Answer.objects.create(user=user, note="s3", question="what", given=[1], right=True)
    client.force_login(user)
    answer = client.post(reverse("data-download"))
    assert answer["Content-Disposition"].startswith('attachment; filename="learner-')
    with unpacked(answer) as found:
        names = set(found.namelist())
        read = {name: json.loads(found.read(name)) for name in names if name.endswith(".json")}
    assert f"files/first-{real_attempt.pk}/environment/" in names
    [command] = read[f"commands/first-{real_attempt.pk}.json"]
    assert (command["line"], command["output"]) == ("ls", "a.txt\n")
    assert read["questions.json"][0]["answers"][0]["text"] == "Because."
    assert "teacher" not in json.dumps(read["questions.json"])
    assert [len(read[f"{name}.json"]) for name in ("attempts", "steps", "reading", "bookmarks", "answers")] == [1, 2, 1, 1, 1]
    assert read["account.json"]["username"] == "learner"
    assert "password" not in json.dumps(read["account.json"])


def test_it_is_ones_own_alone(client, attempt, teacher) -> None:
    """An instructor's forks are learners' work."""
    typed(attempt, "secret of the learner")
    forked = Attempt.objects.create(user=teacher, lab="first", content_hash="", fork_of=attempt)
    typed(forked, "secret of the learner")
    client.force_login(teacher)
    with unpacked(client.post(reverse("data-download"))) as found:
        assert not any(b"secret" in found.read(name) for name in found.namelist())


def test_files_are_bounded_and_it_says_so(client, real_attempt, monkeypatch) -> None:
    from sandbox.store import tree
    from sandbox.store.working import Snapshot

    monkeypatch.setattr(own, "MOST_BYTES", 10)
    big = tree.Entry("f", 0o644, 0, 11, "0" * 64)
    version = real_attempt.sandbox.head
    version.manifest = Snapshot({"home": {"big.bin": big}, "tmp": {}}).save()
    version.save()
    client.force_login(real_attempt.user)
    with unpacked(client.post(reverse("data-download"))) as found:
        assert "big.bin" in found.read("left-out.txt").decode()


def test_a_file_that_is_gone_does_not_end_the_archive(client, real_attempt) -> None:
    from sandbox.store import tree
    from sandbox.store.working import Snapshot

    version = real_attempt.sandbox.head
    version.manifest = Snapshot({"home": {"a": tree.Entry("f", 0o644, 0, 1, "0" * 64)}, "tmp": {}}).save()
    version.save()
    client.force_login(real_attempt.user)
    with unpacked(client.post(reverse("data-download"))) as found:
        assert "can no longer be read" in found.read("left-out.txt").decode()


# --- asking ----------------------------------------------------------------------------------------------------------------


def test_it_takes_ones_password_and_a_day(page, person) -> None:
    assert page.post(reverse("leave"), {"password": "wrong"}).status_code == 422
    assert not Leaving.objects.exists()
    assert page.post(reverse("leave"), {"password": PASSWORD}).status_code == 302
    due = Leaving.objects.get(user=person).deletion_due
    assert timedelta(hours=23) < due - timezone.now() <= timedelta(days=1)
    assert "will be deleted" in page.get(reverse("data")).content.decode()
    assert leaving.carry_out_due(due - timedelta(seconds=1)) == 0
    assert User.objects.filter(pk=person.pk).exists()


def test_one_may_change_ones_mind(page, person) -> None:
    page.post(reverse("leave"), {"password": PASSWORD})
    page.post(reverse("stay"))
    assert not Leaving.objects.exists()
    assert leaving.carry_out_due(timezone.now() + timedelta(days=2)) == 0
    assert User.objects.get(pk=person.pk).is_active


def test_to_ask_again_puts_nothing_off(page, person) -> None:
    page.post(reverse("leave"), {"password": PASSWORD})
    due = Leaving.objects.get().deletion_due
    page.post(reverse("leave"), {"password": PASSWORD})
    leaving.ask(user=person)
    assert Leaving.objects.get().deletion_due == due


def test_passwords_are_not_guessed_here(page, person, monkeypatch) -> None:
    monkeypatch.setattr("course.people.limits.take", lambda *words, **names: 30)
    assert page.post(reverse("leave"), {"password": PASSWORD}).status_code == 429
    assert not Leaving.objects.exists()


def test_who_has_no_password_types_their_name(page, person) -> None:
    User.objects.filter(pk=person.pk).update(password=make_password(None))
    page.force_login(User.objects.get(pk=person.pk))
    assert page.post(reverse("leave"), {"name": "somebody"}).status_code == 422
    User.objects.update(last_login=timezone.now() - timedelta(minutes=16))
    assert "sign in again" in page.post(reverse("leave"), {"name": "learner"}).content.decode()
    assert not Leaving.objects.exists()
    User.objects.update(last_login=timezone.now() - timedelta(minutes=14))
    assert page.post(reverse("leave"), {"name": "learner"}).status_code == 302
    assert Leaving.objects.exists()


def test_a_guest_leaves_by_signing_out(client, db) -> None:
    guest = User.objects.create_user("guest-1", role=Role.GUEST)
    Guest.objects.create(user=guest, network="x", until=timezone.now() + timedelta(hours=3))
    client.force_login(guest)
    assert client.post(reverse("leave"), {"name": "guest-1"}).status_code == 302
    assert not Leaving.objects.exists()
    assert reverse("sign-out") in client.get(reverse("data")).content.decode()


def test_the_last_administrator_cannot(client, db) -> None:
    boss, second = (User.objects.create_user(name, password=PASSWORD, role=Role.ADMIN) for name in ("boss", "second"))
    leaving.ask(user=second)
    client.force_login(boss)
    answer = client.post(reverse("leave"), {"password": PASSWORD})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    # Nor does one who asked while there was another.
    Leaving.objects.create(user=boss, deletion_due=timezone.now())
    User.objects.filter(pk=second.pk).delete()
    assert leaving.carry_out_due() == 0
    assert User.objects.get(username="boss").is_active
    assert not Leaving.objects.exists()


# --- carrying it out -------------------------------------------------------------------------------------------------------


def test_all_of_it_goes(real_attempt, cohort, teacher) -> None:
    user, sandbox = real_attempt.user, real_attempt.sandbox
    typed(real_attempt, "ls")
    HelpRequest.objects.create(attempt=real_attempt, sentence="Why?", version=sandbox.head)
    Answer.objects.create(user=user, note="s3", question="what", given=[1], right=True)
    fork = forking.fork(attempt=real_attempt, version=sandbox.head, command=None, by=teacher, language="en")
    leaving.ask(user=user)
    assert leaving.carry_out_due(timezone.now() + timedelta(days=1, seconds=1)) == 1
    assert not User.objects.filter(username="learner").exists()
    assert not Sandbox.objects.filter(pk__in=[sandbox.pk, fork.sandbox_id]).exists()
    for model in (Attempt, Command, HelpRequest, Answer, Leaving):
        assert not model.objects.exists()
    assert not Membership.objects.exclude(user=teacher).exists()


def test_instructors_see_that_somebody_left_and_not_who(attempt, cohort, teacher, client) -> None:
    leaving.carry_out(attempt.user)
    act = Act.objects.get(what="account-deleted")
    assert (act.cohort, act.by, act.by_name, act.target) == (cohort, None, "deleted person", "")
    client.force_login(teacher)
    for name in ("export", "hard"):
        assert "1 person has deleted their account" in client.get(reverse(name, args=[cohort.pk])).content.decode()


def test_acts_keep_no_name(attempt, cohort, teacher) -> None:
    user = attempt.user
    namesake = User.objects.create_user("learner2")
    record("joined", by=user, target=user, cohort=cohort)
    record("member-added", by=teacher, target=user, cohort=cohort)
    record("member-added", by=teacher, target=namesake, cohort=cohort)
    record("help-taken", by=teacher, target=attempt)
    record("imported", by=teacher, target=cohort, cohort=cohort, new=["learner", "learner2"], added=[])
    record("cohort-made", by=teacher, target="learner", cohort=cohort)  # a cohort that is called so
    leaving.carry_out(user)
    told = {(act.what, act.by_name, act.target) for act in Act.objects.exclude(what="account-deleted")}
    assert told == {
        ("joined", "deleted person", "deleted person"),
        ("member-added", "teacher", "deleted person"),
        ("member-added", "teacher", "learner2"),
        ("help-taken", "teacher", "deleted person · first"),
        ("imported", "teacher", "Spring"),
        ("cohort-made", "teacher", "learner"),
    }
    assert Act.objects.get(what="imported").details == {"new": ["deleted person", "learner2"], "added": []}


def test_one_whose_command_runs_is_stopped_and_goes_the_next_time(attempt, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr("labs.control.send", lambda pk, what, **data: sent.append((pk, what)) or True)
    command = typed(attempt, "sleep 99", state="running", exit_status=None)
    with pytest.raises(Busy):
        leaving.carry_out(attempt.user)
    assert sent == [(command.pk, "signal")]
    assert not User.objects.get(pk=attempt.user_id).is_active
    Command.objects.update(state="done")
    assert leaving.carry_out(attempt.user)
    assert not User.objects.filter(pk=attempt.user_id).exists()


def test_a_busy_one_holds_up_nobody_else(attempt, monkeypatch) -> None:
    monkeypatch.setattr("labs.control.send", lambda *words, **data: True)
    typed(attempt, "sleep 99", state="running", exit_status=None)
    other = User.objects.create_user("other")
    now = timezone.now()
    Leaving.objects.create(user=attempt.user, deletion_due=now - timedelta(hours=1))
    Leaving.objects.create(user=other, deletion_due=now)
    assert leaving.carry_out_due() == 1
    assert not User.objects.filter(pk=other.pk).exists()


def test_tokens_go_with_their_owner(cohort, teacher) -> None:
    make_token(owner=teacher, name="x", days=1)
    leaving.carry_out(teacher)
    assert not ApiToken.objects.exists()


def test_the_page_says_for_how_long(page, settings) -> None:
    settings.KEEP_DAYS_OUTPUT, settings.KEEP_DAYS_COMMANDS, settings.KEEP_DAYS_INACTIVE = 33, 0, 44
    text = page.get(reverse("data")).content.decode()
    assert "33 days" in text
    assert "44 days" in text
    assert "kept as long as the account" in text
