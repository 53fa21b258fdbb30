"""Who may see the board, and what may be pressed on it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from course.board.models import Alarm
from course.models import Role, User
from course.people.models import Membership
from labs.models import Command
from tests.people import cohort_of


@pytest.fixture
def alarm(attempt) -> Alarm:
    return Alarm.objects.create(attempt=attempt, step="make", reason="check", since=timezone.now(), values={"tries": 8})


def addresses(cohort, alarm) -> list[tuple[str, str]]:
    return [
        ("get", reverse("board", args=[cohort.pk])),
        ("get", reverse("board-notices", args=[cohort.pk])),
        ("post", reverse("board-notices", args=[cohort.pk])),
        ("post", reverse("alarm-dismiss", args=[cohort.pk, alarm.pk])),
        ("post", reverse("alarm-back", args=[cohort.pk, alarm.pk])),
    ]


@pytest.mark.parametrize("who", ["minji", "stranger", "another", "gone", "guest"])
def test_nobody_else_sees_it(client, cohort, alarm, teacher, minji, who):
    if who == "gone":
        Membership.objects.filter(user=teacher).update(left=timezone.now())
    people = {"minji": minji, "gone": teacher}
    roles = {"stranger": Role.LEARNER, "another": Role.INSTRUCTOR, "guest": Role.GUEST}
    user = people.get(who) or User.objects.create_user(who, role=roles[who])
    if who == "another":
        cohort_of(user, name="Autumn")
    client.force_login(user)
    assert {getattr(client, method)(address).status_code for method, address in addresses(cohort, alarm)} == {404}
    assert Alarm.objects.get().dismissed_at is None


def test_visitors_are_asked_to_sign_in(client, cohort, alarm):
    for method, address in addresses(cohort, alarm):
        answer = getattr(client, method)(address)
        assert answer.status_code == 302
        assert reverse("sign-in") in answer["Location"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR])
def test_who_runs_it_does(client, cohort, alarm, teacher, role):
    user = teacher if role == Role.INSTRUCTOR else User.objects.create_user("boss", role=role)
    client.force_login(user)
    for method, address in addresses(cohort, alarm):
        assert getattr(client, method)(address).status_code in {200, 302}
    assert reverse("board", args=[cohort.pk]) in client.get(reverse("board-notices", args=[cohort.pk])).content.decode()


def test_the_alarm_of_another_cohort_is_not_there(client, cohort, alarm, teacher):
    mine = cohort_of(teacher, name="Mine")
    client.force_login(teacher)
    assert client.post(reverse("alarm-dismiss", args=[mine.pk, alarm.pk])).status_code == 404


def test_dismissed_by_script_and_by_form(client, cohort, alarm, teacher, told, attempt):
    client.force_login(teacher)
    answer = client.post(reverse("alarm-dismiss", args=[cohort.pk, alarm.pk]), headers={"X-Requested-With": "fetch"})
    html = answer.content.decode()
    assert html.startswith(f'<tr id="learner-{attempt.user_id}"')
    assert reverse("alarm-back", args=[cohort.pk, alarm.pk]) in html
    assert "data-alarm=" not in html
    assert told == [attempt.user_id]
    back = client.post(reverse("alarm-back", args=[cohort.pk, alarm.pk]), {"lab": "first"})
    assert back["Location"] == f"{reverse('board', args=[cohort.pk])}?lab=first#learner-{attempt.user_id}"
    assert Alarm.objects.get().dismissed_at is None


def test_the_filters(client, cohort, alarm, teacher, tmp_path):
    from tests.labs.conftest import write_lab

    write_lab(tmp_path / "catalog", "second")
    client.force_login(teacher)
    address = reverse("board", args=[cohort.pk])
    page = client.get(address).content.decode()
    assert page.count('class="b-step"') == 4
    assert f'data-url-stream="{reverse("board-stream", args=[cohort.pk])}"' in page
    one = client.get(f"{address}?lab=second&stuck=1").content.decode()
    assert one.count('class="b-step"') == 2
    assert reverse("board-stream-lab", args=[cohort.pk, "second"]) in one
    assert 'class="is-only-stuck"' in one
    assert client.get(f"{address}?lab=nonsense").content.decode().count('class="b-step"') == 4


def test_what_runs_is_shown(client, cohort, attempt, teacher):
    Command.objects.create(attempt=attempt, number=1, line="aws s3 sync . s3://x\nmore", state="running")
    client.force_login(teacher)
    assert "<code>aws s3 sync . s3://x</code>" in client.get(reverse("board", args=[cohort.pk])).content.decode()


def hidden(page: str, name: str) -> bool:
    return f'id="{name}" hidden' in page


def test_nobody_to_show_is_said_without_a_script(client, cohort, alarm, teacher):
    client.force_login(teacher)
    address = reverse("board", args=[cohort.pk])
    page = client.get(f"{address}?stuck=1").content.decode()
    assert (hidden(page, "nobody"), hidden(page, "nobody-stuck")) == (True, True)
    Alarm.objects.update(dismissed_at=timezone.now())
    assert not hidden(client.get(f"{address}?stuck=1").content.decode(), "nobody-stuck")
    assert hidden(client.get(address).content.decode(), "nobody-stuck")
    Membership.objects.filter(role="learner").delete()
    page = client.get(f"{address}?stuck=1").content.decode()
    assert (hidden(page, "nobody"), hidden(page, "nobody-stuck")) == (False, True)
