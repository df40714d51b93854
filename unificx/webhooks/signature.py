"""Signatures of messages by Standard Webhooks (https://www.standardwebhooks.com), version 1.0.0."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime

_MARK = "whsec_"
SECRET_BYTES = 32


def secret_text(secret: bytes) -> str:
    """Return a secret as shown to the receiver: `whsec_` and base64."""
    return _MARK + base64.b64encode(secret).decode()


def headers_of(message_id: str, at: datetime, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """Return the headers that identify and sign a message, with one signature per secret."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
