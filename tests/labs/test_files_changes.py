"""Changes of the files panel in a real sandbox: versions with a name, beside a command, and made again in a replay."""

from collections.abc import Callable

import pytest

from labs import files_changes
from sandbox import actions, replay
from sandbox.checkout import Live, checkout
from sandbox.models import Sandbox, Version
from sandbox.store import tree
from sandbox.store.working import Snapshot

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sandbox(db) -> Sandbox:
    folder = tree.Entry("d", 0o755, 0, 0, "")
    start = Version.objects.create(account="1" * 12, manifest=Snapshot({"home": {"environment": folder}, "tmp": {}}).save(), home_files=1)
    return actions.create_sandbox(owner=None, start=start, label="test")


def change(live: Live, what: str, path: str, body: bytes = b"", **header) -> str:
    return files_changes.serve(live, {"what": what, "path": path, **header}, body).header["title"]


def changed(sandbox: Sandbox, *arguments, **header) -> Version:
    with checkout(sandbox) as live:
        return live.commit(title=change(live, *arguments, **header))


def ran(sandbox: Sandbox, line: str, then: Callable[[Live], object] = lambda _: None) -> Version:
    with checkout(sandbox) as live:
        live.run(line, write=lambda _: None)
        then(live)
        return live.commit(command=line)


def home(version: Version) -> dict[str, tuple]:
    """Without times, and without what the shell keeps for itself."""
    found = Snapshot.load(version.manifest).parts["home"]
    return {path: (entry.kind, entry.mode, entry.data) for path, entry in found.items() if not path.startswith(".")}


def test_a_change_is_a_version_that_undo_names_and_a_replay_makes_again(sandbox: Sandbox) -> None:
    def beside(live: Live) -> None:
        change(live, "save", "environment/beside.txt", b"beside\n", opened="")
        change(live, "save", "environment/run.sh", b"echo other\n", opened=None)

    made = [
        changed(sandbox, "save", "environment/run.sh", b"echo hi > out.txt\n", opened=""),
        ran(sandbox, "chmod 700 run.sh; ./run.sh", beside),
        changed(sandbox, "move", "environment/run.sh", to="bin/run.sh"),
        changed(sandbox, "folder", "environment/empty/inner"),
        changed(sandbox, "upload", "environment", b"onetwo", parts=[["environment/1", 3], ["environment/2", 3]]),
        changed(sandbox, "delete", "environment/1"),
        ran(sandbox, "cat 2 out.txt > both"),
    ]
    assert [version.title for version in made if not version.command] == [
        "saved ~/environment/run.sh", "moved ~/environment/run.sh to ~/bin/run.sh", "made the folder ~/environment/empty/inner",
        "uploaded 2 files to ~/environment", "deleted ~/environment/1",
    ]  # fmt: skip
    sandbox.refresh_from_db()
    assert home(made[-1])["bin/run.sh"][:2] == ("f", 0o700)
    assert "environment/beside.txt" in home(made[-1])

    base, after = replay.chain(sandbox.head, {sandbox.start_id})
    again = replay.replay(sandbox, base, [replay.Recorded(version, 0) for version in after], progress=lambda: None)
    assert home(again.head) == home(sandbox.head)
    assert [again.made[version.pk].made_by for version in made] == [version.made_by for version in made]

    actions.undo(sandbox=sandbox, by="test")
    assert actions.undo(sandbox=sandbox, by="test").pk == made[-3].pk


def test_what_did_something_else_in_the_account_can_not_be_made_again(sandbox: Sandbox) -> None:
    made = ran(sandbox, "echo x > x")
    Version.objects.filter(pk=made.pk).update(command="", title="a request")
    with pytest.raises(replay.Differs):
        replay.replay(sandbox, sandbox.start, [replay.Recorded(Version.objects.get(pk=made.pk))], progress=lambda: None)
