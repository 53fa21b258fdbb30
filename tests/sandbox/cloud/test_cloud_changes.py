from __future__ import annotations

import subprocess
import sys

from cloud_harness import ROOT

from sandbox.cloud.changes import diff


def test_diff() -> None:
    old = {"s3": {"bucket": {"a": "1", "b": "1"}}, "kms": {"key": {"k": "1"}}}
    new = {"s3": {"bucket": {"a": "2", "b": "1"}, "object": {"a/x": "1"}}}
    assert diff(old, new) == [
        {"service": "kms", "kind": "key", "name": "k", "change": "removed"},
        {"service": "s3", "kind": "bucket", "name": "a", "change": "changed"},
        {"service": "s3", "kind": "object", "name": "a/x", "change": "added"},
    ]
    assert diff(new, new) == []
    assert diff(None, None) == []
    assert diff(None, {"s3": {"bucket": {"a": "1"}}})[0]["change"] == "added"


def test_the_site_needs_no_moto_for_it() -> None:
    imports = "import sys, sandbox.cloud.changes, sandbox.cloud.tls, sandbox.cloud.operations as o; o.lookup('s3', 'x')"
    code = imports + "; print('moto' in sys.modules, 'django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
