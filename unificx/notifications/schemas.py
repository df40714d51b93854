"""Schemas of notifications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unificx.core.errors import Conflict
from unificx.identity import Language


class NoPushSubscription(Conflict):
    """The requesting device has no push subscription."""

    code = "no_push_subscription"


@dataclass(frozen=True, slots=True)
class MessageReference:
    """Voicemail message that an e-mail is about, and the extension whose owner is notified."""

    message_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class NewVoicemail:
    """Details of a new voicemail for an e-mail: `at` in the recipient's time zone. The caller is looked up when the
    e-mail is sent."""

    about: MessageReference
    number: str = field(repr=False)
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """Values of a browser's PushSubscription; bytes are base64url-encoded."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Push subscription of a signed-in device, held in memory. The sealed part is opened only to send a message."""

    session_id: str
    tenant_id: str
    person_id: str
    subject: str
    device_id: str | None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PushTest:
    """State of a test push. `problem` if the push service did not accept it: gone, refused or unreachable."""

    sent: bool = False
    seen: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignText:
    """Subject in one line, and the text: paragraphs are separated by blank lines."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. `sent`: None for a draft; `recipients`: number of people that had agreed; `waiting`: e-mails that
    the mail server does not have yet."""

    id: str
    created: datetime
    texts: Mapping[Language, CampaignText]
    sent: datetime | None = None
    recipients: int = 0
    waiting: int = 0
