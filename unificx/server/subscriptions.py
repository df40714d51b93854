"""Subscriptions: reactions of the areas to events of others."""

from unificx.cdr.events import OutsideCallRecorded
from unificx.conferencing import Room, is_unmarked
from unificx.conferencing.events import ConferenceChanged, ParticipantAdmitted, ParticipantRemoved
from unificx.contacts import DeviceCopies
from unificx.db import UnitOfWork
from unificx.identity.events import (
    DeviceRevoked,
    ExtensionDeleted,
    PersonClosed,
    PersonSuspended,
    SessionEnded,
    TenantDeleted,
    TenantSuspended,
)
from unificx.privacy import HoldReleased
from unificx.privacy.events import SubjectErased
from unificx.registrar.events import DeviceRegistered
from unificx.routing.events import DestinationDeleted
from unificx.server.container import Container
from unificx.server.erasure_completion import ErasureCompletion
from unificx.server.errands import Errands
from unificx.server.voicemail_email import send_voicemail_emails
from unificx.voicemail.events import MessageLeft, OldMessagesErased, SharedMailboxDeleted
from unificx.webhooks import SOURCES


def subscribe_areas(container: Container, erasures: ErasureCompletion, errands: Errands) -> None:
    """Subscribe the services of a container to bus and outbox."""
    _subscribe_live_state(container, erasures, errands)
    outbox = container.outbox

    async def send_emails(event: MessageLeft, uow: UnitOfWork) -> None:
        await send_voicemail_emails(container, event, uow)

    outbox.subscribe(MessageLeft, send_emails, purpose="telephony")
    outbox.subscribe(TenantDeleted, container.history.on_tenant_deleted)
    outbox.subscribe(TenantDeleted, erasures.on_tenant_deleted)
    _subscribe_conferences(container)
    _subscribe_privacy(container, errands)
    outbox.subscribe(TenantDeleted, container.idempotency.delete_affected)
    outbox.subscribe(PersonClosed, container.idempotency.delete_affected)
    outbox.subscribe(ExtensionDeleted, container.mailboxes.on_extension_deleted)
    outbox.subscribe(TenantDeleted, container.mailboxes.on_tenant_deleted)
    outbox.subscribe(OldMessagesErased, container.mailboxes.on_old_messages_erased)
    outbox.subscribe(SharedMailboxDeleted, container.mailboxes.shared.on_deleted)
    outbox.subscribe(TenantDeleted, container.custom_sounds.on_tenant_deleted)
    outbox.subscribe(ExtensionDeleted, container.archive.on_extension_deleted)
    outbox.subscribe(TenantDeleted, container.archive.on_tenant_deleted)
    outbox.subscribe(DeviceRevoked, container.phone_settings.on_device_revoked)
    outbox.subscribe(ExtensionDeleted, container.phone_settings.on_extension_deleted)
    outbox.subscribe(TenantDeleted, container.phone_settings.on_tenant_deleted)
    outbox.subscribe(TenantDeleted, container.trunks.on_tenant_deleted)
    _subscribe_routing(container)
    outbox.subscribe(TenantDeleted, container.resellers.on_tenant_deleted)
    _subscribe_services_of_people(container)


def _subscribe_live_state(container: Container, erasures: ErasureCompletion, errands: Errands) -> None:
    bus, registrar, now = container.bus, container.registrar, container.clock.monotonic
    bus.subscribe(DeviceRegistered, lambda event: container.identity.devices.mark_used(event.device_id))
    bus.subscribe(DeviceRevoked, lambda event: registrar.remove_device(event.device_id, now()))
    bus.subscribe(ExtensionDeleted, lambda event: registrar.remove_extension(event.extension_id, now()))

    async def review_registrations() -> None:
        registrar.remove_disallowed(now())

    for kind in (PersonClosed, PersonSuspended, TenantSuspended, TenantDeleted):
        # The directory changes right after the bus handlers have run: check then.
        bus.subscribe(kind, lambda event: errands.start(review_registrations()))
    bus.subscribe(SubjectErased, erasures.on_erased)
    bus.subscribe(SessionEnded, lambda event: container.push.session_ended(event.session_id))
    for kind in (PersonClosed, PersonSuspended):
        bus.subscribe(kind, lambda event: container.push.person_closed(event.person_id))
    bus.subscribe(TenantDeleted, lambda event: container.push.tenant_deleted(event.tenant))
    bus.subscribe(ParticipantRemoved, container.guests.on_removed)
    bus.subscribe(ParticipantAdmitted, container.guests.on_admitted)

    def note_use(room: Room) -> None:
        known = container.conference_rooms.by_id(room.id)
        if known is not None and is_unmarked(known, container.clock.now()):
            errands.start(container.conference_rooms.mark_used(room))

    bus.subscribe(ConferenceChanged, lambda event: note_use(event.room))
    bus.subscribe(MessageLeft, lambda _: container.transcription.wake())


