"""The files panel over HTTP: whose it is, what it shows of a tree and of a file, and that it does without a script."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from files_box import text

from labs import files
from sandbox.files import quoted
from sandbox.store import blobs
from tests.people import cohort_of

READS = ["files", "files-tree", "files-open", "files-download", "files-diff"]
WRITES = ["files-save", "files-new", "files-move", "files-delete", "files-upload"]


@pytest.mark.parametrize("role", ["learner", "instructor", "admin"])
def test_to_everybody_else_none_of_it_exists(client, attempt, box, role: str) -> None:
    other = get_user_model().objects.create_user("other", role=role)
    cohort_of(other, attempt.user)
    client.force_login(other)
    for name in READS:
        assert client.get(reverse(name, args=[attempt.pk]), {"path": "environment/a.txt"}).status_code == 404, name
    for name in WRITES:
        assert client.post(reverse(name, args=[attempt.pk]), {"path": "environment/a.txt"}).status_code == 404, name
    assert (box.home / "environment/a.txt").exists()


def test_who_is_not_signed_in_is_sent_to_do_so(client, attempt, box) -> None:
    for name in READS:
        assert client.get(reverse(name, args=[attempt.pk])).status_code == 302, name
    for name in WRITES:
        assert client.post(reverse(name, args=[attempt.pk])).status_code == 302, name


def test_it_is_closed_with_its_attempt(page, attempt) -> None:
    attempt.finished = attempt.started
    attempt.save()
    assert page.get("files").status_code == 404
    assert page.post("files-delete", path="environment/a.txt").status_code == 404


def test_only_a_post_changes_anything(page) -> None:
    for name in WRITES:
        assert page.get(name).status_code == 405, name


def test_the_tree_has_the_environment_open_and_other_folders_when_asked(page, box) -> None:
    box.write("other/b.txt", b"b")
    box.commit()
    shown = text(page.get("files"))
    assert 'data-key="environment/a.txt"' in shown
    assert 'data-key="other"' in shown
    assert "other/b.txt" not in shown
    assert 'data-key="other/b.txt"' in text(page.get("files-tree", path="other"))
    assert 'aria-level="3"' in text(page.get("files-tree", path="other"))
    assert 'data-key="other/b.txt"' in text(page.get("files-tree", open=["other", "gone", ".."]))
    assert page.get("files-tree", at=str(box.head.pk)).status_code == 204
    assert page.get("files-tree", path="gone").status_code == 409


def test_names_are_bytes_and_never_markup(page, box) -> None:
    names = [b"<img src=x>", b'"quoted".txt', b"\xff\xfe.txt", "한글 이름.md".encode(), b"a\nb", b"100%.txt", "\u202egnp.txt".encode()]
    for name in names:
        box.write(f"environment/{name.decode(errors='surrogateescape')}", name)
    box.commit()
    shown = text(page.get("files"))
    assert "<img src=x>" not in shown
    assert "\\xff\\xfe.txt" in shown
    assert "\u202e" not in shown
    for name in names:
        key = quoted(f"environment/{name.decode(errors='surrogateescape')}")
        assert f'data-key="{key}"' in shown
        assert page.get("files-download", path=key).content == name
        assert page.get("files-open", path=key).status_code == 200


def test_a_large_folder_is_shown_in_part_and_says_so(page, box, monkeypatch) -> None:
    monkeypatch.setattr("labs.files.SHOWN_ROWS", 3)
    for number in range(5):
        box.write(f"environment/{number}", b"")
    box.commit()
    assert "3 more: use ls in the console" in text(page.get("files"))


def test_a_file_that_is_text_can_be_edited(page, box) -> None:
    box.write("environment/t.yaml", b"\n<b>&amp;\n\n")
    box.commit()
    shown = text(page.get("files-open", path="environment/t.yaml"))
    assert "\n\n&lt;b&gt;&amp;amp;\n\n</textarea>" in shown
    assert 'data-mode="yaml"' in shown
    assert blobs.digest(b"\n<b>&amp;\n\n") in shown


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\0", "Not text"),
        (b"\xff\xfe", "Not text"),
        (b"a\0b", "Not text"),
        (b"x" * (1024 * 1024 + 1), "Larger than 1.0 MB"),
        (b"a\r\nb\n", "several kinds"),
        (b"a\rb\n", "several kinds"),
    ],
)
def test_what_a_page_would_spoil_can_only_be_downloaded(page, box, data: bytes, word: str) -> None:
    box.write("environment/b", data)
    box.commit()
    shown = text(page.get("files-open", path="environment/b"))
    assert word in shown
    assert "<textarea" not in shown
    assert page.get("files-download", path="environment/b").content == data


def test_links_and_what_is_gone_are_said_in_words(page, box) -> None:
    (box.home / "link").symlink_to("/etc/passwd")
    box.commit()
    assert "is a link" in text(page.get("files-open", path="link"))
    assert "is not there any more" in text(page.get("files-open", path="environment/gone"))
    assert page.get("files-download", path="link").status_code == 409
    assert page.get("files-download", path="gone").status_code == 404
    for path in ("..", "/etc/passwd", "a//b", "%00"):
        assert page.get("files-open", path=path).status_code == 404


def test_what_the_store_has_lost_is_said_to_be_our_fault(page, box, caplog) -> None:
    box.write("environment/lost", b"lost")
    sha = blobs.digest(b"lost")
    box.commit()
    blobs.storage().delete(blobs.name_of(sha))
    assert "can no longer be read. That is our fault" in text(page.get("files-open", path="environment/lost"))
    assert "That is our fault" in text(page.get("files-download", path="environment/lost"))
    assert sha in caplog.text
    blobs.storage().delete(blobs.name_of(box.head.manifest))
    files._children.cache_clear()
    for address in ("files", "files-tree", "files-open", "files-download"):
        answer = page.get(address, path="environment")
        assert (answer.status_code, "That is our fault" in text(answer)) == (409, True), address


def test_the_pages_do_the_same_with_plain_forms(page, box) -> None:
    shown = text(page.get("files", script=False))
    assert "<html" in shown
    assert reverse("files", args=[box.sandbox.attempts.get().pk]) + "?path=environment" in shown
    assert 'name="to"' in text(page.get("files", script=False, path="environment"))
    assert "one\n</textarea>" in text(page.get("files", script=False, path="environment/a.txt"))
    answer = page.post("files-new", script=False, folder="environment", name="a.txt", kind="d")
    assert answer.status_code == 302
    assert "is there already" in text(page.get("files", script=False))
