"""Expressions of DynamoDB and the placeholders in them: what is used is defined, what is defined is used; and a table that is not there.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html,
Expressions.ExpressionAttributeValues.html beside it; words as AWS's clients quote them:
https://github.com/kestra-io/plugin-aws/issues/358, https://github.com/AllocZero/EfficientDynamoDb/issues/170,
https://github.com/awsdocs/amazon-dynamodb-developer-guide/issues/274
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend

from sandbox.cloud.faults import AwsError

_EXPRESSIONS = ("KeyConditionExpression", "ConditionExpression", "UpdateExpression", "FilterExpression", "ProjectionExpression")
_OPERATIONS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
_KINDS = (
    ("ExpressionAttributeNames", re.compile(r"#\w+"), "name used in the document path is not defined; attribute name"),
    ("ExpressionAttributeValues", re.compile(r":\w+"), "value used in expression is not defined; attribute value"),
)


def install() -> None:
    """Idempotent."""
    backend: Any = DynamoDBBackend
    for name in ("delete_table", "update_table"):
        setattr(backend, name, _named(getattr(backend, name)))


def check(operation: str, body: bytes) -> None:
    """Raises AwsError ValidationException."""
    if operation not in _OPERATIONS:
        return
    asked = json.loads(body or b"{}")
    expressions = {name: str(asked[name]) for name in _EXPRESSIONS if asked.get(name)}
    if operation == "Query" and not {"KeyConditions", "KeyConditionExpression"} & asked.keys():
        raise _invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    for member, placeholder, what in _KINDS:
        given, used = asked.get(member), set[str]()
        given = given if isinstance(given, dict) else {}
        for name, text in expressions.items():
            for found in placeholder.findall(text):
                if found not in given:
                    raise _invalid(f"Invalid {name}: An expression attribute {what}: {found}")
                used.add(found)
        if expressions and (idle := sorted(given.keys() - used)):
            raise _invalid(f"Value provided in {member} unused in expressions: keys: {{{', '.join(idle)}}}")


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationException", words)


def _named(method: Any) -> Any:
    """moto's, which does not say which table is not there."""
    if hasattr(method, "__wrapped__"):
        return method

    def with_name(self: DynamoDBBackend, name: str, *args: Any, **named: Any) -> Any:
        try:
            return method(self, name, *args, **named)
        except ResourceNotFoundException:
            raise ResourceNotFoundException(table_name=name) from None

    with_name.__wrapped__ = method  # type: ignore[attr-defined]
    return with_name
