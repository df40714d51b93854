"""Cleanup: periodic maintenance."""

import asyncio
from functools import partial

from unificx.audio_store import UnusedAudio
from unificx.core.access import current_access, stating
from unificx.privacy import OrphanSweep
from unificx.server.announcements import Announcements
from unificx.server.container import Container
from unificx.server.dunning_notices import DunningNotices
from unificx.server.erasure_completion import ErasureCompletion
from unificx.server.errands import Errands
from unificx.server.invoice_emails import InvoiceEmails
from unificx.server.stored_media import stored_media
from unificx.server.trial_emails import TrialEmails

CLEANUP_INTERVAL = 300.0
HEAD_INTERVAL = 3600.0


class Cleanup:
    """`run` does maintenance until cancelled, `close` finishes pending work."""

    _next_head = 0.0

    def __init__(self, container: Container, erasures: ErasureCompletion, errands: Errands) -> None:
        self._container = container
        self._erasures = erasures
        self._errands = errands
        self._unused_audio = UnusedAudio(container.database, container.audio)
        self._orphans = OrphanSweep(container.database, container.keys, container.identity.directory.tenants)

    async def run(self) -> None:
        """Run periodic maintenance. One node does, that holds the lease of it."""
        measure = partial(stored_media, self._container.database, self._container.audio)
        while True:
            await asyncio.sleep(CLEANUP_INTERVAL)
            for work in (
                self._container.identity.clean_up,
                self._keep_requests,
                self._container.access_copies.delete_expired,
                self._container.retention.run,
                self._container.holds.check_reviews,
                self._container.rotation.run,
                self._container.push.start,
                self._container.notifications.preferences.start,
                self._container.email_queue.delete_expired,
                self._container.idempotency.sweep,
                self._container.chat.attachments.sweep,
                self._sweep_audio,
                self._sweep_meetings,
                self._sweep_orphans,
                self._erasures.erase_due,
                self._container.erasures.resume,
                self._send_heads,
                self._container.billing.counts.store_if_due,
                partial(self._container.billing.storage.measure_if_due, measure),
                self._issue_invoices,
                self._send_invoices,
                self._container.reports.send_due,
                Announcements(self._container).send_due,
                self._erasures.repeat,
                self._container.erasures.store_applied,
            ):
                await self._errands.run(work())

    async def close(self) -> None:
        """Finish pending work."""
        await self._errands.join()
        await self._container.billing.runs.close()
        await self._container.chat.attachments.close()
        await self._container.identity.join_background_tasks()
        await self._container.identity.clean_up()
        await self._errands.run(self._container.accesses.store_all())
        await self._errands.run(self._container.erasures.store_applied())
        await self._errands.run(self._container.billing.counts.store())

    async def _issue_invoices(self) -> None:
        with stating(current_access().to("billing")):
            await self._container.billing.runs.resume()

    async def _send_invoices(self) -> None:
        accounts, notifications = self._container.rights.accounts, self._container.notification_service
        with stating(current_access().to("billing")):
            await InvoiceEmails(self._container.billing, accounts, notifications).send_due()
            await DunningNotices(self._container.billing, accounts, notifications).send_due()
            await TrialEmails(self._container.billing, accounts, notifications).send_due()
            await self._container.billing.cards.close_pages()

    async def _keep_requests(self) -> None:
        with stating(current_access().to("requests")):
            if await self._container.retention.trusts_clock():
                await self._container.rights.retention.delete_expired()
            await self._container.rights.remind()
            await self._container.rights.expire_sign_ups()

    async def _send_heads(self) -> None:
        """Sign the audit log every hour, and let its head be written outside."""
        now = self._container.clock.monotonic()
        if now >= self._next_head:
            await self._container.audit.tree.send_heads()
            self._next_head = now + HEAD_INTERVAL

    async def _sweep_meetings(self) -> None:
        await self._container.conference_rooms.delete_ended()
        await self._container.guests.sweep()

    async def _sweep_audio(self) -> None:
        """Not while an operator has to check the clock."""
        if await self._container.retention.trusts_clock():
            await self._unused_audio.run()

    async def _sweep_orphans(self) -> None:
        """Not while records wait outside the database, or an operator has to check the clock."""
        if not self._container.spool.parked() and self._container.retention.status.waiting_since is None:
            await self._orphans.run()
