"""The files panel over HTTP: whose it is, what it shows, and what becomes of changes. No sandbox runs: visits go to a folder."""

import io
import json
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.test import AsyncClient
from django.urls import reverse

from labs import files, files_changes, visits
from labs.models import Command
from sandbox.errors import Busy, LearnerError
from sandbox.files import quoted
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, tree
from sandbox.store.working import Snapshot, diff
from tests.people import cohort_of

SCRIPT = {"HTTP_X_REQUESTED_WITH": "fetch"}
READS = ["files", "files-tree", "files-open", "files-download", "files-diff"]
WRITES = ["files-save", "files-new", "files-move", "files-delete", "files-upload"]


class Box:
    """A sandbox whose home is a folder of the test's; ``commit`` makes it the head."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self.sandbox, self.home = sandbox, home
        self.refuses: Exception | None = None
        self.joins = False
        self.touched: set[str] = set()

    def write(self, path: str, data: bytes) -> None:
        (self.home / path).parent.mkdir(parents=True, exist_ok=True)
        (self.home / path).write_bytes(data)

    def commit(self, **fields) -> Version:
        scan = tree.Scan(self.home, {}, blobs.put, max_bytes=10**9, max_files=10**5, now_ns=time.time_ns())
        after = Snapshot({"home": scan.manifest, "tmp": {}})
        self.sandbox.refresh_from_db()
        before = self.sandbox.head
        rows, inside = diff(Snapshot.load(before.manifest), after)
        self.head = Version.objects.create(
            parent=before, sandbox=self.sandbox, number=before.number + 1, account=before.account, manifest=after.save(),
            changes={"files": rows, "diff": inside}, home_bytes=after.bytes, home_files=after.files, **fields,
        )  # fmt: skip
        Sandbox.objects.filter(pk=self.sandbox.pk).update(head=self.head)
        return self.head

    def entry(self, path: str) -> tree.Entry | None:
        return Snapshot.load(self.head.manifest).parts["home"].get(path)

    def visit(self, sandbox_id, kind, header, body=b"", **_) -> visits.Answer:
        if self.refuses:
            raise self.refuses
        handler = {"files": files_changes.serve, "files-listing": files_changes.serve_listing, "files-read": files_changes.serve_read}[kind]
        answer = handler(
            SimpleNamespace(folder=self.home.parent, head=self.head, entry=self.entry, touched=self.touched.update, sandbox=Sandbox()),
            json.loads(json.dumps(header)),
            body,
        )
        if answer.header.get("title") and not self.joins:
            self.commit(title=answer.header["title"])
        return answer


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


def text(response) -> str:
    return response.content.decode()


# --- whose it is -----------------------------------------------------------------------------------------------------------


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


# --- the tree --------------------------------------------------------------------------------------------------------------


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


# --- a file ----------------------------------------------------------------------------------------------------------------


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


# --- saving ----------------------------------------------------------------------------------------------------------------


def save(page, path: str, content: str, opened: bytes | None, **fields):
    return page.post("files-save", path=path, text=content, opened=blobs.digest(opened) if opened is not None else "", **fields)


def test_a_save_is_a_version_of_its_own(page, box) -> None:
    answer = save(page, "environment/a.txt", "two\r\n\r\n", b"one\n").json()
    sha = blobs.digest(b"two\n\n")
    assert answer.pop("said") == "Done: saved ~/environment/a.txt."
    assert answer == {"key": "environment/a.txt", "sha": sha, "live": False, "at": box.head.pk, "size": "5 B"}
    assert box.head.title == "saved ~/environment/a.txt"
    assert page.get("files-download", path="environment/a.txt").content == b"two\n\n"
    save(page, "environment/a.txt", "two\r\nthree\r\n", b"two\n\n", eol="crlf")
    assert (box.home / "environment/a.txt").read_bytes() == b"two\r\nthree\r\n"


def test_a_file_changed_meanwhile_is_not_saved_over(page, box) -> None:
    box.write("environment/a.txt", b"theirs\n")
    box.commit(command="echo theirs > a.txt")
    answer = save(page, "environment/a.txt", "mine\n", b"one\n")
    assert answer.status_code == 412
    assert "was changed while you were editing it" in text(answer)
    assert "<del>-theirs</del>" in text(answer)
    assert "<ins>+mine</ins>" in text(answer)
    assert (box.home / "environment/a.txt").read_bytes() == b"theirs\n"
    assert save(page, "environment/a.txt", "mine\n", b"one\n", overwrite="1").status_code == 200
    assert (box.home / "environment/a.txt").read_bytes() == b"mine\n"


def test_without_a_script_the_text_stays_on_the_page(page, box) -> None:
    answer = save(page, "environment/a.txt", "mine <b>\n", b"zero\n", script=False)
    assert answer.status_code == 409
    assert "mine &lt;b&gt;\n</textarea>" in text(answer)
    assert 'name="overwrite"' in text(answer)
    box.refuses = Busy("busy")
    answer = save(page, "environment/a.txt", "mine\n", b"one\n", script=False)
    assert "mine\n</textarea>" in text(answer)
    assert "A command is still running" in text(answer)
    box.refuses = None
    assert save(page, "environment/a.txt", "mine\n", b"one\n", script=False).status_code == 302


def test_a_file_deleted_meanwhile_can_be_saved_as_new(page, box) -> None:
    (box.home / "environment/a.txt").unlink()
    assert "was deleted while you were editing it" in text(save(page, "environment/a.txt", "mine\n", b"one\n"))
    assert save(page, "environment/a.txt", "mine\n", b"one\n", overwrite="1").status_code == 200


def test_no_room_is_said_before_anything_is_written(page, box, settings) -> None:
    settings.SANDBOX_HOME_BYTES = 1000
    answer = save(page, "environment/a.txt", "x" * 2000, b"one\n")
    assert (answer.status_code, "the sandbox has 1000 B" in text(answer)) == (409, True)
    settings.SANDBOX_HOME_FILES = 2
    assert "there would be 3 files" in text(page.post("files-new", folder="environment", name="b.txt", kind="f"))
    assert (box.home / "environment/a.txt").read_bytes() == b"one\n"
    box.refuses = LearnerError("home-bytes", used=2000, limit=1000)
    assert "Not saved: your files would take 2.0 KB" in text(save(page, "environment/a.txt", "x", b"one\n"))


def test_too_much_text_is_refused(page, box) -> None:
    assert "Larger than 1.0 MB" in text(save(page, "environment/a.txt", "가" * 400_000, b"one\n"))


# --- new, renamed, deleted, uploaded ---------------------------------------------------------------------------------------


def test_new_files_and_folders(page, box) -> None:
    assert page.post("files-new", folder="environment", name="b.txt", kind="f").json()["key"] == "environment/b.txt"
    assert page.post("files-new", folder="", name="한글/deep", kind="d").json()["key"] == quoted("한글/deep")
    assert (box.home / "한글/deep").is_dir()
    for name, word in (("b.txt", "is there already"), ("../x", "can&#x27;t be a name"), ("", "Type a name first"), ("x" * 300, "1 to 255")):
        answer = page.post("files-new", folder="environment", name=name, kind="f")
        assert (answer.status_code, word.replace("&#x27;", "'") in text(answer)) == (409, True), name


def test_renaming_and_moving(page, box) -> None:
    assert page.post("files-move", path="environment/a.txt", to="b.txt").json()["key"] == "environment/b.txt"
    assert box.head.title == "moved ~/environment/a.txt to ~/environment/b.txt"
    assert page.post("files-move", path="environment/b.txt", to="~/other/c.txt").json()["key"] == "other/c.txt"
    assert "is there already" in text(page.post("files-move", path="other/c.txt", to="~/other"))
    assert "can't be moved into itself" in text(page.post("files-move", path="other", to="other/in"))
    assert (box.home / "other/c.txt").read_bytes() == b"one\n"


def test_deleting(page, box) -> None:
    assert page.post("files-delete", path="environment", script=False)["Location"].endswith("files/?path=")
    assert list(box.home.iterdir()) == []
    assert "is not there any more" in text(page.post("files-delete", path="environment"))


def test_uploads_are_one_version_and_archives_stay_files(page, box) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil", "x")
    sent = [io.BytesIO(packed.getvalue()), io.BytesIO(b"\0\1")]
    sent[0].name, sent[1].name = "bomb.zip", "../../b.bin"
    before = Version.objects.count()
    answer = page.post("files-upload", folder="environment", files=sent)
    assert answer.json()["said"] == "Done: uploaded 2 files to ~/environment."
    assert Version.objects.count() == before + 1
    assert sorted(path.name for path in (box.home / "environment").iterdir()) == ["a.txt", "b.bin", "bomb.zip"]
    assert [path.name for path in box.home.iterdir()] == ["environment"]


def test_uploads_are_bounded(page, box, monkeypatch) -> None:
    assert "Choose files" in text(page.post("files-upload", folder="environment"))
    monkeypatch.setattr(files_changes, "UPLOAD_BYTES", 10)
    sent = io.BytesIO(b"x" * 11)
    sent.name = "x"
    assert "At most 10 B" in text(page.post("files-upload", folder="environment", files=sent))
    assert not (box.home / "environment/x").exists()


# --- taking along, comparing -----------------------------------------------------------------------------------------------


def test_a_download_is_never_shown_by_the_browser(page, box) -> None:
    box.write("environment/x.html", b"<script>alert(1)</script>")
    box.commit()
    answer = page.get("files-download", path="environment/x.html")
    assert answer["Content-Disposition"] == 'attachment; filename="x.html"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")


@pytest.mark.django_db(transaction=True)
async def test_a_folder_comes_as_an_archive_without_links(attempt, box, learner) -> None:
    box.write("environment/sub/b.bin", bytes(range(256)) * 1000)
    (box.home / "environment/link").symlink_to("/etc/passwd")
    await sync_to_async(box.commit)()
    client = AsyncClient()
    await client.aforce_login(learner)
    answer = await client.get(reverse("files-download", args=[attempt.pk]), {"path": "environment"})
    assert answer["Content-Disposition"] == 'attachment; filename="environment.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join([part async for part in answer.streaming_content]))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt", "sub/", "sub/b.bin"]
        assert archive.read("sub/b.bin") == bytes(range(256)) * 1000


def test_a_file_beside_its_earlier_versions(page, box, attempt) -> None:
    assert "There is no earlier version" in text(page.get("files-diff", path="environment/a.txt"))
    box.write("environment/a.txt", b"one\ntwo\n")
    second = box.commit(command="echo two >> a.txt")
    Command.objects.create(attempt=attempt, number=7, line="echo two >> a.txt", state=Command.State.DONE, version=second)
    save(page, "environment/a.txt", "one\ntwo\nthree\n", b"one\ntwo\n")
    shown = text(page.get("files-diff", path="environment/a.txt"))
    assert "#7 echo two &gt;&gt; a.txt" in shown
    save(page, "environment/a.txt", "one\ntwo\nfour\n", b"one\ntwo\nthree\n")
    again = text(page.get("files-diff", path="environment/a.txt"))
    assert "saved ~/environment/a.txt" in again
    assert "<del>-three</del>" in again
    assert "as it was at the start" in shown
    assert "<ins>+three</ins>" in shown
    assert "+two" not in shown
    start = second.parent
    assert "<ins>+two</ins>" in text(page.get("files-diff", path="environment/a.txt", version=start.pk))
    assert text(page.get("files-diff", path="environment/a.txt", version=start.pk, text="1")) == "one\n"
    assert "<html" in text(page.get("files-diff", path="environment/a.txt", script=False))


def test_another_sandboxes_versions_can_not_be_compared_with(page, box) -> None:
    save(page, "environment/a.txt", "two\n", b"one\n")
    other = Version.objects.create(account="111122223333", manifest=box.head.manifest)
    answer = page.get("files-diff", path="environment/a.txt", version=other.pk)
    assert (answer.status_code, "no longer kept" in text(answer)) == (409, True)


# --- beside a command that runs --------------------------------------------------------------------------------------------


def test_while_a_command_runs_its_files_are_shown_and_saved_into(page, box, attempt) -> None:
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state=Command.State.RUNNING)
    box.joins = True
    box.write("environment/new.log", b"line\n")
    assert 'data-key="environment/new.log"' in text(page.get("files"))
    answer = save(page, "environment/new.log", "mine\n", b"line\n").json()
    assert answer["live"] is True
    assert "It becomes a version when the command ends" in answer["said"]
    assert "mine\n</textarea>" in text(page.get("files-open", path="environment/new.log"))


def test_where_its_files_can_not_be_seen_the_page_says_so(page, box, attempt) -> None:
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state=Command.State.RUNNING)
    box.refuses = Busy("busy")
    box.write("environment/new.log", b"line\n")
    shown = text(page.get("files"))
    assert "as they were when it started" in shown
    assert "new.log" not in shown


# --- without a script ------------------------------------------------------------------------------------------------------


def test_the_pages_do_the_same_with_plain_forms(page, box) -> None:
    shown = text(page.get("files", script=False))
    assert "<html" in shown
    assert reverse("files", args=[box.sandbox.attempts.get().pk]) + "?path=environment" in shown
    assert 'name="to"' in text(page.get("files", script=False, path="environment"))
    assert "one\n</textarea>" in text(page.get("files", script=False, path="environment/a.txt"))
    answer = page.post("files-new", script=False, folder="environment", name="a.txt", kind="d")
    assert answer.status_code == 302
    assert "is there already" in text(page.get("files", script=False))
