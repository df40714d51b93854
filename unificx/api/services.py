"""Services and ports used by the routes; created once by the composition root."""

from dataclasses import dataclass, field

from fastapi import Request
from prometheus_client import CollectorRegistry

from unificx.api.event_hub import EventHub
from unificx.api.idempotency import IdempotencyStore
from unificx.api.installation_ports import Backups
from unificx.api.ports import LiveCalls, LiveRecordings, Phones, ReadinessChecks, Telephony
from unificx.archive import AccessCopies
from unificx.audio_store import CustomSounds, PromptOverrides
from unificx.billing import Billing
from unificx.calls import CallCompletions
from unificx.cdr import CallErasure, CdrService
from unificx.chat import Chat
from unificx.conferencing import (
    CalendarFeeds,
    ConferenceManager,
    MeetingBreakouts,
    MeetingGuests,
    MeetingInvitations,
    MeetingVideos,
    RoomService,
)
from unificx.contacts import Contacts
from unificx.core.clock import Clock
from unificx.identity import Identity, OrganisationSignUp, SignUpMode
from unificx.insight import UsageInsight
from unificx.integrations.audio_import import AudioImporter
from unificx.ivr import MenuService
from unificx.locations import Locations
from unificx.notifications import Notifications, PushNotifier
from unificx.notifications.reports import ReportEmails
from unificx.presence import PresenceService
from unificx.privacy import AccessLog, AuditLog, Consents, Holds, KeyRotation, PersonErasures, Retention
from unificx.provisioning import PhoneSettingsService
from unificx.queues import Queues
from unificx.recording import RecordingArchive
from unificx.resale import Resellers
from unificx.routing import DestinationDirectory, FeatureCodes, GroupService, HoursService, Outbound
from unificx.speed_dials import SpeedDials
from unificx.support import SupportAccess, SupportService
from unificx.support.rights import Breaches, Disclosures, Handovers, OutsideRequests, RightsRequests
from unificx.trunks import TrunkService, TrunkTests
from unificx.voicemail import Mailboxes
from unificx.webhooks import WebhookService


@dataclass(slots=True)
class PublicAddress:
    """The public URL of this installation, such as https://pbx.example.com.

    `configured` is the URL of the settings; otherwise `listening` is used, the address the server listens on.

    Links in e-mails use it. The Host header of a request is not used: an unauthenticated peer could choose where the
    link leads.
    """

    configured: str = ""
    listening: str = ""
    authority: bytes = b""
    """PEM certificate of the installation's own authority if it has issued the server's certificate."""
    sign_up: SignUpMode = "closed"
    """Whether any visitor may set up an organisation."""

    def configure(self, url: str, authority: bytes, sign_up: SignUpMode) -> None:
        """Take over the settings of the server that starts."""
        self.configured, self.authority, self.sign_up = url, authority, sign_up

    def listen(self, url: str) -> None:
        """Use the address that the server listens on, unless one is configured."""
        self.listening = url

    @property
    def url(self) -> str:
        """Return the public URL; "" while no server is running and none is configured."""
        return self.configured or self.listening


@dataclass(frozen=True, slots=True)
class LiveServices:
    """The live parts of the running server. Without a server there are none."""

    calls: LiveCalls
    recordings: LiveRecordings
    readiness: ReadinessChecks
    telephony: Telephony
    phones: Phones
    videos: MeetingVideos
    breakouts: MeetingBreakouts
    trunk_tests: TrunkTests


@dataclass(frozen=True, slots=True)
class RightsServices:
    """The rights desk: requests of members and of people outside, and what is reported to or asked by authorities."""

    requests: RightsRequests
    outside: OutsideRequests
    disclosures: Disclosures
    handovers: Handovers
    breaches: Breaches


@dataclass(frozen=True, slots=True)
class Services:
    """The services and ports behind the routes."""

    identity: Identity
    erasures: PersonErasures
    access_copies: AccessCopies
    retention: Retention
    audit: AuditLog
    insight: UsageInsight
    holds: Holds
    accesses: AccessLog
    rotation: KeyRotation
    backups: Backups
    history: CdrService
    call_erasure: CallErasure
    mailboxes: Mailboxes
    custom_sounds: CustomSounds
    prompt_overrides: PromptOverrides
    invitations: MeetingInvitations
    trunks: TrunkService
    outbound: Outbound
    queues: Queues
    menus: MenuService
    destinations: DestinationDirectory
    groups: GroupService
    presence: PresenceService
    hours: HoursService
    feature_codes: FeatureCodes
    archive: RecordingArchive
    support: SupportService
    support_access: SupportAccess
    rights: RightsServices
    sign_up: OrganisationSignUp
    reports: ReportEmails
    completions: CallCompletions
    speed_dials: SpeedDials
    resellers: Resellers
    locations: Locations
    consents: Consents
    chat: Chat
    contacts: Contacts
    live: LiveServices
    phone_settings: PhoneSettingsService
    notifications: Notifications
    webhooks: WebhookService
    billing: Billing
    event_hub: EventHub
    idempotency: IdempotencyStore
    clock: Clock
    metrics: CollectorRegistry
    sound_converter: AudioImporter = field(default_factory=AudioImporter)
    public_address: PublicAddress = field(default_factory=PublicAddress)

    @property
    def guests(self) -> MeetingGuests:
        """The guests of meetings and their links."""
        return self.invitations.guests

    @property
    def rooms(self) -> RoomService:
        """The conference rooms and meetings."""
        return self.guests.rooms

    @property
    def calendars(self) -> CalendarFeeds:
        """The calendar feeds of meetings."""
        return self.invitations.calendars

    @property
    def push(self) -> PushNotifier:
        """Push messages."""
        return self.notifications.push

    @property
    def meetings(self) -> ConferenceManager:
        """The live meetings."""
        return self.live.videos.meetings

    @property
    def videos(self) -> MeetingVideos:
        """The videos of the live meetings."""
        return self.live.videos

    @property
    def breakouts(self) -> MeetingBreakouts:
        """The breakout rooms of the live meetings."""
        return self.live.breakouts


def services_of(request: Request) -> Services:
    """Return the services of the app that handles this request."""
    return request.app.state.services
