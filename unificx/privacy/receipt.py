"""Receipts of erasures: canonical JSON (RFC 8785), signed with Ed25519 (RFC 8032). They name no person.

A receipt contains the public key. Its signature proves that the content is unchanged; who signed it is proved only by
comparing the key's fingerprint with the one that the installation shows.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from unificx.core.errors import Invalid

FORMAT = "unificx erasure receipt 1"
RECEIPT_KEY_BYTES = 32
_SIGNATURE = "signature"
_FIELDS = frozenset(
    {
        *("format", "id", "installation", "tenant", "person", "requested", "finished", "plan"),
        *("removed", "nothing_held", "kept", "failed", "public_key"),
    }
)

Counts = Mapping[str, Mapping[str, int]]
"""Counts by area and kind."""


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value of objects, lists, strings and integers, with ASCII names. Raise Invalid for
    another one."""
    _require_plain(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def fingerprint(public_key: str) -> str:
    """Return the SHA-256 of a public key in base64, in hexadecimal."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()


class ReceiptSigner:
    """Signs receipts with the key of the installation: `seed` are its 32 private bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_key = base64.b64encode(raw).decode()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public_key)

    def sign(self, content: Mapping[str, object]) -> dict[str, Any]:
        """Return the content with format, public key and signature."""
        signed: dict[str, Any] = {**content, "format": FORMAT, "public_key": self.public_key}
        return {**signed, _SIGNATURE: base64.b64encode(self._key.sign(canonical(signed))).decode()}


def verify(data: bytes) -> dict[str, Any]:
    """Return the receipt in a file. Raise Invalid unless it is complete and its signature fits the key inside."""
    try:
        receipt = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _no_receipt("it is not JSON, or cut off") from None
    if not isinstance(receipt, dict):
        raise _no_receipt("it is not a JSON object")
    content = cast("dict[str, Any]", receipt)
    if content.get("format") != FORMAT or content.keys() != _FIELDS | {_SIGNATURE}:
        raise _no_receipt("its format is unknown")
    signed = {name: value for name, value in content.items() if name != _SIGNATURE}
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(content["public_key"], validate=True))
        key.verify(base64.b64decode(content[_SIGNATURE], validate=True), canonical(signed))
    except (InvalidSignature, ValueError, TypeError):
        raise Invalid("The signature does not fit: the receipt was changed.", hint="Ask for the original.") from None
    return content


def outcome(before: Counts, after: Counts) -> dict[str, list[dict[str, object]]]:
    """Return what was removed, what failed, and the kinds of which nothing was held."""
    removed: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    nothing: list[dict[str, object]] = []
    for area, kind in _kinds(before, after):
        found, left = before.get(area, {}).get(kind, 0), after.get(area, {}).get(kind, 0)
        if left:
            failed.append({"area": area, "kind": kind, "count": left})
        if found > left:
            removed.append({"area": area, "kind": kind, "count": found - left})
        if not found and not left:
            nothing.append({"area": area, "kind": kind})
    return {"removed": removed, "failed": failed, "nothing_held": nothing}


def _kinds(*counts: Counts) -> Iterable[tuple[str, str]]:
    return dict.fromkeys((area, kind) for each in counts for area, kinds in each.items() for kind in kinds)


def _require_plain(value: object) -> None:
    if isinstance(value, dict):
        for name, inner in cast("dict[object, object]", value).items():
            if not (isinstance(name, str) and name.isascii()):
                raise Invalid("A name in the receipt is not ASCII.")
            _require_plain(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _require_plain(inner)
    elif not isinstance(value, str) and type(value) is not int:
        raise Invalid("The receipt contains a value that is neither text nor an integer.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_receipt(why: str) -> Invalid:
    return Invalid(f"This is not a receipt: {why}.", hint="Use the file as `unificx privacy erase` has printed it.")
