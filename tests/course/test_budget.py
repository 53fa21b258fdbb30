"""What a page may cost: styles and scripts of 150 KB compressed, the console's aside; and no image that moves what stands below it."""

import gzip
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from course.models import User
from course.reading import library

pytestmark = pytest.mark.django_db
KILOBYTES = 150


def loaded(page: str) -> set[str]:
    """The styles and scripts that a page names, and the modules that those import."""
    waiting = set(re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js))', page))
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name.endswith(".js"):
            folder = name.rpartition("/")[0]
            waiting |= {f"{folder}/{one}" for one in re.findall(r'^import [^;]*?"\./([^"]+)"', text_of(name), re.MULTILINE)} - found
    return found


def text_of(name: str) -> str:
    path = finders.find(name)
    assert path, name
    return Path(path).read_text()


def kilobytes(names: set[str]) -> float:
    return sum(map(_compressed, names)) / 1024


@cache
def _compressed(name: str) -> int:
    return len(gzip.compress(text_of(name).encode()))


class Images(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attributes))


def pages() -> list[str]:
    return [reverse("home"), reverse("course"), reverse("search"), *(reverse("note", args=[note.slug]) for note in library.notes())]


def test_a_module_that_is_imported_counts() -> None:
    page = '<script type="module" src="/static/js/overview.js"></script>'
    assert {"js/overview.js", "js/copy.js"} <= loaded(page)


def test_styles_and_scripts_are_small(client: Client) -> None:
    client.force_login(User.objects.create_user("minji"))
    sizes = {path: kilobytes(loaded(client.get(path).content.decode())) for path in pages()}
    assert {path: size for path, size in sizes.items() if size > KILOBYTES} == {}
    assert min(sizes.values()) > 10  # they were found at all


def test_images_say_how_large_they_are(client: Client) -> None:
    for path in pages():
        for image in Images(client.get(path).content.decode()).found:
            assert image.get("width"), (path, image)
            assert image.get("height"), (path, image)
            assert "alt" in image, (path, image)


def test_an_image_without_its_size_would_be_seen() -> None:
    assert Images('<p><img src="a.png"></p>').found == [{"src": "a.png"}]
