"""Who gets what at every address: nobody, its learner, another learner, an instructor, an administrator."""

import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from course.models import Role, User
from labs import actions, events
from labs.lab import catalog
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.course.reading.conftest import PARTS, write_note

pytestmark = pytest.mark.django_db
YAML = """
title: {ko: 첫걸음, en: First steps}
summary: {ko: 한 가지., en: One thing.}
minutes: 5
steps: [{id: make, points: 10, check: {cwd: {equals: /tmp}}, hints: [{ko: cd, en: cd}], solve: [cd /tmp]}]
"""
IN, OUT, NONE = 200, 302, 404
WHO = ("nobody", "owner", "other", "instructor", "admin")
READING_FILES = ("files", "files-tree", "files-download", "files-diff")
CHANGING_FILES = ("files-save", "files-new", "files-move", "files-delete", "files-upload")
# address: (method, what each of WHO gets); 302 for nobody is the way to sign in
RULES: dict[str, tuple[str, tuple[int, ...]]] = {
    **dict.fromkeys(("home", "course", "search"), ("get", (IN, IN, IN, IN, IN))),
    "styleguide": ("get", (NONE, NONE, NONE, NONE, NONE)),  # but where one develops
    "labs": ("get", (OUT, IN, IN, IN, IN)),
    "lab": ("get", (OUT, OUT, IN, IN, IN)),
    "start": ("post", (OUT, OUT, OUT, OUT, OUT)),
    "attempts": ("get", (OUT, NONE, NONE, IN, IN)),
    "page": ("get", (OUT, IN, NONE, IN, IN)),
    "stream": ("head", (OUT, IN, NONE, IN, IN)),
    "commands": ("post", (OUT, IN, NONE, NONE, NONE)),
    "input": ("post", (OUT, 204, NONE, NONE, NONE)),
    "stop": ("post", (OUT, 204, NONE, NONE, NONE)),
    "skip": ("post", (OUT, OUT, NONE, NONE, NONE)),
    "undo": ("post", (OUT, 409, NONE, NONE, NONE)),
    "redo": ("post", (OUT, 409, NONE, NONE, NONE)),
    "rewind": ("post", (OUT, 409, NONE, NONE, NONE)),
    "reset": ("post", (OUT, 409, NONE, NONE, NONE)),
    "reset-step": ("post", (OUT, 409, NONE, NONE, NONE)),
    "ask-reset": ("get", (OUT, IN, NONE, NONE, NONE)),
    "ask-reset-step": ("get", (OUT, IN, NONE, NONE, NONE)),
    "changes": ("get", (OUT, IN, NONE, IN, IN)),
    "check": ("post", (OUT, OUT, NONE, NONE, NONE)),
    "hint": ("post", (OUT, OUT, NONE, NONE, NONE)),
    "solution": ("post", (OUT, OUT, NONE, NONE, NONE)),
    "progress": ("get", (OUT, IN, IN, IN, IN)),
    "ask-solution": ("get", (OUT, IN, NONE, NONE, NONE)),
    "size": ("post", (OUT, 204, NONE, NONE, NONE)),
    "complete": ("post", (OUT, IN, NONE, NONE, NONE)),
    "output": ("get", (OUT, IN, NONE, IN, IN)),
    "preview": ("get", (OUT, OUT, NONE, NONE, NONE)),  # nothing listens there
    "preview-url": ("get", (OUT, NONE, NONE, NONE, NONE)),  # no address is named
    **dict.fromkeys(READING_FILES, ("get", (OUT, IN, NONE, NONE, NONE))),
    "files-open": ("get", (OUT, OUT, NONE, NONE, NONE)),  # no path is named
    **dict.fromkeys(CHANGING_FILES, ("post", (OUT, 409, NONE, NONE, NONE))),
    "guest": ("post", (OUT, OUT, OUT, OUT, OUT)),
    "keep": ("get", (OUT, NONE, NONE, NONE, NONE)),
    "sign-in": ("get", (IN, OUT, OUT, OUT, OUT)),
    "sign-out": ("post", (OUT, OUT, OUT, OUT, OUT)),
    "set_language": ("post", (OUT, OUT, OUT, OUT, OUT)),
    "note": ("get", (IN, IN, IN, IN, IN)),
    "answer": ("post", (OUT, OUT, OUT, OUT, OUT)),  # back to the note; nobody's is kept
    **dict.fromkeys(("read", "bookmark"), ("post", (OUT, 204, 204, 204, 204))),
    "note-console": ("post", (OUT, OUT, OUT, OUT, OUT)),
    "strategies": ("get", (IN, IN, IN, IN, IN)),
    "healthz": ("get", (IN, IN, IN, IN, IN)),
}
# A guest gets what another learner does, but for these; "first" is none of the labs for guests.
OF_A_GUEST = {"lab": NONE, "start": NONE, "keep": IN}
OF_AN_ATTEMPT = (
    *READING_FILES, *CHANGING_FILES, "files-open", "size", "complete", "preview-url",
    "page", "stream", "commands", "input", "stop", "skip", "undo", "redo", "rewind", "reset", "reset-step", "ask-reset", "ask-reset-step",
)  # fmt: skip


