from types import SimpleNamespace

import pytest
from django.urls import reverse
from files_box import Box

from labs import visits
from sandbox.models import Sandbox

SCRIPT = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def box(attempt, tmp_path, monkeypatch) -> Box:
    found = Box(attempt.sandbox, tmp_path / "home")
    found.write("environment/a.txt", b"one\n")
    found.commit()
    Sandbox.objects.filter(pk=attempt.sandbox.pk).update(start=found.head)
    monkeypatch.setattr(visits, "visit", found.visit)
    return found


@pytest.fixture
def page(client, learner, attempt, box, live_redis):
    """``get`` and ``post`` by an address's name; by script unless said otherwise."""
    client.force_login(learner)

    def get(address, script=True, **fields):
        return client.get(reverse(address, args=[attempt.pk]), fields, **(SCRIPT if script else {}))

    def post(address, script=True, **fields):
        return client.post(reverse(address, args=[attempt.pk]), fields, **(SCRIPT if script else {}))

    return SimpleNamespace(get=get, post=post)
