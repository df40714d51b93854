"""Proofs for the senders of requests without an account, in links and in reply addresses.

A proof is the id of the request, authenticated by HMAC-SHA256 with a secret of the installation. Only the sender gets
it, at the e-mail address of the request.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from unificx.privacy import KeyStore

PROOF_LENGTH = 42
"""Characters of a proof: base32, which survives a change of case in the local part of an address."""
_ID_BYTES, _MAC_BYTES = 16, 10
_SECRET_PURPOSE = "request proofs"  # noqa: S105


class RequestProofs:
    """Makes and verifies proofs."""

    def __init__(self, keys: KeyStore) -> None:
        self._secret = keys.secrets.derive(_SECRET_PURPOSE)

    def proof(self, request_id: str) -> str:
        """Return the proof for the sender of a request, PROOF_LENGTH characters of a-z and 2-7."""
        body = UUID(request_id).bytes
        return base64.b32encode(body + self._mac(body)).rstrip(b"=").decode().lower()

    def verify(self, proof: str) -> str | None:
        """Return the id of the request of a proof, or None if it is not one of this installation."""
        try:
            raw = base64.b32decode(proof.upper() + "=" * (-len(proof) % 8))
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
        if len(raw) != _ID_BYTES + _MAC_BYTES or not hmac.compare_digest(mac, self._mac(body)):
            return None
        return str(UUID(bytes=body))

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, hashlib.sha256)[:_MAC_BYTES]
