"""What goes into the room and out of it."""

from dataclasses import dataclass, field

from unificx.kernel.errors import Conflict


class NoSubscription(Conflict):
    """The asker's device has told no push service's address."""

    code = "no_push_subscription"


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
