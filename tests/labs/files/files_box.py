"""A learner's home that is a folder of the test's, and the panel's page over it. No sandbox runs: visits go to the folder."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

from labs import files_changes, visits
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, tree
from sandbox.store.working import Snapshot, diff


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


def text(response) -> str:
    return response.content.decode()


def save(page, path: str, content: str, opened: bytes | None, **fields):
    return page.post("files-save", path=path, text=content, opened=blobs.digest(opened) if opened is not None else "", **fields)
