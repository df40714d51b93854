"""Links by which recipients of advertising unsubscribe without signing in, and hashes of addresses. Pure.

A link carries a proof: tenant, recipient and hash of the address, authenticated by HMAC-SHA256 with a secret of the
installation. So it works for as long as the installation exists, also when the account is closed, and nothing is stored
for it.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

_ID_BYTES, _HASH_BYTES, _MAC_BYTES = 16, 16, 32
_SIZE = 2 * _ID_BYTES + _HASH_BYTES + _MAC_BYTES
MAX_PROOF_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of advertising. `address`: keyed hash of the e-mail address, in hexadecimal digits."""

    tenant_id: str
    subject: str
    address: str


class Unsubscription:
    """Makes and verifies proofs. `secret`: 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def hash_of(self, tenant_id: str, address_key: str) -> str:
        """Return the keyed hash of an address: without the secret, guesses of the address cannot be confirmed.

        `address_key`: the address in the form of `email_key`. Different for each tenant."""
        return self._mac(b"address", tenant_id.encode() + b"\0" + address_key.encode())[:_HASH_BYTES].hex()

    def proof(self, recipient: Recipient) -> str:
        """Return the proof for the link of a recipient: base64url without padding."""
        ids = UUID(recipient.tenant_id).bytes + UUID(recipient.subject).bytes
        body = ids + bytes.fromhex(recipient.address)
        return base64.urlsafe_b64encode(body + self._mac(b"unsubscribe", body)).rstrip(b"=").decode()

    def verify(self, proof: str) -> Recipient | None:
        """Return the recipient of a proof, or None if it is not one of this installation."""
        try:
            raw = base64.b64decode(proof + "=" * (-len(proof) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(raw) != _SIZE or not hmac.compare_digest(mac, self._mac(b"unsubscribe", body)):
            return None
        tenant_id, subject = (str(UUID(bytes=body[start : start + _ID_BYTES])) for start in (0, _ID_BYTES))
        return Recipient(tenant_id, subject, body[2 * _ID_BYTES :].hex())

    def _mac(self, purpose: bytes, body: bytes) -> bytes:
        return hmac.digest(self._secret, purpose + b"\0" + body, hashlib.sha256)
