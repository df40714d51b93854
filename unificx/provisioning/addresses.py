"""Secret addresses of phones: a device and a code that only this installation can make."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal

Purpose = Literal["settings", "book"]
_SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class PhoneAddress:
    """A parsed code of an address. The code is not verified yet."""

    tenant_id: str
    device_id: str
    secret: str = field(repr=False)


class PhoneAddresses:
    """Makes and checks codes. They are derived from `secret`, so none is stored; another salt makes another code."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def code(self, tenant_id: str, device_id: str, salt: str, purpose: Purpose) -> str:
        """Return the code of a device: 192 secret bits."""
        return _SEPARATOR.join((tenant_id, device_id, self._mac(device_id, salt, purpose)))

    def is_valid(self, address: PhoneAddress, salt: str, purpose: Purpose) -> bool:
        """Return whether a code belongs to the device with this salt, in constant time."""
        return hmac.compare_digest(address.secret, self._mac(address.device_id, salt, purpose))

    def _mac(self, device_id: str, salt: str, purpose: Purpose) -> str:
        text = f"{purpose} {device_id} {salt}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self._secret, text, hashlib.sha256)[:24]).decode()


def parse_code(code: str) -> PhoneAddress | None:
    """Return the parts of a code; None if it is malformed."""
    parts = code.split(_SEPARATOR)
    return PhoneAddress(*parts) if len(parts) == 3 and all(parts) and code.isascii() else None
