"""Another person's attempt made of the one that was played: the same values at other times.

A version is a handful of names of blobs, and blobs are shared by whoever names them: each person gets rows of their own, and no byte
is stored twice. So their sandbox owns its history like any other: undo, pruning and deletion of one touch no other's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from course.demo.states import Story
from course.models import User
from labs.models import Attempt, Command, Move, Passing, StepEvent, StepProgress
from labs.pace import PAUSE
from sandbox.models import Sandbox, Version

LOOKED = timedelta(seconds=1)
"""What a look finds is told so long after its command."""
_TIMES = ["queued", "claimed", "ended"]


def copy(story: Story, user: User, language: str) -> Attempt:
    """In a transaction of the caller's. The rows of ``story.attempt`` may not have been shifted yet, nor need they."""
    source, state = story.attempt, story.state
    sandbox, versions = _sandbox(story, user)
    attempt = Attempt.objects.create(
        user=user, lab=source.lab, content_hash=source.content_hash, language=language, sandbox=sandbox, step=state["step"],
        console_from=state["console_from"], completed=story.completed(), last_seen=story.moments[-1], spent=spent(story),
    )  # fmt: skip
    Attempt.objects.filter(pk=attempt.pk).update(started=story.moments[0])
    commands = _commands(story, attempt, versions)
    _steps(story, attempt, versions)
    _events(story, attempt)
    _moves(story, attempt, versions, commands)
    return attempt


def spent(story: Story) -> int:
    """Seconds, as ``labs.pace`` counts them: no pause is longer than it may be, and none is counted once the lab is completed."""
    end = story.completed()
    seconds = 0.0
    for before, after in zip(story.moments, story.moments[1:], strict=False):
        if end is None or after <= end:
            seconds += min(after - before, PAUSE).total_seconds()
    return round(seconds)


def _twin(row: Model, **fields: Any) -> dict[str, Any]:
    """The row's columns, but its key, as arguments for another; ``fields`` instead of its own."""
    own = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    for name, value in fields.items():
        own.pop(row._meta.get_field(name).attname)  # type: ignore[union-attr]
        own[name] = value
    return own


def _sandbox(story: Story, user: User) -> tuple[Sandbox, dict[int, Version]]:
    """Its own sandbox and versions, these by the keys of what they are twins of."""
    source = story.attempt.sandbox
    assert source is not None  # noqa: S101 - it was played in
    state, start = story.state, source.start
    sandbox = Sandbox(owner=user, label=source.label, start=start, head=start, clock_rate=source.clock_rate)
    sandbox.save()
    rows = list(Version.objects.filter(sandbox=source, pk__lte=state["newest"]["version"]).order_by("pk"))
    made = Version.objects.bulk_create(Version(**_twin(one, sandbox=sandbox, parent=start, pinned=False)) for one in rows)
    twins = {one.pk: twin for one, twin in zip(rows, made, strict=True)}
    versions = {start.pk: start, **twins}
    for one, twin in zip(rows, made, strict=True):
        twin.parent = versions.get(one.parent_id or 0, start)
        twin.created = story.when("version", one.pk) or story.moments[-1]
        if left := versions.get(one.changes.get("left", 0)):
            twin.changes = one.changes | {"left": left.pk}
    Version.objects.bulk_update(made, ["parent", "created", "changes"], batch_size=100)
    last = story.moments[-1]
    # What is due in its account rests until somebody looks: nobody waits for it.
    Sandbox.objects.filter(pk=sandbox.pk).update(
        head=versions[state["head"]], tip=versions.get(state["tip"] or 0), head_since=last, created=story.moments[0], last_used=last
    )
    sandbox.refresh_from_db()
    return sandbox, versions


def times(story: Story, command: Command) -> dict[str, datetime | None]:
    """When a command was typed, begun and ended, in the story; empty where it was not typed yet."""
    at = story.when("command", command.number)
    if at is None:
        return {}
    took = timedelta(milliseconds=command.duration_ms or 0)
    return {"queued": at, "claimed": at + timedelta(milliseconds=20), "ended": at + timedelta(milliseconds=20) + took}


