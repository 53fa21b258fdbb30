"""Static files: served without a warning under ASGI; in production under names that say what is in them."""

import re

import pytest
from django.core.management import call_command
from django.test import AsyncClient, override_settings

pytestmark = pytest.mark.slow

LAB = "/static/js/lab.js"
HASHED = {"staticfiles": {"BACKEND": "course.static.HashedFiles"}}


async def test_a_file_is_answered_whole():
    answer = await AsyncClient().get(LAB)
    assert (answer.status_code, answer["Content-Type"]) == (200, 'text/javascript; charset="utf-8"')
    assert not answer.streaming
    assert int(answer["Content-Length"]) == len(answer.content) > 100


async def test_a_file_that_the_browser_has_is_not_sent_again():
    first = await AsyncClient().get(LAB)
    again = await AsyncClient().get(LAB, headers={"If-Modified-Since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await AsyncClient().head(LAB)
    assert (head.status_code, head["Content-Length"]) == (200, first["Content-Length"])


async def test_what_there_is_not():
    assert (await AsyncClient().get("/static/js/nothing.js")).status_code == 404


@pytest.fixture
def collected(tmp_path, settings):
    with override_settings(STORAGES={**settings.STORAGES, **HASHED}, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield tmp_path


def test_modules_import_each_other_by_their_hashed_names(collected):
    modules = [path for path in (collected / "js").glob("*.js") if re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.js", path.name)]
    imports = [(path, name) for path in modules for name in re.findall(r'from "\./([^"]+)"', path.read_text())]
    assert len(imports) >= 8
    for path, name in imports:
        assert re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.js", name), (path, name)
        assert (path.parent / name).exists()
