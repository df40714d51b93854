"""Events that webhooks report, and the permission to read what each is about.

A message has the ids and states of the event. The data itself is fetched from the API, with the rights of the reader.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from unificx.cdr.events import CallRecorded
from unificx.core.events import DomainEvent
from unificx.identity import Action
from unificx.identity.events import (
    DeviceCreated,
    DeviceRevoked,
    ExtensionCreated,
    ExtensionDeleted,
    PersonClosed,
    PersonCreated,
    PersonResumed,
    PersonSuspended,
)
from unificx.notifications.events import NoticeSent
from unificx.recording.events import CallRecordingsChanged, CallRecordingStored
from unificx.voicemail.events import MailboxChanged, MessageLeft

TEST_EVENT = "webhook.test"
_ID = "0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55"
_NOT_REPORTED = frozenset({"id", "tenant", "subject"})
"""Fields of the events that stay inside."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: its meaning, the permission that it needs, and an example of its data."""

    description: str
    action: Action
    example: Mapping[str, Any]


_CALL = {
    "call_id": _ID,
    "direction": "inbound",
    "outcome": "answered",
    "started": "2026-11-27T09:00:00+00:00",
    "answered": "2026-11-27T09:00:08+00:00",
    "ended": "2026-11-27T09:03:11+00:00",
}

EVENT_TYPES: Mapping[str, EventType] = {
    "call.ended": EventType("A call has ended and is in the call history.", Action.HISTORY_READ, _CALL),
    "voicemail.left": EventType(
        "A voicemail message was left.", Action.PEOPLE_READ, {"extension_id": _ID, "message_id": _ID}
    ),
    "voicemail.changed": EventType(
        "Messages of a mailbox were played, archived, restored or erased, or an extension can no longer hear those of a"
        " shared mailbox.",
        Action.PEOPLE_READ,
        {"extension_id": _ID},
    ),
    "recording.stored": EventType("A call recording was stored.", Action.PEOPLE_READ, {"recording_id": _ID}),
    "recording.changed": EventType("Recordings were archived, restored or erased.", Action.PEOPLE_READ, {}),
    "person.created": EventType("A user was created.", Action.PEOPLE_READ, {"person_id": _ID}),
    "person.suspended": EventType("A user was suspended.", Action.PEOPLE_READ, {"person_id": _ID}),
    "person.resumed": EventType("A suspended user was resumed.", Action.PEOPLE_READ, {"person_id": _ID}),
    "person.closed": EventType("The account of a user was closed.", Action.PEOPLE_READ, {"person_id": _ID}),
    "extension.created": EventType("An extension was created.", Action.PEOPLE_READ, {"extension_id": _ID}),
    "extension.deleted": EventType("An extension was deleted.", Action.PEOPLE_READ, {"extension_id": _ID}),
    "device.created": EventType(
        "A phone or program was added.", Action.PEOPLE_READ, {"device_id": _ID, "extension_id": _ID}
    ),
    "device.revoked": EventType(
        "A phone or program lost its registration.", Action.PEOPLE_READ, {"device_id": _ID, "extension_id": _ID}
    ),
    "notice.sent": EventType(
        "A notice was sent to an administrator, one event for each of them.",
        Action.PEOPLE_READ,
        {"person_id": _ID, "kind": "storage_low"},
    ),
}

SOURCES: Mapping[type[DomainEvent], str] = {
    CallRecorded: "call.ended",
    MessageLeft: "voicemail.left",
    MailboxChanged: "voicemail.changed",
    CallRecordingStored: "recording.stored",
    CallRecordingsChanged: "recording.changed",
    PersonCreated: "person.created",
    PersonSuspended: "person.suspended",
    PersonResumed: "person.resumed",
    PersonClosed: "person.closed",
    ExtensionCreated: "extension.created",
    ExtensionDeleted: "extension.deleted",
    DeviceCreated: "device.created",
    DeviceRevoked: "device.revoked",
    NoticeSent: "notice.sent",
}
"""Type of each reported event."""


def data_of(event: DomainEvent) -> dict[str, Any]:
    """Return what a message says about an event: ids, states and times."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(event).items()
        if name not in _NOT_REPORTED
    }