def _commands(story: Story, attempt: Attempt, versions: dict[int, Version]) -> dict[int, Command]:
    found: dict[int, Command] = {}
    undone = set(story.state["undone"])
    for one in story.attempt.commands.order_by("number"):
        if moments := times(story, one):
            version = versions.get(one.version_id or 0)
            undone_then = one.number in undone
            twin = _twin(one, attempt=attempt, version=version, undone=undone_then, worker="", stream_id="", **moments)
            twin.pop("key")
            found[one.pk] = Command(**twin)
    Command.objects.bulk_create(found.values())
    return found


def _steps(story: Story, attempt: Attempt, versions: dict[int, Version]) -> None:
    passings = list(Passing.objects.filter(step__attempt=story.attempt).select_related("step").order_by("pk"))
    passed = {(one.step.step_id, one.version_id): at + LOOKED for one in passings if (at := story.when("passing", one.pk))}
    rows = []
    for one in story.state["steps"]:
        version = versions.get(one["version_id"] or 0)
        when = passed.get((one["step_id"], one["version_id"]))
        own = {key: value for key, value in one.items() if key != "version_id"}
        rows.append(StepProgress(attempt=attempt, version=version, passed_at=when, **own))
    steps = {one.step_id: one for one in StepProgress.objects.bulk_create(rows)}
    Passing.objects.bulk_create(Passing(step=steps[step], version=versions[version], at=at) for (step, version), at in passed.items())


def _events(story: Story, attempt: Attempt) -> None:
    rows = [(one, story.when("event", one.pk)) for one in story.attempt.step_events.order_by("pk")]
    StepEvent.objects.bulk_create(StepEvent(**_twin(one, attempt=attempt, at=at + LOOKED)) for one, at in rows if at)


def _moves(story: Story, attempt: Attempt, versions: dict[int, Version], commands: dict[int, Command]) -> None:
    rows = [(one, story.when("move", one.pk)) for one in story.attempt.moves.order_by("pk")]
    Move.objects.bulk_create(
        Move(
            **_twin(
                one, attempt=attempt, at=at, by=attempt.user, command=commands.get(one.command_id or 0),
                version=versions.get(one.version_id or 0),
            )
        )
        for one, at in rows
        if at
    )  # fmt: skip


def settle(story: Story) -> None:
    """The rows of who played get the story's times instead of those at which they were made. In a transaction of the caller's."""
    attempt = story.attempt
    commands = list(attempt.commands.only("number", "duration_ms", *_TIMES))
    for one in commands:
        for name, at in times(story, one).items():
            setattr(one, name, at)
    Command.objects.bulk_update(commands, _TIMES, batch_size=100)
    for kind, rows, field, later in (
        ("event", StepEvent.objects.filter(attempt=attempt), "at", LOOKED),
        ("move", Move.objects.filter(attempt=attempt), "at", timedelta()),
        ("passing", Passing.objects.filter(step__attempt=attempt), "at", LOOKED),
        ("version", Version.objects.filter(sandbox=attempt.sandbox_id), "created", timedelta()),
    ):
        _shift(story, kind, list(rows), field, later)
    passed = {(one.step_id, one.version_id): one.at for one in Passing.objects.filter(step__attempt=attempt)}
    steps = list(attempt.steps.all())
    for step in steps:
        step.passed_at = passed.get((step.pk, step.version_id or 0), step.passed_at)
    StepProgress.objects.bulk_update(steps, ["passed_at"])
    first, last = story.moments[0], story.moments[-1]
    Attempt.objects.filter(pk=attempt.pk).update(started=first, last_seen=last, completed=story.completed(), spent=spent(story))
    attempt.user.sandboxes.filter(attempts=attempt).update(created=first, last_used=last, due=None)


def _shift(story: Story, kind: str, rows: list[Any], field: str, later: timedelta) -> None:
    for one in rows:
        setattr(one, field, (story.when(kind, one.pk) or story.moments[-1]) + later)
    if rows:
        type(rows[0]).objects.bulk_update(rows, [field], batch_size=100)
