"""What the HTTP face is built from; `app.wiring` makes each once."""

from dataclasses import dataclass, field

from fastapi import Request
from prometheus_client import CollectorRegistry

from unificx.desk import Desk
from unificx.history import History
from unificx.kernel.clock import Clock
from unificx.meetings import Meetings, Rooms
from unificx.notices import Push
from unificx.people import People
from unificx.recordings import Archive, Mailboxes, OwnSounds, Voice
from unificx.web.hub import Hub
from unificx.web.idempotency import StoredAnswers
from unificx.web.ports import LiveCalls, LiveRecordings, Parts, Studio, Telephony


@dataclass(slots=True)
class PublicAddress:
    """Where people reach this installation from outside, such as https://pbx.example.com.

    `given` by a setting; otherwise where the server came to be `listening`.

    Letters name it. A request's own Host header would let a stranger decide where a letter's link leads.
    """

    given: str = ""
    listening: str = ""

    @property
    def url(self) -> str:
        """ "" while no server runs and nothing is set."""
        return self.given or self.listening


@dataclass(frozen=True, slots=True)
class Services:
    """The rooms and ports behind the routes."""

    people: People
    history: History
    mailboxes: Mailboxes
    own_sounds: OwnSounds
    voice: Voice
    rooms: Rooms
    meetings: Meetings
    archive: Archive
    desk: Desk
    live: LiveCalls
    recording: LiveRecordings
    parts: Parts
    telephony: Telephony
    studio: Studio
    push: Push
    hub: Hub
    answers: StoredAnswers
    clock: Clock
    metrics: CollectorRegistry
    address: PublicAddress = field(default_factory=PublicAddress)


def services_of(request: Request) -> Services:
    """The services the app of this request was built with."""
    return request.app.state.services
