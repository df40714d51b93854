"""Reports of failed delivery (DSN, RFC 3464): which of our e-mails has not arrived, and why. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from unificx.core.emails import parse_email
from unificx.notifications.policies.replies import address_fails, enhanced_code

MAX_BYTES = 1 << 20
"""Larger reports are cut off: the fields in question come first."""
_MAX_PARTS = 50
_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Bounce:
    """A failed delivery. `message_id`: the Message-ID of our e-mail; `reply`: the diagnostic text of a mail server."""

    message_id: str
    status: str
    reply: str = field(repr=False)

    @property
    def address_fails(self) -> bool:
        """Whether the address itself does not work."""
        return address_fails(0, self.status)


def parse_bounce(raw: bytes) -> Bounce | None:
    """Return the failed delivery that a report describes; None for others, such as one of a delay. Raise Invalid."""
    message = parse_email(raw[:MAX_BYTES])
    if message.get_content_type() != "multipart/report":
        return None
    status = reply = message_id = ""
    for part in parts_of(message):
        if part.get_content_type() == "message/delivery-status":
            status, reply = _failure(part) or (status, reply)
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            returned = returned_email(part)
            message_id = message_id or (field_of(returned, "Message-ID") if returned is not None else "")
    return Bounce(message_id, status, reply) if message_id and status else None


def parts_of(message: Message) -> Iterator[Message]:
    """Yield the parts of a report, not those of the e-mail that it returns."""
    parts = message.get_payload()
    if isinstance(parts, list):
        yield from (part for part in parts[:_MAX_PARTS] if isinstance(part, Message))


def _failure(report: Message) -> tuple[str, str] | None:
    """Return status and diagnostic text of the first failed delivery."""
    groups = report.get_payload()
    for group in groups[:_MAX_PARTS] if isinstance(groups, list) else []:
        if not isinstance(group, Message) or field_of(group, "Action").lower() != "failed":
            continue
        status = enhanced_code(field_of(group, "Status"))
        if status.startswith("5"):
            return status, field_of(group, "Diagnostic-Code").partition(";")[2].strip() or status
    return None


def returned_email(part: Message) -> Message | None:
    """Return the e-mail, or its header, that a part of a report contains."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else None
    text = part.get_payload(decode=True)
    return parse_email(text) if isinstance(text, bytes) else None


def field_of(message: Message, name: str) -> str:
    """Return a header field in one line of printable characters."""
    value = " ".join(str(message.get(name, "")).split())[:_MAX_TEXT]
    return "".join(each for each in value if each.isprintable())
