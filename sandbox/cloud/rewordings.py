"""Refusals that moto words otherwise than AWS: the same refusal, in the words that a learner finds when they search for them.

Words as AWS's clients quote them: https://github.com/aws-samples/amazon-eks-security-immersion-day/issues/54 (roles),
https://github.com/ansible/ansible/issues/45593 (users), https://github.com/DataBiosphere/toil/issues/4836 (instance profiles),
https://github.com/hashicorp/terraform-provider-aws/issues/40788 (gateways), https://github.com/hashicorp/terraform/issues/6970 (addresses),
https://github.com/newsapps/beeswithmachineguns/issues/90 (zones);
codes: the Errors section of each operation's page, https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_DescribeMesh.html
"""

from __future__ import annotations

import re

from werkzeug.wrappers import Response

_WORDS: dict[str, tuple[tuple[str, bytes, bytes], ...]] = {
    "iam": (
        ("", rb"Role ([^\s:<]+) not found", rb"The role with name \1 cannot be found."),
        ("", rb"Group ([^\s:<]+) not found", rb"The group with name \1 cannot be found."),
        ("", rb"User ([^\s:<]+) not found", rb"The user with name \1 cannot be found."),
        ("", rb"Instance profile ([^\s:<]+) not found", rb"Instance Profile \1 cannot be found."),
        ("", rb"Login profile for ([^\s<]+) not found", rb"Login Profile for User \1 cannot be found."),
        ("", rb"Policy (arn:[^\s<]+) not found", rb"Policy \1 was not found."),
        ("GetRolePolicy", rb"Policy Document ([^\s<]+) not attached to role [^\s<]+", rb"The role policy with name \1 cannot be found."),
        ("RolePolicy", rb"Policy ([^\s:<]+) not found", rb"The role policy with name \1 cannot be found."),
        ("UserPolicy", rb"Policy ([^\s:<]+) not found", rb"The user policy with name \1 cannot be found."),
        ("GroupPolicy", rb"Policy ([^\s:<]+) not found", rb"The group policy with name \1 cannot be found."),
    ),
    "ec2": (
        ("", rb"InternetGatewayID ([^\s<]+) does not exist\.", rb"The internetGateway ID '\1' does not exist"),
        ("", rb"Allocation ID '(?:\['|\{')?([^'\]]+)[^<]*' not found\.", rb"The allocation ID '\1' does not exist"),
        ("RunInstances", rb"Invalid Availability Zone \(([^)]*)\)", rb"Invalid availability zone: [\1]"),
    ),
    "sns": (
        ("Publish", rb"Endpoint does not exist", rb"Topic does not exist"),
        ("CreateTopic", rb"(Fifo )?Topic names must [^\"<]*", rb"Invalid parameter: Topic Name"),
    ),
    "appmesh": (("", rb"\b(Mesh|Resource|Route|GatewayRoute|Virtual\w+)NotFound\b", rb"NotFoundException"),),
}

_TOLD_TWICE = re.compile(rb"An error occurred \(\w+\) when calling the \w+ operation: ")  # which the client says itself
_STATUS = {"appmesh": 404}  # of what is not there, and moto refuses with 400


def reword(service: str, operation: str, response: Response) -> None:
    """Of a response that is a refusal: its body, and the header that carries its code."""
    data = response.get_data()
    if b"An error occurred (" in data:
        data = re.sub(rb" {2,}", b" ", _TOLD_TWICE.sub(b"", data))
        response.set_data(data)
    code = response.headers.get("x-amzn-ErrorType", "").encode()
    for of, theirs, ours in _WORDS.get(service, ()):
        if operation.endswith(of):
            data, code = re.sub(theirs, ours, data), re.sub(theirs, ours, code)
    if data != response.get_data():
        response.status_code = _STATUS.get(service, response.status_code)
        response.set_data(data)
    if code:
        response.headers["x-amzn-ErrorType"] = code.decode()
