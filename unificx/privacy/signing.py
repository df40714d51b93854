"""Canonical JSON (RFC 8785) and its signature by the installation with Ed25519 (RFC 8032), without I/O.

A signed object contains format and public key. Its signature proves that the content is unchanged; who signed it is
proved only by comparing the key's fingerprint with the one that the installation shows.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic_core import PydanticSerializationError, to_json

from unificx.core.errors import Invalid

RECEIPT_KEY_BYTES = 32
RECEIPT_FORMAT = "unificx erasure receipt 1"
SIGNATURE = "signature"
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def canonical(value: object) -> bytes:
    """Return the canonical JSON (RFC 8785) of a value of objects, lists, strings and integers, with ASCII names. Raise
    Invalid for another one."""
    ordered = _ordered(value)
    try:
        return to_json(ordered)
    except PydanticSerializationError:  # half of a surrogate pair, which only the encoder of Python writes
        return _ENCODER.encode(ordered).encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def fingerprint(public_key: str) -> str:
    """Return the SHA-256 of a public key in base64, in hexadecimal."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()


class ReceiptSigner:
    """Signs receipts of erasures and heads of the audit log. `seed`: the 32 private bytes of the installation's key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_key = base64.b64encode(raw).decode()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public_key)

    def sign(self, content: Mapping[str, object], form: str = RECEIPT_FORMAT) -> dict[str, Any]:
        """Return the content with its format, public key and signature."""
        signed: dict[str, Any] = {**content, "format": form, "public_key": self.public_key}
        return {**signed, SIGNATURE: base64.b64encode(self._key.sign(canonical(signed))).decode()}


def is_signed(content: Mapping[str, Any]) -> bool:
    """Return whether the signature fits the content and the key in it. Raise Invalid for a value that is not plain."""
    signed = {name: value for name, value in content.items() if name != SIGNATURE}
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(content["public_key"], validate=True))
        key.verify(base64.b64decode(content[SIGNATURE], validate=True), canonical(signed))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _ordered(value: object) -> object:
    """Return a plain value with the names of each object in order. Raise Invalid for another value."""
    if type(value) is str or type(value) is int:
        return value
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        try:
            names = sorted(found)
            is_ascii = "".join(names).isascii()
        except TypeError:  # a name that is not a text
            is_ascii = False
        if not is_ascii:
            raise Invalid("A name in the signed content is not ASCII.")
        # Most objects are made with their names in order, and most values are texts, which need no call.
        if [*found] == names and {*map(type, found.values())} == {str}:
            return found
        return {name: each if type(each := found[name]) is str else _ordered(each) for name in names}
    if isinstance(value, list):
        return [_ordered(each) for each in cast("list[object]", value)]
    if isinstance(value, str):
        return str.__str__(value)
    raise Invalid("The signed content contains a value that is neither text nor an integer.")
