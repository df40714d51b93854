"""Web Push message encryption (RFC 8291) and VAPID signatures (RFC 8292)."""

import base64
import json
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from unificx.notifications.policies.endpoints import decode_base64url

KEY_BYTES = 32
_TOKEN_LIFETIME = timedelta(hours=12)
"""RFC 8292 section 2 allows 24 hours. A token is reused for half of its lifetime."""
_MAX_CACHED = 200
_PADDED_BYTES = 96
"""Padded message length in bytes, so that a push service cannot distinguish call and stop messages."""


def new_private_key() -> bytes:
    """Return a new signing key: the private value of a P-256 key, 32 bytes."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(KEY_BYTES)


def is_valid_public_key(text: str) -> bool:
    """Return whether a browser's public key (base64url) is on the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_base64url(text))
    except ValueError:
        return False
    return True


def encrypt_message(message: dict[str, str], p256dh: str, auth: str) -> bytes:
    """Return the request body: `message` as JSON, padded, encrypted with an ephemeral key (RFC 8291 section 3)."""
    text = json.dumps(message, separators=(",", ":")).encode().ljust(_PADDED_BYTES)
    return http_ece.encrypt(
        text,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decode_base64url(p256dh),
        auth_secret=decode_base64url(auth),
        version="aes128gcm",
    )


class Vapid:
    """Signs with the installation's key. `contact`: mailto: or https: URL for the operator of the push service."""

    def __init__(self, private_key: bytes, contact: str) -> None:
        key = ec.derive_private_key(int.from_bytes(private_key), ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
        """Public key for browser subscriptions: an uncompressed point, base64url."""
        self._key = ECKey.import_key(key)
        self._contact = contact
        # Owner: this node: signatures made here.
        self._tokens: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Return the Authorization header for this endpoint (RFC 8292 section 3)."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        ends, header = self._tokens.get(audience, (now, ""))
        if ends <= now:
            claims: dict[str, Any] = {
                "aud": audience,
                "exp": int((now + _TOKEN_LIFETIME).timestamp()),
                "sub": self._contact,
            }
            token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self._key)
            header = f"vapid t={token}, k={self.public}"
            self._tokens[audience] = (now + _TOKEN_LIFETIME / 2, header)
            if len(self._tokens) > _MAX_CACHED:
                self._tokens.popitem(last=False)
        return header
