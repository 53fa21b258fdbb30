"""Who gets what at every address of the site, by GET and by POST: one table. An address that is not in it fails."""

import re
import uuid

import pytest
from django.db import transaction
from django.urls import reverse

from course.models import User
from course.people import actions as people
from course.people.models import Cohort, Membership
from labs import actions
from labs.lab import catalog
from labs.models import Attempt, Command
from tests.course.world import OF_MEMBER, WHO, addresses, client_of, data, values
from tests.course.world import attempt as attempt

pytestmark = pytest.mark.django_db
IN, SENT, OUT, NONE, NOT, BUSY, ODD, GONE = 200, 204, 302, 404, 405, 409, 422, 410
Row = tuple[int, ...]  # a status for each of WHO; 302 for nobody is the way to sign in


def all_(status: int) -> Row:
    return (status,) * 7


def signed_in(status: int) -> Row:
    return (OUT,) + (status,) * 6


def account(status: int) -> Row:
    """Whoever is signed in with an account of their own."""
    return (OUT, NONE) + (status,) * 5


def own(status: int) -> Row:
    """The learner whose it is, and nobody else."""
    return (OUT, NONE, status, NONE, NONE, NONE, NONE)


def seen(status: int) -> Row:
    """Those who may look at it as well."""
    return (OUT, NONE, status, NONE, status, NONE, status)


def taught(status: int) -> Row:
    """Who runs the cohort."""
    return (OUT, NONE, NONE, NONE, status, NONE, status)


def teachers(status: int) -> Row:
    return (OUT, NONE, NONE, NONE, status, status, status)


def admin(status: int) -> Row:
    return (OUT, NONE, NONE, NONE, NONE, NONE, status)


