"""Services and ports used by the routes; created once by the composition root."""

from dataclasses import dataclass, field

from fastapi import Request
from prometheus_client import CollectorRegistry

from unificx.api.event_hub import Hub
from unificx.api.idempotency import StoredAnswers
from unificx.api.ports import LiveCalls, LiveRecordings, Parts, Studio, Telephony
from unificx.audio_store import CustomSounds, PromptOverrides
from unificx.cdr import History
from unificx.conferencing import Meetings, Rooms
from unificx.core.clock import Clock
from unificx.identity import IdentityService
from unificx.notifications import Push
from unificx.recording import RecordingArchive
from unificx.support import Desk
from unificx.voicemail import Mailboxes


@dataclass(slots=True)
class PublicAddress:
    """The public URL of this installation, such as https://pbx.example.com.

    `given` is the configured URL; otherwise `listening` is used, the address the server listens on.

    Links in e-mails use it. The Host header of a request is not used: an unauthenticated peer could choose where the
    link leads.
    """

    given: str = ""
    listening: str = ""

    @property
    def url(self) -> str:
        """Return the public URL; "" while no server is running and none is configured."""
        return self.given or self.listening


@dataclass(frozen=True, slots=True)
class Services:
    """The services and ports behind the routes."""

    people: IdentityService
    history: History
    mailboxes: Mailboxes
    own_sounds: CustomSounds
    voice: PromptOverrides
    rooms: Rooms
    meetings: Meetings
    archive: RecordingArchive
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
    """Return the services of the app that handles this request."""
    return request.app.state.services
