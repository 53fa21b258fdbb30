"""What becomes of changes: saved, or not over what changed meanwhile, also beside a command that runs."""

from files_box import save, text

from labs.models import Command
from sandbox.errors import Busy, LearnerError
from sandbox.store import blobs


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