NO_GET, NO_POST = signed_in(NOT), signed_in(NOT)
# name of the address: what each gets by GET, and by POST
RULES: dict[str, tuple[Row, Row]] = {
    # everybody's
    **dict.fromkeys(("home", "course", "search", "note"), (all_(IN), all_(NOT))),
    "styleguide": (all_(NONE), all_(NOT)),  # but where one develops
    "strategies": (all_(IN), all_(NOT)),
    "answer": (all_(NOT), all_(OUT)),  # back to the note; nobody's is kept
    **dict.fromkeys(("read", "bookmark"), (all_(NOT), signed_in(SENT))),
    "note-console": (all_(NOT), signed_in(OUT)),
    "healthz": (all_(IN), all_(IN)),
    "favicon": (all_(OUT), all_(NOT)),
    "set_language": (all_(NOT), all_(OUT)),
    # getting in and out
    "sign-in": ((IN, OUT, OUT, OUT, OUT, OUT, OUT), (IN, OUT, OUT, OUT, OUT, OUT, OUT)),
    "sign-out": (all_(NOT), all_(OUT)),
    "guest": (all_(NOT), all_(OUT)),
    "keep": ((OUT, IN, NONE, NONE, NONE, NONE, NONE), (OUT, IN, NONE, NONE, NONE, NONE, NONE)),
    "password": (account(IN), account(IN)),
    "password-forgotten": (all_(IN), all_(IN)),
    "password-set": (all_(IN), all_(IN)),
    "admin-sign-in": ((OUT, NONE, NONE, NONE, NONE, NONE, OUT), all_(NOT)),
    "invitation": (all_(NONE), all_(NOT)),  # nobody has made this one
    "join": (all_(NONE), all_(NONE)),  # who followed no invitation
    # labs
    "labs": (signed_in(IN), NO_POST),
    "lab": ((OUT, NONE, OUT, IN, IN, IN, IN), NO_POST),
    "start": (NO_GET, (OUT, NONE, OUT, OUT, OUT, OUT, OUT)),
    "progress": (signed_in(IN), NO_POST),
    "attempts": (teachers(IN), NO_POST),
    # one's attempt
    "page": (seen(IN), NO_POST),
    "stream": (seen(IN), NO_POST),
    "changes": (seen(IN), NO_POST),
    "output": (seen(IN), NO_POST),
    "commands": (NO_GET, own(IN)),
    **dict.fromkeys(("input", "stop", "size"), (NO_GET, own(SENT))),
    "complete": (NO_GET, own(IN)),
    **dict.fromkeys(("undo", "redo", "rewind", "reset", "reset-step"), (NO_GET, own(BUSY))),
    **dict.fromkeys(("ask-reset", "ask-reset-step", "ask-solution"), (own(IN), NO_POST)),
    "skip": (NO_GET, own(OUT)),
    "check": (NO_GET, own(BUSY)),
    **dict.fromkeys(("hint", "solution"), (NO_GET, own(OUT))),
    "preview": (own(OUT), NO_POST),  # nothing listens there
    "preview-url": (own(NONE), NO_POST),  # no address is named
    **dict.fromkeys(("files", "files-tree", "files-download", "files-diff"), (own(IN), NO_POST)),
    "files-open": (own(OUT), NO_POST),  # no path is named
    **dict.fromkeys(("files-save", "files-new", "files-move", "files-delete", "files-upload"), (NO_GET, own(BUSY))),
    # cohorts
    "cohorts": (teachers(IN), NO_POST),
    "cohort-new": (admin(IN), admin(OUT)),
    "cohort": (taught(IN), NO_POST),
    "cohort-change": (taught(IN), taught(OUT)),
    "cohort-archive": (admin(IN), admin(OUT)),
    "cohort-reopen": (NO_GET, admin(OUT)),
    "cohort-dues": (NO_GET, taught(OUT)),
    "cohort-invite": (NO_GET, taught(OUT)),
    "invitation-withdraw": (NO_GET, taught(OUT)),
    "cohort-import": (taught(IN), taught(ODD)),
    "cohort-instructor": (NO_GET, admin(OUT)),
    "member": (taught(IN), NO_POST),
    **dict.fromkeys(("member-remove", "member-back", "member-extra"), (NO_GET, taught(OUT))),
    "member-role": (NO_GET, admin(OUT)),
    "member-link": (NO_GET, taught(IN)),
    # one learner, and forks of what they did
    **dict.fromkeys(("learner", "learner-attempt", "replay"), (taught(IN), NO_POST)),
    **dict.fromkeys(("command-output", "replay-at"), (taught(OUT), NO_POST)),
    "fork": (NO_GET, taught(OUT)),
    "fork-close": (NO_GET, (OUT, NONE, NONE, NONE, OUT, NONE, NONE)),
    # the board, and what is said to a cohort
    **dict.fromkeys(("board", "board-stream", "board-stream-lab"), (taught(IN), NO_POST)),
    **dict.fromkeys(("alarm-dismiss", "alarm-back"), (NO_GET, taught(IN))),
    "board-notices": (taught(IN), taught(OUT)),
    "notice-withdraw": (NO_GET, taught(OUT)),
    "notice-seen": (NO_GET, own(OUT)),
    # help
    "help-ask": (own(IN), own(OUT)),
    "help-close": (NO_GET, own(NONE)),  # not said how
    "help-seen": (NO_GET, own(SENT)),
    "help-decline": (NO_GET, own(OUT)),
    **dict.fromkeys(("help-queue", "help-stream"), (teachers(IN), NO_POST)),
    "cohort-help": (taught(IN), NO_POST),
    "help": (taught(IN), NO_POST),
    **dict.fromkeys(("help-take", "help-release", "help-fork", "help-answer"), (NO_GET, taught(OUT))),
    # what is hard, exports, the API
    "hard": (taught(IN), NO_POST),
    "export": (taught(IN), taught(NONE)),  # no kind is named
    "tokens": (teachers(IN), teachers(OUT)),
    "token-revoke": (NO_GET, taught(OUT)),
    "api-manual": (teachers(IN), NO_POST),
    "api-schema": (all_(IN), all_(NOT)),
    **dict.fromkeys(("api-root", "api-nothing", "api-cohorts", "api-resource"), (all_(401), all_(NOT))),  # no session is a token
    # administrators' desk, and what looks after the site
    **dict.fromkeys(("desk", "desk-jobs", "desk-job", "desk-work", "desk-acts"), (admin(IN), NO_POST)),
    "desk-act": (NO_GET, admin(NONE)),  # it is not said what
    **dict.fromkeys(("desk-job-stop", "desk-job-undo", "desk-stop"), (NO_GET, admin(OUT))),
    "demo-progress": (taught(IN), NO_POST),
    "readyz": (all_(IN), all_(IN)),
    "metrics": (all_(NONE), all_(NOT)),  # no session is its token
    # one's own data
    "data": (signed_in(IN), NO_POST),
    "data-download": (NO_GET, signed_in(IN)),
    "leave": ((OUT, OUT, IN, IN, IN, IN, IN), (OUT, OUT, ODD, ODD, ODD, ODD, ODD)),  # without a password
    "stay": (NO_GET, signed_in(OUT)),
}
OF_THE_API = {"api-resource"}  # it tells a session nothing at all
BY_HEAD = {"stream", "board-stream", "board-stream-lab", "help-stream"}  # it does not end by itself


def statuses(name: str, method: str, attempt: Attempt) -> dict[str, int]:
    """What each of WHO gets; nothing that one does is there for the next."""
    found, address, fields = {}, reverse(name, args=values(name, attempt)), data(attempt)
    verb = method if method == "post" else "head" if name in BY_HEAD else "get"
    for who in WHO:
        with transaction.atomic():
            client = client_of(who)
            sent = {"data": fields, "headers": {"x-requested-with": "fetch"}} if verb == "post" else {}
            answer = getattr(client, verb)(address, **sent)
            found[who] = answer.status_code
            if who == "nobody" and RULES[name][0 if method == "get" else 1] == signed_in(NOT):
                assert answer["Location"].startswith(reverse("sign-in"))
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("name", RULES)
def test_each_gets_what_is_theirs(attempt: Attempt, name: str) -> None:
    by_get, by_post = (dict(zip(WHO, row, strict=True)) for row in RULES[name])
    assert {"get": statuses(name, "get", attempt), "post": statuses(name, "post", attempt)} == {"get": by_get, "post": by_post}


