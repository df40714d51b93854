"""What goes into the room and out of it."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.kernel.errors import Conflict


class NoSubscription(Conflict):
    """The asker's device has told no push service's address."""

    code = "no_push_subscription"


@dataclass(frozen=True, slots=True)
class About:
    """The message that a letter is about, and the extension to whose owner it is told."""

    message_id: str
    extension_id: str


@dataclass(frozen=True, slots=True)
class MessageNews:
    """What a letter says of a message in a mailbox: `at` in the zone it is told in, `caller` where that is wanted."""

    about: About
    number: str = field(repr=False)
    seconds: float
    at: datetime
    caller: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What a browser's PushSubscription says, base64url where it is bytes."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a signed-in device is reached, as it lies in memory: what is sealed stays so until something is sent."""

    session_id: str
    tenant_id: str
    person_id: str
    subject: str
    device_id: str | None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PushTest:
    """How a test push fares. `problem`, if the push service did not take it: gone, refused or unreachable."""

    sent: bool = False
    seen: bool = False
    problem: str | None = None
