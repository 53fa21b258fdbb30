"""Everybody who may come to the site, and one of each thing that an address can name: whose they are decides who gets what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from course.board.models import Alarm, Notice
from course.desk.models import Job
from course.export.models import ApiToken
from course.helping.models import HelpAnswer, HelpRequest, ProposedCommand
from course.models import Role, User
from course.people import actions as people
from course.people.models import Cohort, Membership
from course.reading import library
from labs import actions, events, forking
from labs.lab import catalog
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.course.reading.courses import make_lab
from tests.people import cohort_of

# owner learns in the cohort that teacher teaches; other learns, and stranger teaches, in another one.
WHO = {
    "nobody": None,
    "guest": Role.GUEST,
    "owner": Role.LEARNER,
    "other": Role.LEARNER,
    "teacher": Role.INSTRUCTOR,
    "stranger": Role.INSTRUCTOR,
    "boss": Role.ADMIN,
}
YAML = """
title: {ko: 첫걸음, en: First steps}
summary: {ko: 한 가지., en: One thing.}
minutes: 5
steps: [{id: make, points: 10, check: {cwd: {equals: /tmp}}, hints: [{ko: cd, en: cd}], solve: [cd /tmp]}]
"""
OF_QUESTION = {"help", *(f"help-{what}" for what in ("take", "release", "fork", "answer"))}
OF_COHORT = {
    "board",
    "board-notices",
    "board-stream",
    "cohort-help",
    "hard",
    "export",
    "cohort",
    "cohort-change",
    "cohort-archive",
    "cohort-reopen",
    "cohort-dues",
    "cohort-invite",
    "cohort-import",
    "cohort-instructor",
}
OF_MEMBER = {"member", *(f"member-{what}" for what in ("remove", "back", "extra", "role", "link"))}
OF_JOB = {"desk-job", "desk-job-stop", "desk-job-undo"}


def addresses(under: list[Any] | None = None) -> Iterator[URLPattern]:
    """Of the whole URLconf but Django's admin, which lets administrators in and nobody else (``test_admin``)."""
    for one in get_resolver().url_patterns if under is None else under:
        if isinstance(one, URLResolver):
            if one.namespace != "admin":
                yield from addresses(one.url_patterns)
        else:
            yield one


@pytest.fixture
def attempt(tmp_path: Path, settings, monkeypatch) -> Attempt:
    """Of owner, with a command that runs; and everybody else of WHO, in their cohorts."""
    make_lab(tmp_path / "catalog", "first", YAML)
    settings.SANDBOX_CATALOG, settings.METRICS_TOKEN = tmp_path / "catalog", "of the metrics"
    monkeypatch.setattr(actions, "wake", lambda *words: None)
    monkeypatch.setattr(events, "publish", lambda *words, **data: "")
    monkeypatch.setattr(events, "position", lambda pk: ":0")
    monkeypatch.setattr("labs.control.send", lambda *words, **data: True)
    monkeypatch.setattr("course.health._PARTS", {})
    monkeypatch.setattr("labs.stream.close_old_connections", lambda: None)  # the transaction goes on
    monkeypatch.setattr("course.board.stream.close_old_connections", lambda: None)
    monkeypatch.setattr("course.helping.live.close_old_connections", lambda: None)
    monkeypatch.setattr("course.people.limits.take", lambda *words, **given: 0)
    some, none = "usable, and never entered", make_password(None)
    passwords = {Role.GUEST: none}
    roles = [(name, role) for name, role in WHO.items() if role]
    made = {name: User.objects.create(username=name, role=role, password=passwords.get(role, some)) for name, role in roles}
    cohort = cohort_of(made["teacher"], made["owner"], name="theirs")
    cohort_of(made["stranger"], made["other"], name="another")
    waits = User.objects.create(username="waits", password=none)
    Membership.objects.create(cohort=cohort, user=waits)
    ApiToken.objects.create(owner=made["teacher"], name="theirs", digest="0", expires=timezone.now() + timedelta(days=1))
    people.invite(cohort=cohort, by=made["boss"], places=3, days=3)
    found = actions.start_attempt(user=made["owner"], lab=catalog.get("first"))
    start = Version.objects.create(account="111122223333")
    Attempt.objects.update(sandbox=Sandbox.objects.create(owner=made["owner"], label="first", head=start, start=start))
    found.refresh_from_db()
    Alarm.objects.create(attempt=found, step="make", reason="check", since=found.started, values={"tries": 8})
    Notice.objects.create(cohort=cohort, text="Hello")
    question = HelpRequest.objects.create(attempt=found, version=start)
    ProposedCommand.objects.create(answer=HelpAnswer.objects.create(request=question, text="So."), order=1, line="ls")
    Job.objects.create(what="reset", by=made["boss"], by_name="boss")
    forking.fork(attempt=found, version=start, command=None, by=made["teacher"], language="en")
    Command.objects.create(attempt=found, number=1, line="sleep 9", state="running", stream_id="a:1")
    return Attempt.objects.get(pk=found.pk)


