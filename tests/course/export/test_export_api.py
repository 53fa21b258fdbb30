"""The API: who gets in, what they get, page by page; and that its schema says what it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from course.export import actions, described
from course.export.models import ApiToken
from course.export.resources import RESOURCES
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import Act, Cohort, Membership
from course.reading.models import Answer
from labs.models import Command, StepProgress
from tests.exporting import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(teacher: User) -> str:
    return actions.make_token(owner=teacher, name="script", days=30)[1]


def ask(secret: str, path: str, headers: dict[str, str] | None = None, **query: Any):
    url = f"/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
    return Client().get(url, headers={"Authorization": f"Bearer {secret}"} | (headers or {}))


def filled(attempt) -> None:
    now = timezone.now()
    attempt.steps.filter(step_id="make").update(state="passed", points=6, passed_at=now)
    HelpRequest.objects.create(attempt=attempt, step="name", sentence="Why?")
    Answer.objects.create(user=attempt.user, note="s3", question="what", given=[1], right=True, tries=2, solved=now)
    typed(attempt, "ls", output=b"a.txt\n", mistake={"id": "s3-no-such-bucket", "values": {}})
    typed(attempt, "sleep 9", state="running", exit_status=None)


# --- who gets in -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic dGVhY2hlcjp4", "Bearer a b"])
def test_without_a_token_there_is_nothing(cohort, header: str) -> None:
    answer = Client().get("/api/v1/cohorts", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthorized"


def test_a_session_is_no_token(cohort, teacher) -> None:
    client = Client()
    client.force_login(teacher)
    assert client.get("/api/v1/cohorts").status_code == 401


def test_only_the_digest_is_kept(secret) -> None:
    token = ApiToken.objects.get()
    assert secret.startswith("course_")
    assert secret not in str(vars(token))
    assert secret.removeprefix("course_") not in str(list(Act.objects.values()))


def test_revoked_expired_or_switched_off_lets_nobody_in(cohort, secret, teacher) -> None:
    assert ask(secret, "/cohorts").status_code == 200
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert ask(secret, "/cohorts").status_code == 401
    ApiToken.objects.update(expires=timezone.now() + timedelta(days=1))
    User.objects.filter(pk=teacher.pk).update(is_active=False)
    assert ask(secret, "/cohorts").status_code == 401
    User.objects.filter(pk=teacher.pk).update(is_active=True)
    actions.revoke_token(token=ApiToken.objects.get(), by=teacher)
    assert ask(secret, "/cohorts").status_code == 401


def test_it_sees_what_its_owner_sees_at_that_moment(cohort, secret, teacher) -> None:
    other = Cohort.objects.create(name="Autumn")
    assert [one["name"] for one in ask(secret, "/cohorts").json()["items"]] == ["Spring"]
    assert ask(secret, f"/cohorts/{other.pk}/members").status_code == 404
    Membership.objects.filter(user=teacher).update(left=timezone.now())
    assert ask(secret, "/cohorts").json()["items"] == []
    assert ask(secret, f"/cohorts/{cohort.pk}/members").status_code == 404
    User.objects.filter(pk=teacher.pk).update(role=Role.ADMIN)
    assert len(ask(secret, "/cohorts").json()["items"]) == 2
    User.objects.filter(pk=teacher.pk).update(role=Role.LEARNER)
    assert ask(secret, "/cohorts").json()["items"] == []


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/cohorts/", "/cohorts/1", "/cohorts/999/members", "/users"])
def test_other_addresses_are_not_found_as_json(cohort, secret, path: str) -> None:
    answer = ask(secret, path or "/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(cohort, secret, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/cohorts", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (405, "GET, HEAD", "method-not-allowed")


def test_too_often_says_when_to_go_on(cohort, secret, live_redis, monkeypatch) -> None:
    from course.people import limits

    monkeypatch.setitem(limits.LIMITS, "api", limits.Limits(limits.Limit(3, 60), limits.Limit(100, 60)))
    statuses = [ask(secret, "/cohorts").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = ask(secret, "/cohorts")
    assert 1 <= int(answer["Retry-After"]) <= 21
    assert answer.json()["code"] == "too-often"


def test_guessing_is_held_back_by_the_network(cohort, live_redis, monkeypatch) -> None:
    from course.people import limits

    monkeypatch.setitem(limits.LIMITS, "api", limits.Limits(limits.Limit(100, 60), limits.Limit(2, 60)))
    assert [ask("guess", "/cohorts").status_code for _ in range(3)] == [401, 401, 429]


def test_when_it_was_used_is_kept_once_a_minute(cohort, secret) -> None:
    ask(secret, "/cohorts")
    first = ApiToken.objects.get().last_used
    ask(secret, "/cohorts")
    assert first is not None
    assert ApiToken.objects.get().last_used == first


# --- pages -----------------------------------------------------------------------------------------------------------------


def test_a_cursor_leads_through_everything_once(cohort, secret, attempt) -> None:
    for number in range(7):
        typed(attempt, f"echo {number}")
    seen, cursor, pages = [], "", 0
    while True:
        page = ask(secret, f"/cohorts/{cohort.pk}/commands", limit=3, cursor=cursor).json()
        seen += [one["line"] for one in page["items"]]
        pages, cursor = pages + 1, page["next"]
        if cursor is None:
            break
    assert seen == [f"echo {number}" for number in range(7)]
    assert pages == 3


def test_since_tells_what_is_new_or_other(cohort, secret, attempt) -> None:
    old, changed = typed(attempt, "old"), typed(attempt, "changed")
    before = timezone.now() - timedelta(days=2)
    type(old).objects.update(queued=before, ended=before)
    type(old).objects.filter(pk=changed.pk).update(ended=timezone.now())
    since = (timezone.now() - timedelta(days=1)).isoformat()  # with +00:00, which an address turns into a space unless it is quoted
    found = ask(secret, f"/cohorts/{cohort.pk}/commands", since=since).json()["items"]
    assert [one["line"] for one in found] == ["changed"]


def test_a_plus_that_became_a_space_is_still_a_moment(cohort, secret) -> None:
    answer = Client().get("/api/v1/cohorts?since=2026-03-02T09:00:00+00:00", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"limit": "-1"}, {"cursor": "!"}, {"cursor": "YWJj"}, {"cursor": "9" * 400},
        {"since": "yesterday"}, {"since": "2026-03-02T09:00:00"}, {"since": "2026-13-02T09:00:00Z"}, {"output": "yes"},
        {"output": "1", "limit": "51"},
    ],
)  # fmt: skip
def test_a_parameter_that_is_not_right_is_named(cohort, secret, query: dict[str, str]) -> None:
    answer = ask(secret, f"/cohorts/{cohort.pk}/commands", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-parameter")
    assert answer.json()["message"].partition(":")[0] in query


def test_what_has_not_changed_is_not_sent_again(cohort, secret, attempt) -> None:
    path = f"/cohorts/{cohort.pk}/commands"
    first = ask(secret, path)
    same = ask(secret, path, headers={"If-None-Match": f'W/"other", {first["ETag"]}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    typed(attempt, "ls")
    assert ask(secret, path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_no_more_is_asked_of_the_database_for_more_rows(cohort, secret, attempt, django_assert_max_num_queries) -> None:
    for number in range(30):
        typed(attempt, f"echo {number}")
    ask(secret, "/cohorts")
    with django_assert_max_num_queries(3):  # the token, the cohort, the rows
        assert len(ask(secret, f"/cohorts/{cohort.pk}/commands").json()["items"]) == 30


def test_output_is_not_even_read_unless_asked_for(cohort, secret, attempt, django_assert_num_queries) -> None:
    typed(attempt, "ls", output=b"a.txt\n")
    ask(secret, "/cohorts")
    with django_assert_num_queries(3) as asked:
        assert ask(secret, f"/cohorts/{cohort.pk}/commands").json()["items"][0]["output"] is None
    assert not any('"output"' in one["sql"] for one in asked)
    assert ask(secret, f"/cohorts/{cohort.pk}/commands", output=1).json()["items"][0]["output"] == "a.txt\n"


# --- the schema ------------------------------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    answer = Client().get(reverse("api-schema"))
    assert answer.status_code == 200
    return answer.json()


def validate(document: dict[str, Any], path: str, status: str, found: Any) -> None:
    """As the schema says of this address and this status."""
    said = document["paths"][path]["get"]["responses"][status]
    if "$ref" in said:
        said = document["components"]["responses"][said["$ref"].rpartition("/")[2]]
    wanted = said["content"]["application/json"]["schema"]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(wanted | {"components": document["components"]}, format_checker=checker).validate(found)


def test_answers_are_as_the_schema_says(cohort, secret, attempt) -> None:
    filled(attempt)
    document = schema()
    found = ask(secret, "/cohorts").json()
    assert found["items"]
    validate(document, "/cohorts", "200", found)
    for name in RESOURCES:
        found = ask(secret, f"/cohorts/{cohort.pk}/{name}", **({"output": 1} if name == "commands" else {})).json()
        assert found["items"], name
        validate(document, f"/cohorts/{{cohort}}/{name}", "200", found)


def test_errors_are_as_the_schema_says(cohort, secret) -> None:
    document, path = schema(), "/cohorts/{cohort}/members"
    validate(document, path, "401", ask("nonsense", f"/cohorts/{cohort.pk}/members").json())
    validate(document, path, "404", ask(secret, "/cohorts/999/members").json())
    validate(document, path, "400", ask(secret, f"/cohorts/{cohort.pk}/members", limit=0).json())


def test_the_schema_would_find_a_row_that_is_other(cohort, secret) -> None:
    document, found = schema(), ask(secret, "/cohorts").json()
    for odd in ({"learners": "many"}, {"surprise": 1}, {"starts": 5}):
        with pytest.raises(jsonschema.ValidationError):
            validate(document, "/cohorts", "200", {"items": [found["items"][0] | odd], "next": None})


def test_the_words_of_the_rows_are_the_models() -> None:
    from course.export import rows

    for model, row, name in (
        (StepProgress.State, rows.ProgressRow, "state"),
        (Command.State, rows.CommandRow, "state"),
        (HelpRequest.State, rows.QuestionRow, "state"),
        (HelpRequest.Ending, rows.QuestionRow, "ending"),
    ):
        assert described.schema(row)["properties"][name]["enum"] == list(model.values)


def test_every_reference_leads_somewhere() -> None:
    document = schema()
    assert document["openapi"] == "3.1.0"

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                at: Any = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    at = at[part]
            for one in node.values():
                walk(one)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(document)
    for path, item in document["paths"].items():
        for parameter in item["get"]["parameters"]:
            assert "{cohort}" in path or parameter.get("$ref") != "#/components/parameters/cohort"


def test_the_schema_names_no_host_but_the_sites(cohort) -> None:
    assert schema()["servers"] == [{"url": "http://testserver/api/v1"}]


# --- tokens ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, teacher: User) -> Client:
    client.force_login(teacher)
    return client


def test_a_token_is_shown_once(page, cohort) -> None:
    made = page.post(reverse("tokens"), {"name": "grades", "days": "365"})
    assert (made.status_code, made["Location"]) == (302, reverse("tokens"))
    assert page.head(reverse("tokens")).status_code == 200  # shows it to nobody
    answer = page.get(made["Location"])
    secret = answer.context["secret"]
    assert secret in answer.content.decode() and "grades" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    reloaded = page.get(reverse("tokens"))
    assert secret not in reloaded.content.decode() and "secret" not in reloaded.context
    assert ApiToken.objects.count() == 1, "a reload makes no second one"
    assert secret not in str(dict(page.session))
    assert ask(secret, "/cohorts").status_code == 200
    assert Act.objects.get(what="token-made").details == {"name": "grades", "days": 365}


@pytest.mark.parametrize("data", [{"name": "", "days": "30"}, {"name": "x", "days": "366"}, {"name": "x", "days": "0"}, {"name": "x"}])
def test_a_token_needs_a_name_and_holds_a_year_at_most(page, data: dict[str, str]) -> None:
    answer = page.post(reverse("tokens"), data)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_so_many_and_no_more(page, teacher, monkeypatch) -> None:
    monkeypatch.setattr(actions, "MOST_TOKENS", 1)
    actions.make_token(owner=teacher, name="one", days=1)
    answer = page.post(reverse("tokens"), {"name": "two", "days": "1"})
    assert (answer.status_code, ApiToken.objects.count()) == (422, 1)


def test_who_may_revoke_which(page, teacher, secret) -> None:
    other = User.objects.create_user("stranger", role=Role.INSTRUCTOR)
    theirs, _secret = actions.make_token(owner=other, name="theirs", days=1)
    assert page.post(reverse("token-revoke", args=[theirs.pk])).status_code == 404
    mine = ApiToken.objects.get(owner=teacher)
    assert page.post(reverse("token-revoke", args=[mine.pk])).status_code == 302
    page.post(reverse("token-revoke", args=[mine.pk]))
    assert Act.objects.filter(what="token-revoked").count() == 1
    page.force_login(User.objects.create_user("boss", role=Role.ADMIN))
    assert page.post(reverse("token-revoke", args=[theirs.pk])).status_code == 302


@pytest.mark.parametrize("name", ["tokens", "api-manual"])
def test_a_learner_finds_neither(client, learner, name: str) -> None:
    client.force_login(learner)
    assert client.get(reverse(name)).status_code == 404


def test_the_manual_has_every_field_in_both_languages(page) -> None:
    for language in ("en", "ko"):
        page.cookies["django_language"] = language
        text = page.get(reverse("api-manual"), headers={"Accept-Language": language}).content.decode()
        for one in RESOURCES.values():
            assert f"/cohorts/{{cohort}}/{one.name}" in text
            for field in one.fields:
                assert f"<code>{field.name}</code>" in text
