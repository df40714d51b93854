"""Reports that a recipient has called an e-mail spam (ARF, RFC 5965): which of our e-mails. Pure."""

import re
from dataclasses import dataclass, field

from unificx.core.emails import parse_email
from unificx.notifications.bounces import MAX_BYTES, field_of, parts_of, returned_email

_COMPLAINTS = frozenset({"abuse", "opt-out", "opt-out-list"})
"""Feedback types that say that the recipient does not want the e-mail (RFC 5965 section 7.3; the last two are of its
drafts). `not-spam`, `auth-failure`, `fraud` and `virus` do not."""
_PROOF = re.compile(r"[/=]([A-Za-z0-9_-]{100,120})(?=[>?&]|$)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint. `message_id`: the Message-ID of our e-mail, "" for none; `proof`: see `Unsubscription`, from the
    link in List-Unsubscribe, "" for none."""

    message_id: str
    proof: str = field(repr=False)


def parse_complaint(raw: bytes) -> Complaint | None:
    """Return the complaint that a report contains; None for other e-mails and feedback. Raise Invalid."""
    message = parse_email(raw[:MAX_BYTES])
    if message.get_content_type() != "multipart/report":
        return None
    is_complaint, found = False, Complaint("", "")
    for part in parts_of(message):
        if part.get_content_type() == "message/feedback-report":
            # The parser of the standard library takes every `message/` type for a message with its header.
            report = returned_email(part)
            is_complaint = report is not None and field_of(report, "Feedback-Type").lower() in _COMPLAINTS
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            returned = returned_email(part)
            if returned is not None:
                link = _PROOF.search(field_of(returned, "List-Unsubscribe"))
                found = Complaint(field_of(returned, "Message-ID"), link.group(1) if link else "")
    return found if is_complaint and (found.message_id or found.proof) else None