def client_of(who: str, **options: Any) -> Client:
    client = Client(**options)
    if WHO[who]:
        client.force_login(User.objects.get(username=who))
    return client


def values(name: str, attempt: Attempt) -> list[Any]:
    """What stands in the address: things that are the owner's, or their cohort's."""
    cohort = Cohort.objects.get(name="theirs")
    if name in OF_COHORT:
        return [cohort.pk]
    if name in OF_MEMBER:
        return [cohort.pk, cohort.memberships.get(user__username="waits").pk]
    if name in OF_JOB:
        return [Job.objects.get().pk]
    if name in OF_QUESTION:
        return [attempt.help_requests.get().pk]
    theirs = [cohort.pk, attempt.user_id, attempt.pk]
    others: dict[str, Callable[[], list[Any]]] = {
        "learner": lambda: theirs[:2],
        **dict.fromkeys(("learner-attempt", "replay-at"), lambda: theirs),
        "replay": lambda: [*theirs, 0],
        **dict.fromkeys(("command-output", "fork"), lambda: [*theirs, 1 if name == "command-output" else 0]),
        "board-stream-lab": lambda: [cohort.pk, "first"],
        **dict.fromkeys(("alarm-dismiss", "alarm-back"), lambda: [cohort.pk, attempt.alarms.get().pk]),
        "notice-withdraw": lambda: [cohort.pk, cohort.notices.get().pk],
        "notice-seen": lambda: [cohort.notices.get().pk],
        "fork-close": lambda: [attempt.forks.get().pk],
        "help-decline": lambda: [attempt.pk, ProposedCommand.objects.get().pk],
        **dict.fromkeys(("note", "read", "bookmark", "note-console"), lambda: ["aws-cli"]),
        "answer": lambda: ["aws-cli", library.get("aws-cli").questions[0].id],
        "lab": lambda: ["first"],
        "start": lambda: ["first"],
        "preview": lambda: [attempt.pk, 8080],
        "password-set": lambda: ["MQ", "c0ffee-0123456789abcdef"],
        "demo-progress": lambda: [cohort.pk],
        "desk-stop": lambda: [attempt.commands.get().pk],
        "token-revoke": lambda: [ApiToken.objects.get().pk],
        "api-resource": lambda: [cohort.pk, "members"],
        "api-nothing": lambda: ["users"],
        "invitation": lambda: ["0123456789"],
        "invitation-withdraw": lambda: [cohort.pk, cohort.invitations.get().pk],
        **dict.fromkeys(("changes", "output"), lambda: [attempt.pk, attempt.commands.get().pk]),
        **dict.fromkeys(("check", "hint", "solution", "ask-solution"), lambda: [attempt.pk, "make"]),
    }
    if name in others:
        return others[name]()
    route = next(one for one in addresses() if one.name == name).pattern
    return [attempt.pk] if route.converters else []


def data(attempt: Attempt) -> dict[str, str]:
    running = attempt.commands.get()
    # The key of the command that runs: sent again, it is not refused as busy.
    fields = {"line": "ls", "key": str(running.key), "command": str(running.pk), "text": "y", "language": "ko", "name": "A name"}
    stranger = User.objects.get(username="stranger")
    return fields | {"places": "3", "days": "3", "percent": "25", "role": "learner", "user": str(stranger.pk)}
