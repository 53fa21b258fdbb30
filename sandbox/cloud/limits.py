"""Arguments that are not built of operations that are: a subscription by mail, a rule on a schedule, a pattern over JSON,
and a few that moto takes and AWS would not.

Sources: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html; words as AWS's clients quote them:
https://github.com/aws-samples/amazon-rekognition-video-analyzer/issues/41, https://github.com/localstack/localstack/issues/12317,
https://github.com/boto/boto3/issues/1847
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.operation import Operation

_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_TERMS = re.compile(r'(?:\s*(?:"[^"]*"|[\w/.:=@#-]+))*\s*')
Asked = dict[str, Any]


def check(operation: Operation, query: str, body: bytes) -> None:
    """Raises AwsError: "not simulated here", or AWS's own where an argument is none of AWS's either."""
    rule = _RULES.get((operation.service, operation.name))
    if rule is not None:
        rule(_read(operation, query, body))


def _read(operation: Operation, query: str, body: bytes) -> Asked:
    """The top level of a request: json's own, or the flat names of a query."""
    if operation.protocol == "json":
        asked = json.loads(body or b"{}")
        return asked if isinstance(asked, dict) else {}
    return dict(parse_qsl(query + "&" + body.decode("latin-1"), keep_blank_values=True))


def _topic(asked: Asked) -> None:
    arn = str(asked.get("TopicArn") or "")
    if arn and (count := len(arn.split(":"))) < 6:
        raise AwsError("InvalidParameter", f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {count}")


def _subscribe(asked: Asked) -> None:
    _topic(asked)
    protocol = str(asked.get("Protocol", ""))
    if protocol not in _PROTOCOLS:
        text = f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
        raise AwsError("InvalidParameter", text)
    if protocol != "sqs":
        raise not_simulated(f"sns Subscribe by {protocol} (sqs is)")


def _publish(asked: Asked) -> None:
    _topic(asked)
    if asked.get("PhoneNumber"):
        raise not_simulated("sns Publish to a phone")
    if not asked.get("Message"):
        raise AwsError("InvalidParameter", "Invalid parameter: Empty message")


def _send(asked: Asked) -> None:
    if not asked.get("MessageBody"):
        raise AwsError("MissingParameter", "The request must contain the parameter MessageBody.")


def _put_metric(asked: Asked) -> None:
    if str(asked.get("Namespace", "")).startswith("AWS/"):
        raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")


def _put_rule(asked: Asked) -> None:
    if asked.get("ScheduleExpression"):
        raise not_simulated("events PutRule on a schedule")


def _put_targets(asked: Asked) -> None:
    for target in asked.get("Targets") or []:
        arn = str(target.get("Arn", "")).split(":")
        if len(arn) < 6:
            raise AwsError(
                "ValidationException", f"Parameter {target.get('Arn')} is not valid. Reason: Provided Arn is not in correct format."
            )
        if arn[2] != "sqs":
            raise not_simulated(f"events PutTargets to {arn[2]} (sqs is)")


def _filter(asked: Asked) -> None:
    pattern = str(asked.get("filterPattern") or "")
    if not _TERMS.fullmatch(pattern) or pattern.lstrip().startswith("-"):
        raise not_simulated("logs FilterLogEvents with a pattern other than words and phrases")


def _machine(asked: Asked) -> None:
    if "definition" not in asked:
        return
    try:
        document = json.loads(asked["definition"])
        states, start = document["States"], document["StartAt"]
        targets = [("StartAt", start)] + [(f"States/{name}/Next", state["Next"]) for name, state in states.items() if "Next" in state]
    except (ValueError, KeyError, TypeError, AttributeError):
        text = "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: a definition is JSON with StartAt and States'"
        raise AwsError("InvalidDefinition", text) from None
    for place, target in targets:
        if target not in states:
            text = f"Missing '{place.rpartition('/')[2]}' target: {target} at /{place}"
            raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: {text}'")


_RULES: dict[tuple[str, str], Callable[[Asked], None]] = {
    ("sns", "Subscribe"): _subscribe,
    ("sns", "Publish"): _publish,
    **{("sns", name): _topic for name in ("DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "SetTopicAttributes")},
    ("sqs", "SendMessage"): _send,
    ("cloudwatch", "PutMetricData"): _put_metric,
    ("events", "PutRule"): _put_rule,
    ("events", "PutTargets"): _put_targets,
    ("logs", "FilterLogEvents"): _filter,
    ("stepfunctions", "CreateStateMachine"): _machine,
    ("stepfunctions", "UpdateStateMachine"): _machine,
}
