"""Receipts of erasures, without I/O. They name no person. See `signing` for what their signature proves.

A receipt contains the audit entry of its erasure, with the proof that a signed head of the log includes it. Those of
older versions have none.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from unificx.core.errors import Invalid
from unificx.privacy.audit.proofs import proves
from unificx.privacy.signing import RECEIPT_FORMAT, SIGNATURE, is_signed

_FIELDS = frozenset(
    {
        *("format", "id", "installation", "tenant", "person", "requested", "finished", "plan"),
        *("removed", "nothing_held", "kept", "failed", "public_key", SIGNATURE),
    }
)
ERASURE_ACTION = "erase_person"

Counts = Mapping[str, Mapping[str, int]]
"""Counts by area and kind."""


def verify(data: bytes) -> dict[str, Any]:
    """Return the receipt in a file. Raise Invalid unless it is complete and its signature fits the key inside."""
    try:
        receipt = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _no_receipt("it is not JSON, or cut off") from None
    if not isinstance(receipt, dict):
        raise _no_receipt("it is not a JSON object")
    content = cast("dict[str, Any]", receipt)
    if content.get("format") != RECEIPT_FORMAT or content.keys() - {"audit"} != _FIELDS:
        raise _no_receipt("its format is unknown")
    if not is_signed(content):
        raise Invalid("The signature does not fit: the receipt was changed.", hint="Ask for the original.")
    if content.get("audit") is not None:
        _require_audited(content)
    return content


def _require_audited(receipt: dict[str, Any]) -> None:
    """Raise Invalid unless the proof in the receipt shows that the audit log includes the entry of this erasure."""
    proof, named = receipt["audit"], {"action": ERASURE_ACTION, "tenant": receipt["tenant"]}
    named["object"] = f"erasure:{receipt['id']}"
    if not proves(proof, named) or proof["head"].get("public_key") != receipt["public_key"]:
        raise Invalid("The audit log does not include this erasure: its proof is wrong.", hint="Ask for the original.")


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


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_receipt(why: str) -> Invalid:
    return Invalid(f"This is not a receipt: {why}.", hint="Use the file as `unificx privacy erase` has printed it.")
