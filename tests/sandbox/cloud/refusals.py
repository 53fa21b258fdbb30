"""One row a refusal: how it is called, and the status, code, message and further elements that AWS answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Refusal = tuple[int, str, str, dict[str, str]]


def refusal(call: Callable[..., Any], **params: Any) -> Refusal:
    """(status, code, message, further elements) of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = {name: value for name, value in caught.value.response["Error"].items() if name not in ("Resource", "HostId", "RequestId")}
    status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    return status, error.pop("Code"), error.pop("Message", ""), error