def _subscribe_privacy(container: Container, errands: Errands) -> None:
    parts = (container.erasures, container.periods, container.holds, container.audit, container.access_copies)
    for part in (*parts, container.consents, container.accesses):
        container.outbox.subscribe(TenantDeleted, part.on_tenant_deleted)
    container.outbox.subscribe(HoldReleased, container.holds.on_released)
    container.bus.subscribe(HoldReleased, lambda event: errands.start(container.erasures.resume()))


def _subscribe_routing(container: Container) -> None:
    outbox, routing = container.outbox, container.routing
    queues = routing.queues.service
    outbox.subscribe(ExtensionDeleted, queues.on_extension_deleted, purpose="telephony")
    outbox.subscribe(TenantDeleted, queues.on_tenant_deleted)
    permissions, numbers = routing.outbound.permissions, routing.outbound.numbers
    outbox.subscribe(ExtensionDeleted, permissions.on_extension_deleted)
    outbox.subscribe(ExtensionDeleted, numbers.on_extension_deleted, purpose="telephony")
    outbox.subscribe(DestinationDeleted, numbers.on_destination_deleted, purpose="telephony")
    outbox.subscribe(TenantDeleted, permissions.on_tenant_deleted)
    outbox.subscribe(TenantDeleted, routing.menus.on_tenant_deleted)
    outbox.subscribe(ExtensionDeleted, routing.groups.on_extension_deleted, purpose="telephony")
    outbox.subscribe(TenantDeleted, routing.groups.on_tenant_deleted)
    outbox.subscribe(ExtensionDeleted, routing.presence.on_extension_deleted)
    outbox.subscribe(TenantDeleted, routing.presence.on_tenant_deleted)
    outbox.subscribe(TenantDeleted, routing.hours.on_tenant_deleted)
    outbox.subscribe(TenantDeleted, routing.codes.on_tenant_deleted)
    outbox.subscribe(ExtensionDeleted, routing.speed_dials.on_extension_deleted)
    outbox.subscribe(TenantDeleted, routing.speed_dials.on_tenant_deleted)
    outbox.subscribe(ExtensionDeleted, routing.locations.on_extension_deleted)
    outbox.subscribe(TenantDeleted, routing.locations.on_tenant_deleted)


def _subscribe_services_of_people(container: Container) -> None:
    container.outbox.subscribe(PersonClosed, container.support.on_person_closed)
    container.outbox.subscribe(PersonClosed, container.reports.schedules.on_person_closed)
    container.outbox.subscribe(TenantDeleted, container.support.on_tenant_deleted)
    container.outbox.subscribe(TenantDeleted, container.chat.on_tenant_deleted)
    container.outbox.subscribe(SessionEnded, container.chat.on_session_ended)
    container.outbox.subscribe(OutsideCallRecorded, container.billing.rating.on_outside_call)
    container.outbox.subscribe(TenantDeleted, container.billing.on_tenant_deleted)
    container.outbox.subscribe(PersonClosed, container.routing.contacts.on_person_closed)
    container.outbox.subscribe(TenantDeleted, container.routing.contacts.on_tenant_deleted)
    copies = DeviceCopies(container.routing.contacts, container.consents)
    container.consents.on_end("contact_sync", copies.on_consent_ended)
    container.outbox.subscribe(TenantDeleted, container.chat.attachments.on_tenant_deleted)
    container.outbox.subscribe(TenantDeleted, container.rights.retention.on_tenant_deleted)
    container.outbox.subscribe(TenantDeleted, container.webhooks.on_tenant_deleted)
    for reported in SOURCES:
        container.outbox.subscribe(reported, container.webhooks.on_event, purpose="administration")


def _subscribe_conferences(container: Container) -> None:
    rooms, invitations = container.conference_rooms, container.invitations
    container.outbox.subscribe(ExtensionDeleted, rooms.on_extension_deleted, purpose="telephony")
    container.outbox.subscribe(ExtensionDeleted, invitations.on_extension_deleted)
    container.outbox.subscribe(TenantDeleted, rooms.on_tenant_deleted)
