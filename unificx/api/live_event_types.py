"""Types of the live events of `/api/v1/events`: meaning, recipients and an example of each, for the API description."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ID = "0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55"


@dataclass(frozen=True, slots=True)
class LiveEventType:
    """The meaning of a type, its recipients, and the fields besides `type`, by example."""

    meaning: str
    recipients: str
    example: Mapping[str, Any]


_COLLEAGUE = {
    "extension_id": _ID,
    "number": "1002",
    "state": "in_call",
    "chosen_state": "available",
    "until": None,
    "note": "",
    "ringing": False,
}

_VIDEO = {"id": _ID, "participant": _ID, "source": "camera", "quality": "high"}

_MESSAGE = {
    "id": _ID,
    "conversation_id": _ID,
    "seq": 8,
    "revision": 8,
    "client_id": "3f6d1c9a-9c55-4f0e-8a53-b2f5d1c0e7aa",
    "person_id": _ID,
    "state": "sent",
    "created": "2026-11-27T09:00:00Z",
    "edited": None,
    "expires": None,
    "reply_to": None,
    "format": "text",
    "text": "Are you in tomorrow?",
    "mentions": [],
    "reactions": [],
}

LIVE_EVENTS: Mapping[str, LiveEventType] = {
    "calls": LiveEventType("live calls of the organisation", "calls_read", {}),
    "parked": LiveEventType("parked calls", "directory", {}),
    "pictures": LiveEventType("pictures of colleagues: fetch their list again", "directory", {}),
    "directory": LiveEventType("people in the directory: fetch it and the presence again", "directory", {}),
    "feature_codes": LiveEventType("feature codes: fetch their list again", "directory", {}),
    "presence.changed": LiveEventType(
        "presence of colleagues; without `items` after many changes: fetch the list",
        "directory",
        {"items": [_COLLEAGUE]},
    ),
    "notices": LiveEventType("the list of one's own notices", "", {}),
    "permissions": LiveEventType(
        "your own permissions: fetch /api/v1/me again; the connection closes, open another one", "the person", {}
    ),
    "history": LiveEventType("call records", "participants; history_read", {}),
    "queue": LiveEventType(
        "callers or agents of a queue", "its agents; calls_read", {"id": _ID, "waiting": 2, "available": 1}
    ),
    "room": LiveEventType(
        "a conference",
        "participants; calls_control",
        {
            "id": _ID,
            "participants": 3,
            "speaking": _ID,
            "recorded": False,
            "video_recorded": False,
            "captioned": False,
            "paused": False,
            "locked": False,
            "raised_hand": [_ID],
            "reactions": {_ID: "thumbs_up"},
            "videos": [_VIDEO],
            "roster": "9f2c41d07ab3e815",
            "breakouts": "1d07ab3e8159f2c4",
        },
    ),
    "emergency_call": LiveEventType(
        "an emergency number is called, from a `location`; `state`: calling, at the end answered or unanswered",
        "people to be alerted; calls_read",
        {
            "extension": "1001",
            "number": "112",
            "location": "Headquarters: Hauptstr. 1, 10115 Berlin",
            "state": "calling",
        },
    ),
    "fraud": LiveEventType("stops of calls outside", "tenant_change", {}),
    "voicemail": LiveEventType("messages in one's mailboxes", "owners of the mailbox", {}),
    "recordings": LiveEventType("the list of recordings", "everyone in the organisation", {}),
    "recording": LiveEventType(
        "the recording state of one's call; `end`: why it has ended",
        "participants",
        {"call": _ID, "state": "recording", "end": ""},
    ),
    "monitoring": LiveEventType(
        "whether a supervisor listens to one's call: announced, listen or ended",
        "participants",
        {"call": _ID, "state": "listen"},
    ),
    "sign_in_code": LiveEventType("a sign-in code was used", "its creator and user", {"id": _ID, "state": "used"}),
    "push_seen": LiveEventType("a test push was received", "the session", {"id": _ID}),
    "contacts.changed": LiveEventType(
        "contacts were changed: fetch the list", "its owner, or directory for company contacts", {"book": "personal"}
    ),
    "message.created": LiveEventType("a message was sent", "members of the conversation", {"message": _MESSAGE}),
    "message.changed": LiveEventType(
        "a message was changed, deleted, pinned or reacted to", "members of the conversation", {"message": _MESSAGE}
    ),
    "message.marks": LiveEventType(
        "what a member has received and read",
        "members who share it",
        {"conversation_id": _ID, "person_id": _ID, "read_seq": 7, "delivered_seq": 8},
    ),
    "message.typing": LiveEventType(
        "a member is writing; shown for some seconds and stored nowhere",
        "members who share their marks",
        {"conversation_id": _ID, "person_id": _ID},
    ),
    "conversation.changed": LiveEventType(
        "members, name or period of a conversation, or messages were removed from it",
        "members of the conversation",
        {"conversation_id": _ID},
    ),
    "meeting": LiveEventType(
        "the meeting of a guest; on `/api/v1/guests/me/events` only, and all but `roster` for admitted guests only",
        "guests of the meeting, also in its lobby",
        {
            "roster": "9f2c41d07ab3e815",
            "speaking": _ID,
            "raised_hand": [_ID],
            "reactions": {_ID: "thumbs_up"},
            "videos": [_VIDEO],
        },
    ),
    "caption": LiveEventType(
        "what a participant of a conference says; stored nowhere. Without `text`: speech was left out, because the "
        "recognizer does not keep up",
        "participants, and guests who were admitted",
        {"room": _ID, "participant": _ID, "text": "Good morning."},
    ),
    "webhook": LiveEventType("a webhook was paused", "tenant_change", {"id": _ID, "state": "paused"}),
    "signed_out": LiveEventType("the access has ended; the connection is closed next", "the session or API key", {}),
    "ping": LiveEventType("nothing; every 30 seconds", "every connection", {}),
}
"""By the value of `type`."""


def live_event_schema() -> dict[str, Any]:
    """Return the schema of a message, with an example of each type."""
    types = "; ".join(f"`{name}`: {each.meaning}" for name, each in LIVE_EVENTS.items())
    fields: dict[str, list[str]] = {}
    for name, each in LIVE_EVENTS.items():
        for key in each.example:
            fields.setdefault(key, []).append(f"`{name}`")
    return {
        "title": "LiveEvent",
        "description": "A message of the WebSocket `/api/v1/events`.",
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"type": "string", "description": f"{types}. Ignore other types."},
            **{key: {"description": f"With {', '.join(names)}."} | _schema_of(key) for key, names in fields.items()},
        },
        "examples": [{"type": name, **each.example} for name, each in LIVE_EVENTS.items()],
    }


def _schema_of(field: str) -> dict[str, Any]:
    """Return the schema of a field, which means the same in each type that has it."""
    example = next(each.example[field] for each in LIVE_EVENTS.values() if field in each.example)
    match example:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case dict():
            return {"type": "object"}
        case [dict() as item, *_]:
            types = {"until": ["string", "null"], "ringing": "boolean"}
            values = {key: {"type": types.get(key, "string")} for key in item}
            return {"type": "array", "items": {"type": "object", "properties": values}}
        case _:
            return {"type": ["string", "null"] if field in ("speaking", "end") else "string"}
