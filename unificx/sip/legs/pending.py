"""What a leg has under way, and the words it says again and again."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.sip.endpoint import ClientKey, ServerKey
from unificx.sip.legs.repeat import Repeat
from unificx.sip.message import Request, Response

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER"
SUPPORTED = "100rel, timer, replaces, norefersub"
SDP = "application/sdp"
Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class OurOffer:
    """An offer of ours that waits for its answer, or (key None) for another try after a glare.

    `refresh`: it is the session as it stands, and nobody is told what comes of it. `following`: a later offer that
    takes its place as soon as it is settled.
    """

    body: bytes
    key: ClientKey | None
    number: int
    retry_at: float | None = None
    refresh: bool = False
    following: bytes | None = None


@dataclass(slots=True)
class TheirOffer:
    """An offer of the peer's that waits for our answer."""

    key: ServerKey
    request: Request


@dataclass(slots=True)
class Repeated:
    """A response said again until acknowledged, and the number of the INVITE it answers."""

    response: Response
    repeat: Repeat
    number: int


def takes_update(message: Request | Response) -> bool:
    """Whether a session may be refreshed by UPDATE (RFC 3311), as its Allow says."""
    return any("UPDATE" in line for line in message.all("allow"))


def record_aware(message: Request | Response) -> bool:
    """Whether who sent it shows his user that he is recorded, once he is told (RFC 7866)."""
    return any(each.lower() == "record-aware" for each in message.values("supported"))


def record_routes(request: Request) -> list[tuple[str, str]]:
    """What every answer that makes or keeps up a dialog says back to the proxies on the way (RFC 3261 12.1.1)."""
    return [("Record-Route", value) for value in request.all("record-route")]
