"""What makes a message fit for a push service: sealed for the browser alone (RFC 8291), signed by us (RFC 8292)."""

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

from unificx.notices.rules.endpoints import unpadded

KEY_BYTES = 32
_OF_FORCE = timedelta(hours=12)
"""RFC 8292 section 2 allows 24 hours; a signature is used again for half of its time."""
_MOST_REMEMBERED = 200
_EVEN = 96
"""Bytes every message is padded to, so that a call and its end look alike to the push service."""


def new_private_key() -> bytes:
    """A fresh key for an installation to sign with: the private number of a P-256 key, 32 bytes."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(KEY_BYTES)


def is_point(text: str) -> bool:
    """Whether a browser's public key (base64url) lies on the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(text))
    except ValueError:
        return False
    return True


def sealed(message: dict[str, str], p256dh: str, auth: str) -> bytes:
    """The body to send: `message` as JSON, padded, encrypted with a key pair of its own (RFC 8291 section 3)."""
    text = json.dumps(message, separators=(",", ":")).encode().ljust(_EVEN)
    return http_ece.encrypt(
        text,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unpadded(p256dh),
        auth_secret=unpadded(auth),
        version="aes128gcm",
    )


class Vapid:
    """Signs with the installation's own key. `contact`: a mailto: or https: address for the push service's people."""

    def __init__(self, private_key: bytes, contact: str) -> None:
        key = ec.derive_private_key(int.from_bytes(private_key), ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
        """What browsers subscribe with: the public key as an uncompressed point, base64url."""
        self._key = ECKey.import_key(key)
        self._contact = contact
        self._signed: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The Authorization header for this endpoint (RFC 8292 section 3)."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        ends, header = self._signed.get(audience, (now, ""))
        if ends <= now:
            claims: dict[str, Any] = {"aud": audience, "exp": int((now + _OF_FORCE).timestamp()), "sub": self._contact}
            token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self._key)
            header = f"vapid t={token}, k={self.public}"
            self._signed[audience] = (now + _OF_FORCE / 2, header)
            if len(self._signed) > _MOST_REMEMBERED:
                self._signed.popitem(last=False)
        return header
