"""New files, renamed, deleted, uploaded, taken along, and compared with their earlier versions."""

import io
import zipfile

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.urls import reverse
from files_box import save, text

from labs import files_changes
from labs.models import Command
from sandbox.files import quoted
from sandbox.models import Version


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
