"""`manifest.json`: files with digests; kinds of data with purposes, retention and recipients (GDPR Art. 15)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from unificx.archive.inventory import Contents, KindSummary
from unificx.archive.schemas import AccessCopy
from unificx.core.personal import VOCABULARY

MANIFEST = "manifest.json"
FORMAT = "unificx access copy 1"
DISCLOSURE_FORMAT = "unificx disclosure 1"
"""Format of a file for an authority, which no system imports as a copy of its person."""
RECIPIENTS = {
    "user.contact.phone_number": "The other parties of a call, and for calls outside the carrier of the tenant.",
    "user.name": "Colleagues in the directory, and the other parties of a call unless it is withheld.",
    "user.contact.email": "The mail server that the operator has configured.",
    "user.device.push_token": "The push service of the browser.",
    "user.content.private.call_recording": "The parties of the call, and the operator's object store, sealed.",
    "user.content.private.voicemail": "The owner of the mailbox, and the operator's object store, sealed.",
}
"""Recipients by category; other categories have none outside the installation."""
OMITTED = (
    "Passwords, keys and other credentials: they authenticate, and a copy would weaken them.",
    "Numbers, names and addresses of others, except as the person's own history shows them.",
    "Names of employees who played a recording: they are theirs. Times and purposes are included.",
)


def manifest(copy: AccessCopy, contents: Contents, installation_id: str, now: datetime) -> bytes:
    """Return the manifest of everything written so far."""
    return json.dumps(
        {
            "format": DISCLOSURE_FORMAT if copy.data is not None else FORMAT,
            "generated": now.isoformat(),
            "installation": installation_id,
            "tenant": copy.owner.tenant_id,
            "subject": copy.owner.subject,
            "person": copy.owner.person_id or None,
            "kinds": [_kind(each) for each in contents.kinds],
            **_scope(copy),
            "files": [{"path": each.path, "bytes": each.size, "sha256": each.sha256} for each in contents.files],
        },
        indent=1,
    ).encode()


def _scope(copy: AccessCopy) -> dict[str, Any]:
    """Return what a file for an authority is limited to, or what a copy for the person leaves out."""
    data = copy.data
    if data is None:
        return {"omitted": OMITTED}
    period = {"from": data.since.isoformat(), "until": data.until.isoformat()} if data.since and data.until else None
    scope: dict[str, Any] = {"categories": data.categories, "period": period, "other_parties": data.others}
    if copy.number:
        scope["number"] = copy.number
    return {"disclosure": copy.disclosure_id, "scope": scope}


def _kind(summary: KindSummary) -> dict[str, Any]:
    kind = summary.records.kind
    return {
        "name": kind.name,
        "title": kind.title,
        "records": summary.count,
        "file": f"data/{kind.name}.json",
        "schema": f"schemas/{kind.name}.json",
        "categories": _described(kind.categories, VOCABULARY.categories),
        "purposes": _described(kind.uses, VOCABULARY.purposes),
        "retention": _described(kind.retention, VOCABULARY.retention),
        "recipients": [RECIPIENTS[each] for each in kind.categories if each in RECIPIENTS],
    }


def _described(keys: Iterable[str], texts: Any) -> list[dict[str, str]]:
    return [{"key": key, "text": texts[key]} for key in keys]
