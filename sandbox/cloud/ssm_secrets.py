"""Parameters of the type SecureString: encrypted by KMS, and given back encrypted to whoever does not ask for the plaintext.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html (the key, the encryption
context), https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (InvalidKeyId)
"""

from __future__ import annotations

import base64
import inspect
import uuid
from contextvars import ContextVar
from typing import Any

from moto.kms import utils
from moto.kms.models import Key, kms_backends
from moto.ssm.exceptions import ParameterNotFound, SSMException
from moto.ssm.models import Parameter, SimpleSystemManagerBackend
from moto.ssm.utils import parameter_arn

from sandbox.cloud.faults import AwsError
from sandbox.cloud.kms_keys import named, require_usable

_put_parameter = SimpleSystemManagerBackend.put_parameter
_moto_encrypt, _moto_decrypt = Parameter.encrypt, Parameter.decrypt
_SIGNATURE = inspect.signature(_put_parameter)
_region: ContextVar[str] = ContextVar("region", default="")


def install() -> None:
    """Idempotent."""
    SimpleSystemManagerBackend.put_parameter = _put  # type: ignore[method-assign]
    Parameter.encrypt = _encrypt  # type: ignore[method-assign]
    Parameter.decrypt = _decrypt  # type: ignore[method-assign]
    ParameterNotFound.__init__ = _not_found  # type: ignore[method-assign]


def _not_found(self: ParameterNotFound, message: str) -> None:
    """Systems Manager says no more than the code, unless it asked Secrets Manager."""
    SSMException.__init__(self, "ParameterNotFound", message if "Secrets Manager" in message else "")


def _put(self: SimpleSystemManagerBackend, *args: Any, **named_: Any) -> Parameter:
    """A parameter does not know its region, which is its key's. The key is looked at first: later moto has made a place for it already."""
    asked = _SIGNATURE.bind(self, *args, **named_).arguments
    if asked["parameter_type"] == "SecureString":
        _usable(self.account_id, self.region_name, asked["keyid"] or "alias/aws/ssm")
    mark = _region.set(self.region_name)
    try:
        return _put_parameter(self, *args, **named_)
    finally:
        _region.reset(mark)


def _encrypt(self: Any, value: str) -> str:
    region = _region.get()
    if not region:  # a secret of Secrets Manager that is read as a parameter
        return _moto_encrypt(self, value)
    key = _usable(self.account_id, region, self.keyid)
    self.key_arn, self.context = key.arn, {"PARAMETER_ARN": parameter_arn(self.account_id, region, self.name)}
    return base64.b64encode(utils.encrypt(_keys(key), key.id, value.encode(), self.context)).decode()


def _decrypt(self: Any, value: str) -> str | None:
    arn = getattr(self, "key_arn", "")
    if not arn or self.parameter_type != "SecureString":
        return _moto_decrypt(self, value)
    key = _usable(self.account_id, arn.split(":")[3], arn)
    return utils.decrypt(_keys(key), base64.b64decode(value), self.context)[0].decode()


def _usable(account: str, region: str, name: str) -> Key:
    """Raises AwsError InvalidKeyId in Systems Manager's words for what KMS says."""
    try:
        key = named(account, region, name)
        require_usable(key)
    except AwsError as error:
        told = f"Service: AWSKMS; Status Code: 400; Error Code: {error.code}; Request ID: {uuid.uuid4()}; Proxy: null"
        raise AwsError("InvalidKeyId", f"{error.message} ({told})") from error
    return key


def _keys(key: Key) -> dict[str, Any]:
    keys: dict[str, Any] = kms_backends[key.account_id][key.region].keys
    return keys
