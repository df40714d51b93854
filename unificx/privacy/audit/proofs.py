"""Signed heads of the audit log, and proofs that one includes an entry, without I/O: verified without a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from unificx.core.errors import Invalid
from unificx.privacy.audit import merkle
from unificx.privacy.audit.entries import leaf_of
from unificx.privacy.signing import SIGNATURE, ReceiptSigner, is_signed

HEAD_FORMAT = "unificx audit head 1"
_HEAD_FIELDS = {"format", "installation", "public_key", "root", "size", "time", SIGNATURE}


@dataclass(frozen=True, slots=True)
class Head:
    """Size and root of the tree at a time."""

    size: int
    root: bytes


def signed_head(signer: ReceiptSigner, installation: str, tree: merkle.Tree, now: datetime) -> dict[str, Any]:
    """Return the signed head of a tree."""
    content = {
        "installation": installation,
        "root": tree.root.hex(),
        "size": tree.size,
        "time": now.isoformat(timespec="seconds"),
    }
    return signer.sign(content, HEAD_FORMAT)


def read_head(value: object) -> Head:
    """Return the head in signed content. Raise Invalid unless it is complete and its signature fits its key."""
    content = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if content.get("format") != HEAD_FORMAT or content.keys() != _HEAD_FIELDS or type(content["size"]) is not int:
        raise Invalid("This is not a head of the audit log.")
    if not is_signed(content):
        raise Invalid("The signature of the head does not fit: it was changed.")
    return Head(content["size"], _hash(content["root"]))


def inclusion(
    content: Mapping[str, Any], leaves: Sequence[bytes], index: int, head: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the proof that a head includes an entry. `leaves` are those of the head."""
    path = [each.hex() for each in merkle.inclusion_proof(leaves, index)]
    return {"entry": dict(content), "index": index, "path": path, "head": dict(head)}


def proves(proof: object, named: Mapping[str, str]) -> bool:
    """Return whether a proof shows that its signed head includes its entry, and the entry has the `named` values."""
    value = cast("dict[str, Any]", proof) if isinstance(proof, dict) else {}
    entry, path, index = value.get("entry"), value.get("path"), value.get("index")
    if not (isinstance(entry, dict) and isinstance(path, list) and type(index) is int and len(path) < 64):
        return False
    try:
        head = read_head(value.get("head"))
        hashes = [_hash(each) for each in cast("list[object]", path)]
        leaf = leaf_of(cast("dict[str, Any]", entry))
    except Invalid:
        return False
    fits = all(cast("dict[str, Any]", entry).get(name) == each for name, each in named.items())
    return fits and merkle.includes(head.root, head.size, index, leaf, hashes)


def _hash(value: object) -> bytes:
    try:
        found = bytes.fromhex(cast("str", value))
    except (ValueError, TypeError):
        found = b""
    if len(found) != 32:
        raise Invalid("The audit log contains a malformed hash.")
    return found
