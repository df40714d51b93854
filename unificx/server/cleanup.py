"""Cleanup: reactions of the areas to events of others, and periodic maintenance."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog

from unificx.audio_store import audio_id_of
from unificx.cdr import CallErasure, call_id_of
from unificx.cdr.events import OutsideCallRecorded
from unificx.conferencing import Room, is_unmarked
from unificx.conferencing.events import ConferenceChanged, ParticipantAdmitted, ParticipantRemoved
from unificx.contacts import DeviceCopies
from unificx.core.access import Access, current_access, stating
from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
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
from unificx.privacy import DataSubject, ErasureSchedules, HoldReleased, OrphanSweep
from unificx.privacy.events import SubjectErased
from unificx.registrar.events import DeviceRegistered
from unificx.routing.events import DestinationDeleted
from unificx.server.announcements import Announcements
from unificx.server.closed_tenants import ClosedTenants
from unificx.server.container import Container
from unificx.server.dunning_notices import DunningNotices
from unificx.server.invoice_emails import InvoiceEmails
from unificx.server.stored_media import stored_media
from unificx.server.trial_emails import TrialEmails
from unificx.server.voicemail_email import send_voicemail_emails
from unificx.sip.uri import clear_uri_cache
from unificx.voicemail.events import MessageLeft
from unificx.webhooks import SOURCES

log = structlog.get_logger()
CLEANUP_INTERVAL = 300.0
HEAD_INTERVAL = 3600.0


class Cleanup:
    """Subscribes to bus and outbox; `run` does maintenance until cancelled, `close` finishes pending work."""

    _next_head = 0.0

    def __init__(self, container: Container) -> None:
        self._container = container
        self._tasks = BackgroundTasks(Access("administration", "cleanup"))
        # Owner: the erasure journal; a copy of the node that holds the lease of the cleanup.
        self._incomplete: dict[str, SubjectErased] = {}
        """Erased subjects by erasure id; the database may still contain data about them."""
        self._orphans = OrphanSweep(container.database, container.keys, container.identity.directory.tenants)
        bus, registrar, now = container.bus, container.registrar, container.clock.monotonic
        bus.subscribe(DeviceRegistered, lambda event: container.identity.devices.mark_used(event.device_id))
        bus.subscribe(DeviceRevoked, lambda event: registrar.remove_device(event.device_id, now()))
        bus.subscribe(ExtensionDeleted, lambda event: registrar.remove_extension(event.extension_id, now()))
        for kind in (PersonClosed, PersonSuspended, TenantSuspended, TenantDeleted):
            # The directory changes right after the bus handlers have run: check then.
            bus.subscribe(kind, lambda event: self._start_task(self._review_registrations()))
        bus.subscribe(SubjectErased, self._on_erased)
        bus.subscribe(SessionEnded, lambda event: container.push.session_ended(event.session_id))
        for kind in (PersonClosed, PersonSuspended):
            bus.subscribe(kind, lambda event: container.push.person_closed(event.person_id))
        bus.subscribe(TenantDeleted, lambda event: container.push.tenant_deleted(event.tenant))
        bus.subscribe(ParticipantRemoved, container.guests.on_removed)
        bus.subscribe(ParticipantAdmitted, container.guests.on_admitted)
        bus.subscribe(ConferenceChanged, lambda event: self._note_use(event.room))
        bus.subscribe(MessageLeft, lambda _: container.transcription.wake())
        container.outbox.subscribe(MessageLeft, self._on_message_left, purpose="telephony")
        container.outbox.subscribe(TenantDeleted, container.history.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, self._on_tenant_deleted)
        _subscribe_conferences(container)
        self._subscribe_privacy(container)
        container.outbox.subscribe(TenantDeleted, container.idempotency.delete_affected)
        container.outbox.subscribe(PersonClosed, container.idempotency.delete_affected)
        container.outbox.subscribe(ExtensionDeleted, container.mailboxes.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.mailboxes.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, container.custom_sounds.on_tenant_deleted)
        container.outbox.subscribe(ExtensionDeleted, container.archive.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.archive.on_tenant_deleted)
        container.outbox.subscribe(DeviceRevoked, container.phone_settings.on_device_revoked)
        container.outbox.subscribe(ExtensionDeleted, container.phone_settings.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.phone_settings.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, container.trunks.on_tenant_deleted)
        queues = container.routing.queues.service
        container.outbox.subscribe(ExtensionDeleted, queues.on_extension_deleted, purpose="telephony")
        container.outbox.subscribe(TenantDeleted, queues.on_tenant_deleted)
        _subscribe_outbound(container)
        container.outbox.subscribe(TenantDeleted, container.routing.menus.on_tenant_deleted)
        container.outbox.subscribe(ExtensionDeleted, container.routing.groups.on_extension_deleted, purpose="telephony")
        container.outbox.subscribe(TenantDeleted, container.routing.groups.on_tenant_deleted)
        container.outbox.subscribe(ExtensionDeleted, container.routing.presence.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.routing.presence.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, container.routing.hours.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, container.routing.codes.on_tenant_deleted)
        container.outbox.subscribe(ExtensionDeleted, container.routing.speed_dials.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.routing.speed_dials.on_tenant_deleted)
        container.outbox.subscribe(TenantDeleted, container.resellers.on_tenant_deleted)
        container.outbox.subscribe(ExtensionDeleted, container.routing.locations.on_extension_deleted)
        container.outbox.subscribe(TenantDeleted, container.routing.locations.on_tenant_deleted)
        _subscribe_services_of_people(container)

    def _subscribe_privacy(self, container: Container) -> None:
        parts = (container.erasures, container.periods, container.holds, container.audit, container.access_copies)
        for part in (*parts, container.consents, container.accesses):
            container.outbox.subscribe(TenantDeleted, part.on_tenant_deleted)
        container.bus.subscribe(HoldReleased, lambda event: self._start_task(container.erasures.resume()))

    async def start(self) -> None:
        """Complete erasures that are unfinished after a restart or a restored backup; write missing receipts."""
        self._start_task(self._complete_erasures())
        self._start_task(self._delete_orphans())

    async def _delete_orphans(self) -> None:
        await self._container.chat.attachments.delete_orphans()

    async def _complete_erasures(self) -> None:
        container = self._container
        sounds: defaultdict[str, list[str]] = defaultdict(list)
        calls: defaultdict[str, list[str]] = defaultdict(list)
        for erased in container.erasure.unfinished():
            sound, call = audio_id_of(erased.subject), call_id_of(erased.subject)
            if sound is not None:
                sounds[erased.tenant].append(sound)
            elif call is not None:
                calls[erased.tenant].append(call)
            elif erased.subject:
                self._incomplete[erased.id] = erased
            else:
                await self._run_safely(self._delete_tenant(erased.tenant))
        for erased in list(self._incomplete.values()):
            await self._run_safely(self._erase_everywhere(erased))
        for tenant_id, audio_ids in sounds.items():
            await self._run_safely(container.audio.complete_erasure(tenant_id, audio_ids))
        call_erasure = CallErasure(container.database, container.erasure, container.bus.publish)
        for tenant_id, call_ids in calls.items():
            await self._run_safely(call_erasure.complete(tenant_id, call_ids))
        await self._run_safely(self._erase_due())
        await self._run_safely(container.erasures.resume())
        await self._run_safely(container.holds.check_reviews())
        await self._run_safely(container.erasures.store_applied())

    async def _delete_tenant(self, tenant_id: str) -> None:
        """Delete a tenant that a restored database brought back."""
        if self._container.identity.directory.tenant(tenant_id) is not None:
            await self._container.identity.tenants.delete(tenant_id, despite_holds=True)
        self._container.erasure.finish(tenant_id, "")

    async def run(self) -> None:
        """Run periodic maintenance. One node does, that holds the lease of it."""
        measure = partial(stored_media, self._container.database, self._container.audio)
        while True:
            await asyncio.sleep(CLEANUP_INTERVAL)
            for work in (
                self._container.identity.clean_up,
                self._keep_requests,
                self._container.access_copies.delete_expired,
                self._container.archive.store_unfinished,
                self._container.retention.run,
                self._container.holds.check_reviews,
                self._container.rotation.run,
                self._container.push.start,
                self._container.notifications.preferences.start,
                self._container.email_queue.delete_expired,
                self._container.idempotency.sweep,
                self._container.chat.attachments.sweep,
                self._sweep_meetings,
                self._sweep_orphans,
                self._erase_due,
                self._container.erasures.resume,
                self._send_heads,
                self._container.billing.counts.store_if_due,
                partial(self._container.billing.storage.measure_if_due, measure),
                self._issue_invoices,
                self._send_invoices,
                self._container.reports.send_due,
                Announcements(self._container).send_due,
                *(partial(self._erase_everywhere, each) for each in self._incomplete.values()),
                self._container.erasures.store_applied,
            ):
                await self._run_safely(work())

    async def close(self) -> None:
        """Finish pending work."""
        await self._tasks.join()
        await self._container.billing.runs.close()
        await self._container.chat.attachments.close()
        await self._container.identity.join_background_tasks()
        await self._container.identity.clean_up()
        await self._run_safely(self._container.accesses.store_all())
        await self._run_safely(self._container.erasures.store_applied())
        await self._run_safely(self._container.billing.counts.store())

    async def _issue_invoices(self) -> None:
        with stating(current_access().to("billing")):
            await self._container.billing.runs.resume()

    async def _send_invoices(self) -> None:
        accounts, notifications = self._container.rights.accounts, self._container.notification_service
        with stating(current_access().to("billing")):
            await InvoiceEmails(self._container.billing, accounts, notifications).send_due()
            await DunningNotices(self._container.billing, accounts, notifications).send_due()
            await self._container.billing.cards.close_pages()
            await TrialEmails(self._container.billing, accounts, notifications).send_due()

    async def _keep_requests(self) -> None:
        with stating(current_access().to("requests")):
            if await self._container.retention.trusts_clock():
                await self._container.rights.retention.delete_expired()
            await self._container.rights.remind()
            await self._container.rights.expire_sign_ups()

    async def _erase_due(self) -> None:
        """Erase people and tenants whose days have passed. Not while an operator has to check the clock."""
        if await self._container.retention.trusts_clock():
            await self._run_safely(ErasureSchedules(self._container.erasures).begin_due())
            await self._run_safely(ClosedTenants(self._container).erase_due())

    async def _send_heads(self) -> None:
        """Sign the audit log every hour, and let its head be written outside."""
        now = self._container.clock.monotonic()
        if now >= self._next_head:
            await self._container.audit.tree.send_heads()
            self._next_head = now + HEAD_INTERVAL

    def _note_use(self, room: Room) -> None:
        known = self._container.conference_rooms.by_id(room.id)
        if known is not None and is_unmarked(known, self._container.clock.now()):
            self._start_task(self._container.conference_rooms.mark_used(room))

    async def _sweep_meetings(self) -> None:
        await self._container.conference_rooms.delete_ended()
        await self._container.guests.sweep()

    async def _sweep_orphans(self) -> None:
        """Not while records wait outside the database, or an operator has to check the clock."""
        if not self._container.spool.parked() and self._container.retention.status.waiting_since is None:
            await self._orphans.run()

    def _on_erased(self, event: SubjectErased) -> None:
        """Erase in-memory copies at once, and the remaining rows. The key is destroyed already. For a single recording
        or call the caller of the erasure does the rest."""
        if audio_id_of(event.subject) is not None or call_id_of(event.subject) is not None:
            return
        self._container.identity.directory.evict_subject(event.subject)
        self._container.routing.presence.availability.drop_subject(event.subject)
        self._container.routing.speed_dials.drop_subject(event.subject)
        self._container.routing.locations.drop_subject(event.subject)
        self._container.consents.drop_subject(event.subject)
        self._container.notifications.preferences.drop_subject(event.subject)
        self._container.routing.contacts.drop_subject(event.subject)
        self._container.routing.queues.manager.anonymize(event.tenant, event.subject)
        clear_uri_cache()
        self._incomplete[event.id] = event
        self._start_task(self._erase_everywhere(event))

    async def _erase_everywhere(self, erased: SubjectErased) -> None:
        """Erase a subject in all areas, independently of each other; repeated periodically and after a restart until
        all have succeeded."""
        done = await self._container.erasures.erase_rows(DataSubject(erased.tenant, erased.subject))
        await self._review_registrations()
        if done:
            self._container.erasure.finish(erased.tenant, erased.subject)
            self._incomplete.pop(erased.id, None)
            await self._container.erasures.store_applied()

    async def _review_registrations(self) -> None:
        self._container.registrar.remove_disallowed(self._container.clock.monotonic())

    async def _on_message_left(self, event: MessageLeft, uow: UnitOfWork) -> None:
        await send_voicemail_emails(self._container, event, uow)

    async def _on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Record it in the erasure journal too, so that a restored backup cannot bring back the tenant's keys."""
        del uow
        self._container.erasure.erase_tenant(event.tenant)
        # Its rows are deleted, or will be by the handlers of the same event.
        self._container.erasure.finish(event.tenant, "")

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(self._run_safely(work))

    async def _run_safely(self, work: Coroutine[Any, Any, object]) -> None:
        await self._attempt(work)

    @staticmethod
    async def _attempt(work: Coroutine[Any, Any, object]) -> bool:
        try:
            await work
        except Exception as fault:
            log.error("errand_failed", **describe_fault(fault))
            return False
        return True


def _subscribe_outbound(container: Container) -> None:
    permissions, numbers = container.routing.outbound.permissions, container.routing.outbound.numbers
    container.outbox.subscribe(ExtensionDeleted, permissions.on_extension_deleted)
    container.outbox.subscribe(ExtensionDeleted, numbers.on_extension_deleted, purpose="telephony")
    container.outbox.subscribe(DestinationDeleted, numbers.on_destination_deleted, purpose="telephony")
    container.outbox.subscribe(TenantDeleted, permissions.on_tenant_deleted)


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