def test_the_table_has_every_address() -> None:
    found = [one.name or str(one.pattern) for one in addresses()]
    assert sorted(found) == sorted(RULES)


@pytest.mark.parametrize("name", [name for name, (_get, post) in RULES.items() if set(post) - {NOT, OUT} or name in {"skip", "hint"}])
def test_a_post_without_its_token_is_refused(attempt: Attempt, name: str) -> None:
    for who in ("owner", "boss"):
        client = client_of(who, enforce_csrf_checks=True)
        assert client.post(reverse(name, args=values(name, attempt)), data(attempt)).status_code == 403
    assert attempt.commands.count() == 1


def with_numbers() -> list[str]:
    """Of what is in the table: ``test_the_table_has_every_address`` names the others."""
    found = {one.name for one in addresses() if one.name and "pk" in one.pattern.converters}
    return sorted((found & set(RULES)) - OF_THE_API)


@pytest.mark.parametrize("name", with_numbers())
def test_what_is_anothers_answers_byte_for_byte_as_what_is_not_there(attempt: Attempt, name: str) -> None:
    """But for the address that was asked for, and the token that each page has anew."""
    theirs = values(name, attempt)
    addresses = [reverse(name, args=theirs), reverse(name, args=[999_999, *theirs[1:]])]
    by_get = RULES[name][0] != NO_GET
    for who in ("guest", "other", "stranger"):
        client, bodies = client_of(who), []
        for address in addresses:
            answer = client.get(address) if by_get else client.post(address, data(attempt))
            body = re.sub(rb"[A-Za-z0-9]{64}", b"TOKEN", answer.content).replace(address.encode(), b"ADDRESS")
            headers = sorted((key, value) for key, value in answer.headers.items() if key not in {"Content-Length", "Server-Timing"})
            bodies.append((answer.status_code, body, headers))
        assert bodies[0] == bodies[1]
        assert bodies[0][0] == NONE


@pytest.mark.parametrize("name", sorted(OF_MEMBER))
def test_a_member_of_another_cohort_is_not_there(attempt: Attempt, name: str) -> None:
    mine, theirs = Cohort.objects.get(name="theirs"), Cohort.objects.get(name="another")
    address = reverse(name, args=[mine.pk, theirs.memberships.get(user__username="other").pk])
    for who in ("teacher", "boss"):
        client = client_of(who)
        answer = client.get(address) if RULES[name][0] != NO_GET else client.post(address, data(attempt))
        assert answer.status_code == NONE


def test_one_closed_is_read_only_for_its_own_learner(attempt: Attempt) -> None:
    Command.objects.update(state="done")
    actions.finish(attempt=attempt)
    client = client_of("owner")
    assert client.get(reverse("page", args=[attempt.pk])).status_code == IN
    assert client.post(reverse("commands", args=[attempt.pk]), {"line": "ls"}).status_code == NONE


def test_a_command_of_another_attempt_cannot_be_named(attempt: Attempt) -> None:
    theirs = actions.start_attempt(user=User.objects.get(username="other"), lab=catalog.get("first"))
    command = Command.objects.create(attempt=theirs, number=1, line="cat", state="running", key=uuid.uuid4())
    answer = client_of("owner").post(reverse("input", args=[attempt.pk]), {"command": command.pk, "text": "x"})
    assert answer.status_code == NONE


def test_an_instructor_of_yesterday_sees_nothing_today(attempt: Attempt) -> None:
    client, page = client_of("teacher"), reverse("page", args=[attempt.pk])
    assert client.get(page).status_code == IN
    membership = Membership.objects.get(user__username="teacher")
    people.remove(membership=membership, by=User.objects.get(username="boss"))
    assert client.get(page).status_code == NONE
    people.take_back(membership=membership, by=User.objects.get(username="boss"))
    assert client.get(page).status_code == IN
    people.archive_cohort(cohort=membership.cohort, by=User.objects.get(username="boss"))
    assert client.get(page).status_code == NONE


def test_a_learners_account_teaches_nobody_whatever_the_cohort_says(attempt: Attempt) -> None:
    Membership.objects.filter(user__username="other").update(role="instructor", cohort=Cohort.objects.get(name="theirs"))
    client = client_of("other")
    assert client.get(reverse("page", args=[attempt.pk])).status_code == NONE
    assert client.get(reverse("cohorts")).status_code == NONE