@pytest.fixture
def attempt(tmp_path: Path, settings, monkeypatch) -> Attempt:
    folder = tmp_path / "catalog" / "first"
    folder.mkdir(parents=True)
    (folder / "lab.yaml").write_text(YAML)
    for language in ("ko", "en"):
        (folder / f"{language}.md").write_text("Hello.\n\n## Make it {#make}\n\nDo.\n")
    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    settings.COURSE_NOTES = tmp_path / "notes"
    write_note(settings.COURSE_NOTES)
    (settings.COURSE_NOTES / "parts.yaml").write_text(PARTS)
    monkeypatch.setattr(actions, "wake", lambda *words: None)
    monkeypatch.setattr(events, "publish", lambda *words, **data: "")
    monkeypatch.setattr(events, "position", lambda pk: ":0")
    monkeypatch.setattr("labs.control.send", lambda *words, **data: True)
    owner = User.objects.create_user("owner")
    attempt = actions.start_attempt(user=owner, lab=catalog.get("first"))
    start = Version.objects.create(account="111122223333")
    Attempt.objects.update(sandbox=Sandbox.objects.create(owner=owner, label="first", head=start, start=start))
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state="running")
    return attempt


def client_of(who: str) -> Client:
    client = Client()
    if who != "nobody":
        role = who if who in Role.values else Role.LEARNER
        client.force_login(User.objects.filter(username=who).first() or User.objects.create_user(who, role=role))
    return client


def address(name: str, attempt: Attempt) -> str:
    return {
        "lab": lambda: reverse(name, args=["first"]),
        "start": lambda: reverse(name, args=["first"]),
        **{one: (lambda: reverse(name, args=[attempt.pk])) for one in OF_AN_ATTEMPT},
        **{one: (lambda: reverse(name, args=[attempt.pk, attempt.commands.get().pk])) for one in ("changes", "output")},
        "preview": lambda: reverse(name, args=[attempt.pk, 8080]),
        **{one: (lambda: reverse(name, args=["small"])) for one in ("note", "read", "bookmark", "note-console")},
        "answer": lambda: reverse(name, args=["small", "flat"]),
        **{one: (lambda: reverse(name, args=[attempt.pk, "make"])) for one in ("check", "hint", "solution", "ask-solution")},
    }.get(name, lambda: reverse(name))()


@pytest.mark.parametrize("who", [*WHO, "guest"])
@pytest.mark.parametrize("name", RULES)
def test_each_gets_what_is_theirs(attempt: Attempt, name: str, who: str) -> None:
    method, answers = RULES[name]
    running = attempt.commands.get()
    key = str(running.key)  # the key of the command that runs: sent again, it is not refused as busy
    data = {"line": "ls", "key": key, "command": str(running.pk), "text": "y", "language": "ko"}
    client = client_of(who)
    headers = {"x-requested-with": "fetch"}
    answer = (
        client.post(address(name, attempt), data, headers=headers) if method == "post" else getattr(client, method)(address(name, attempt))
    )
    expected = OF_A_GUEST.get(name, answers[WHO.index("other")]) if who == "guest" else answers[WHO.index(who)]
    if name in {"check", "hint"} and who == "owner":
        expected = {"check": 409, "hint": OUT}[name]
    assert answer.status_code == expected
    if who == "nobody" and expected == OUT and name not in {"sign-out", "set_language", "guest", "answer"}:
        assert answer["Location"].startswith(reverse("sign-in"))


def test_the_table_has_every_address() -> None:
    names = {pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)}
    for included in get_resolver().url_patterns:
        if hasattr(included, "url_patterns") and included.namespace != "admin":
            names |= {pattern.name for pattern in included.url_patterns}
    assert names == set(RULES)


@pytest.mark.parametrize("name", [name for name, (method, _) in RULES.items() if method == "post" and name != "sign-out"])
def test_a_post_is_not_done_by_a_link(attempt: Attempt, name: str) -> None:
    assert client_of("owner").get(address(name, attempt)).status_code in {405, 302}
    assert attempt.commands.count() == 1


@pytest.mark.parametrize("name", [name for name, (method, _) in RULES.items() if method == "post"])
def test_a_post_without_its_token_is_refused(attempt: Attempt, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="owner"))
    data = {"line": "ls", "key": str(uuid.uuid4())}
    assert client.post(address(name, attempt), data, headers={"x-requested-with": "fetch"}).status_code == 403
    assert attempt.commands.count() == 1


def test_one_closed_is_read_only_for_its_own_learner(attempt: Attempt) -> None:
    Command.objects.update(state="done")
    actions.finish(attempt=attempt)
    client = client_of("owner")
    assert client.get(address("page", attempt)).status_code == 200
    assert client.post(address("commands", attempt), {"line": "ls"}).status_code == 404


def test_a_command_of_another_attempt_cannot_be_named(attempt: Attempt) -> None:
    other = User.objects.create_user("other2")
    theirs = actions.start_attempt(user=other, lab=catalog.get("first"))
    command = Command.objects.create(attempt=theirs, number=1, line="cat", state="running")
    answer = client_of("owner").post(address("input", attempt), {"command": command.pk, "text": "x"})
    assert answer.status_code == 404
