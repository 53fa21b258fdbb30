"""The administrators' pages: who gets in, what they list, reset and delete with confirmation and log."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.test import Client
from django.utils import timezone

from course.models import Role, User
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.django_db
LIST = "/admin/sandbox/sandbox/"


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("boss", role=Role.ADMIN)


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def sandbox() -> Sandbox:
    start = Version.objects.create(account="111122223333", number=0)
    head = Version.objects.create(account="111122223333", number=4, parent=start, home_bytes=3_000_000, command="aws s3 ls")
    owner = User.objects.create_user("minji")
    return Sandbox.objects.create(owner=owner, label="heartbeat-pipeline", head=head, start=start)


def act(client: Client, action: str, *sandboxes: Sandbox, confirmed: bool = True) -> str:
    data = {"action": action, "_selected_action": [str(sandbox.pk) for sandbox in sandboxes]}
    answer = client.post(LIST, data | ({"confirmed": "yes"} if confirmed else {}), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_only_administrators_get_in(role: Role) -> None:
    client = Client()
    client.force_login(User.objects.create_user("someone", role=role))
    for url in ("/admin/", LIST, "/admin/course/user/", "/admin/labs/attempt/", "/admin/labs/command/", "/admin/sandbox/version/"):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "/admin/",
        "/admin/course/user/",
        "/admin/course/user/add/",
        "/admin/labs/attempt/",
        "/admin/labs/command/",
        "/admin/sandbox/version/",
    ],
)
def test_every_list_opens(client: Client, sandbox: Sandbox, url: str) -> None:
    assert client.get(url).status_code == 200


def test_the_list_shows_owner_lab_size_version(client: Client, sandbox: Sandbox) -> None:
    page = client.get(LIST).content.decode()
    for word in ("minji", "heartbeat-pipeline", "2.9", "4"):
        assert word in page


def test_the_detail_page_offers_reset_and_delete(client: Client, sandbox: Sandbox) -> None:
    page = client.get(f"{LIST}{sandbox.pk}/change/").content.decode()
    assert 'value="reset_chosen"' in page
    for name in ("undo", "redo", "delete"):
        assert f'value="{name}_chosen"' in page
    assert f"{sandbox.pk}/versions/" in page
    assert 'name="_save"' not in page


def test_reset_asks_first(client: Client, sandbox: Sandbox) -> None:
    page = act(client, "reset_chosen", sandbox, confirmed=False)
    assert "minji" in page
    assert "Yes, reset" in page
    sandbox.refresh_from_db()
    assert sandbox.head.number == 4


def test_reset_goes_to_the_start_and_is_logged(client: Client, sandbox: Sandbox) -> None:
    assert "1 sandbox was reset." in act(client, "reset_chosen", sandbox)
    sandbox.refresh_from_db()
    assert sandbox.head.parent == sandbox.start
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.object_id) == (CHANGE, str(sandbox.pk))
    assert "reset from version v4" in entry.get_change_message()


def test_delete_asks_then_deletes_and_is_logged(client: Client, sandbox: Sandbox) -> None:
    assert "Yes, delete" in act(client, "delete_chosen", sandbox, confirmed=False)
    assert Sandbox.objects.count() == 1
    assert "1 sandbox was deleted." in act(client, "delete_chosen", sandbox)
    assert Sandbox.objects.count() == 0
    entry = LogEntry.objects.get()
    assert (entry.action_flag, entry.object_repr) == (DELETION, "minji · heartbeat-pipeline")


@pytest.mark.parametrize("action", ["reset_chosen", "delete_chosen", "undo_chosen", "redo_chosen"])
def test_one_in_use_is_left_alone_and_named_the_others_done(client: Client, sandbox: Sandbox, action: str) -> None:
    other = Sandbox.objects.create(owner=sandbox.owner, label="playground", head=sandbox.head, start=sandbox.start)
    Sandbox.objects.filter(pk=sandbox.pk).update(lock_holder="worker", lock_until=timezone.now() + timedelta(minutes=1))
    page = act(client, action, sandbox, other)
    assert "Left alone: minji · heartbeat-pipeline is running a command." in page
    assert ("1 sandbox was" in page) == (action in {"reset_chosen", "delete_chosen"})
    sandbox.refresh_from_db()
    assert sandbox.head.number == 4


def test_undo_and_redo_for_many_each_logged(client: Client, sandbox: Sandbox) -> None:
    made = Version.objects.create(account="1" * 12, number=1, parent=sandbox.start, sandbox=sandbox, command="aws s3 ls")
    Sandbox.objects.filter(pk=sandbox.pk).update(head=made)
    fresh = Sandbox.objects.create(owner=sandbox.owner, label="playground", head=sandbox.start, start=sandbox.start)
    assert "Yes, undo" in act(client, "undo_chosen", sandbox, fresh, confirmed=False)
    page = act(client, "undo_chosen", sandbox, fresh)
    assert "1 sandbox went back by a command." in page
    assert "inji · playground: There is nothing to undo yet." in page
    assert Sandbox.objects.get(pk=sandbox.pk).head == sandbox.start
    assert "Yes, redo" in act(client, "redo_chosen", sandbox, confirmed=False)
    assert "1 sandbox went forward by a command." in act(client, "redo_chosen", sandbox)
    assert Sandbox.objects.get(pk=sandbox.pk).head == made
    assert [entry.get_change_message().split()[0] for entry in LogEntry.objects.order_by("pk")] == ["undo", "redo"]


def versions_of(sandbox: Sandbox) -> tuple[Version, Version, str]:
    first, second = (
        Version.objects.create(account="1" * 12, number=number, parent=sandbox.start, sandbox=sandbox, command=f"echo <{number}>")
        for number in (1, 2)
    )
    Sandbox.objects.filter(pk=sandbox.pk).update(head=second)
    return first, second, f"{LIST}{sandbox.pk}/versions/"


def test_a_sandboxs_versions_are_listed_and_can_be_gone_to(client: Client, sandbox: Sandbox) -> None:
    first, second, url = versions_of(sandbox)
    Version.objects.filter(pk=first.pk).update(
        changes={"files": [{"path": "~/a"}], "cloud": [{"service": "s3", "kind": "bucket", "name": "mine", "change": "added"}]}
    )
    page = client.get(url).content.decode()
    for words in ("echo &lt;1&gt;", "echo &lt;2&gt;", "1 file, s3 bucket mine", "undone", f'name="to" value="{first.pk}"'):
        assert words in page
    assert f'value="{second.pk}"' not in page
    page = client.post(url, {"to": first.pk}, follow=True).content.decode()
    assert "The sandbox stands at version v1" in page
    assert Sandbox.objects.get(pk=sandbox.pk).head == first
    assert "rewind from version v2" in LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize("to", ["", "x", "999999", "9" * 40])
def test_a_version_of_another_sandbox_cannot_be_gone_to(client: Client, sandbox: Sandbox, to: str) -> None:
    _first, second, url = versions_of(sandbox)
    assert "no longer kept" in client.post(url, {"to": to}, follow=True).content.decode()
    assert Sandbox.objects.get(pk=sandbox.pk).head == second
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", [None, Role.LEARNER, Role.INSTRUCTOR])
def test_nobody_else_sees_or_moves_a_sandboxs_versions(sandbox: Sandbox, role: Role | None) -> None:
    first, second, url = versions_of(sandbox)
    client = Client()
    if role:
        client.force_login(User.objects.create_user("someone", role=role))
    assert client.get(url).status_code == 302
    assert client.post(url, {"to": first.pk}).status_code == 302
    assert client.post(LIST, {"action": "undo_chosen", "_selected_action": [str(sandbox.pk)], "confirmed": "yes"}).status_code == 302
    assert Sandbox.objects.get(pk=sandbox.pk).head == second


def test_djangos_own_deletion_is_not_offered(client: Client, sandbox: Sandbox) -> None:
    assert "delete_selected" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{sandbox.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_version_cannot_be_changed(client: Client, sandbox: Sandbox) -> None:
    url = f"/admin/sandbox/version/{sandbox.head.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"command": "other"}).status_code == 403


def test_a_person_gets_a_role_and_with_it_the_way_in(client: Client, sandbox: Sandbox) -> None:
    url = f"/admin/course/user/{sandbox.owner_id}/change/"
    assert client.post(url, {"username": "minji", "role": "admin", "is_active": "on"}).status_code == 302
    assert User.objects.get(username="minji").is_staff
