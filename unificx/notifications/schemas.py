"""Schemas of notifications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.core.errors import Conflict
from unificx.identity import Language
from unificx.notifications.catalogue import EmailKind

RecordState = Literal["waiting", "deferred", "sending", "sent", "failed", "expired", "unknown", "bounced", "complained"]
"""`deferred`: rejected for now, to be tried again; `unknown`: interrupted while its content was being sent."""


class NoPushSubscription(Conflict):
    """The requesting device has no push subscription."""

    code = "no_push_subscription"


@dataclass(frozen=True, slots=True)
class MessageReference:
    """Voicemail message that an e-mail is about, and the extension whose owner is notified."""

    message_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class InvoiceReference:
    """Number of the invoice that is attached to an e-mail. The file is made when the e-mail is sent."""

    number: str


@dataclass(frozen=True, slots=True)
class ReportReference:
    """Report that is attached to an e-mail: see `reports.reference`. The files are made when the e-mail is sent."""

    text: str


@dataclass(frozen=True, slots=True)
class RequestReference:
    """Request that an e-mail answers. Its recipient can answer to a reply address of this request."""

    request_id: str


@dataclass(frozen=True, slots=True)
class CalendarMessage:
    """Text about a meeting and its calendar entry, "" for none; answers go to `reply_to`, "" for none."""

    text: tuple[str, ...] = field(repr=False)
    calendar: str = field(repr=False)
    reply_to: str = field(repr=False)


EmailSubject = MessageReference | InvoiceReference | ReportReference | RequestReference | CalendarMessage
"""Subjects of e-mails."""


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
class CampaignProgress:
    """E-mails of a campaign. `waiting`: the mail server does not have them yet; `delivered`: it has accepted them;
    `failed`: rejected, returned, or not sent in time; `complained`: accepted, then called spam; `unsubscribed`:
    recipients who have unsubscribed since, within seven days. Those of a withdrawn consent count nowhere."""

    waiting: int = 0
    delivered: int = 0
    failed: int = 0
    complained: int = 0
    unsubscribed: int = 0


CampaignObstacle = Literal["mail_server", "public_address", "limit"]
"""Reason why no campaign can be sent now: no mail server, no https address for the link, or three were sent today."""


@dataclass(frozen=True, slots=True)
class CampaignAudience:
    """The people that a campaign would reach now. `people`: all active accounts."""

    recipients: int
    people: int
    obstacle: CampaignObstacle | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. `sent`: None for a draft; `recipients`: number of people that had agreed."""

    id: str
    created: datetime
    texts: Mapping[Language, CampaignText]
    sent: datetime | None = None
    recipients: int = 0
    progress: CampaignProgress = field(default_factory=CampaignProgress)


@dataclass(frozen=True, slots=True)
class EmailRecord:
    """An e-mail of the last days. `status` and `reply`: last answer of the mail server, 0 and "" if there was none;
    `text`: "" if it is not stored any more, or if it gives access."""

    id: str
    kind: EmailKind
    state: RecordState
    queued: datetime
    attempts: int
    next_try: datetime | None
    ended: datetime | None
    status: int
    address: str = field(repr=False)
    name: str = field(repr=False)
    reply: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class EmailSummary:
    """Whether e-mail can be sent, from which address, and the number of e-mails of the last days by stored state."""

    can_send: bool
    sender: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EmailTest:
    """Result of a test: whether the mail server has accepted it, and its answer."""

    accepted: bool
    status: int
    reply: str = field(default="", repr=False)
