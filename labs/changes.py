"""What a command changed, for templates.

``summary``  added changed removed (counts), words (the first thing that changed), more (how many others): a line under the block
``panel``    files[path change word notes[] lines[sign text]  cut why]  services[name rows[kind name change word]]
Rows of ``Command.changes``: files {path change size}, cloud {service kind name change}; change is added, changed or removed.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.utils.translation import gettext

from labs.wording import size
from labs.wording import words as ours
from sandbox.store.working import OWN_FILES

SERVICES = {
    "apigateway": "API Gateway", "autoscaling": "EC2 Auto Scaling", "awslambda": "Lambda", "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront", "cloudwatch": "CloudWatch", "logs": "CloudWatch Logs", "codebuild": "CodeBuild", "codecommit": "CodeCommit",
    "codedeploy": "CodeDeploy", "codepipeline": "CodePipeline", "dynamodb": "DynamoDB", "elasticbeanstalk": "Elastic Beanstalk",
    "elb": "Elastic Load Balancing", "elbv2": "Elastic Load Balancing", "events": "EventBridge", "firehose": "Data Firehose",
    "kinesis": "Kinesis", "lambda": "Lambda", "route53": "Route 53", "secretsmanager": "Secrets Manager", "ssm": "Systems Manager",
    "stepfunctions": "Step Functions",
}  # fmt: skip
"""As the AWS console writes them; every other is its abbreviation: S3, EC2, IAM, KMS, SNS, SQS, ECR, ECS."""


def service_name(service: str) -> str:
    return SERVICES.get(service, service.upper())


def kind_name(kind: str) -> str:
    return kind.replace("-", " ").replace("_", " ")


def _word(change: str) -> str:
    return {"added": gettext("added"), "removed": gettext("deleted")}.get(change, gettext("changed"))


def _files(changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in changes.get("files", []) if row["path"] not in OWN_FILES]


def summary(changes: dict[str, Any]) -> dict[str, Any]:
    """An empty dict where nothing changed that its learner wants to know."""
    files, cloud = _files(changes), changes.get("cloud", [])
    if not files and not cloud:
        return {}
    counts = dict.fromkeys(("added", "changed", "removed"), 0)
    for row in [*files, *cloud]:
        counts[row["change"]] += 1
    what = " ".join((service_name(cloud[0]["service"]), kind_name(cloud[0]["kind"]), cloud[0]["name"])) if cloud else files[0]["path"]
    words = gettext("%(what)s %(change)s") % {"what": what, "change": _word((cloud or files)[0]["change"])}
    return {**counts, "words": words, "more": len(files) + len(cloud) - 1}


def panel(changes: dict[str, Any], diff: dict[str, Any]) -> dict[str, Any]:
    """``diff``: by path, see ``sandbox.store.filediff``."""
    cloud = sorted(changes.get("cloud", []), key=lambda row: service_name(row["service"]))
    files = [_file(row, diff.get(row["path"], {})) for row in _files(changes)]
    return {
        "files": [row for row in files if not row["moved"]],
        "services": [
            {"name": name, "rows": [{**row, "kind": kind_name(row["kind"]), "word": _word(row["change"])} for row in rows]}
            for name, rows in groupby(cloud, key=lambda row: service_name(row["service"]))
        ],
    }


def _file(row: dict[str, Any], notes: dict[str, Any]) -> dict[str, Any]:
    """``moved``: its other name's row says it all."""
    why = {"binary": "diff-binary", "large": "diff-large", "many": "diff-many"}.get(notes.get("why", ""))
    return {
        "path": row["path"],
        "change": "changed" if "from" in notes else row["change"],
        "word": gettext("renamed") if "from" in notes else _word(row["change"]),
        "size": size(row["size"]) if row["change"] != "removed" else "",
        "moved": "to" in notes,
        "notes": list(_notes(notes)),
        "lines": [_line(line) for line in notes["text"].split("\n")] if notes.get("text") else [],
        "cut": notes.get("cut", False),
        "why": ours(why) if why else "",
    }


def _notes(notes: dict[str, Any]) -> list[str]:
    said = []
    if "from" in notes:
        said.append(ours("diff-renamed", path=notes["from"]))
    if "mode" in notes:
        said.append(ours("diff-mode", before=notes["mode"][0], after=notes["mode"][1]))
    if "link" in notes:
        before, after = notes["link"]
        code = "diff-link" if before and after else "diff-link-added" if after else "diff-link-removed"
        said.append(ours(code, before=before, after=after))
    return said


_KINDS = {"+": "added", "-": "removed", "@": "hunk", "\\": "note"}
# What would move the cursor, or nothing that can be seen, as its picture.
_PICTURES = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}


def _line(line: str) -> dict[str, str]:
    """``kind``: added, removed, hunk, note or same. The sign stays in the text: colour alone would say nothing to many."""
    return {"kind": _KINDS.get(line[:1], "same"), "text": line.translate(_PICTURES)}
