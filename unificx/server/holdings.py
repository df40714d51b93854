"""The holdings of all areas: the one list for planning, erasing and looking again. Access is cut first."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.archive import copy_holding
from unificx.attachments import attachment_holding
from unificx.audio_store import sound_holding
from unificx.billing import billing_holding
from unificx.cdr import call_record_holding
from unificx.chat import chat_holding
from unificx.conferencing import room_holding
from unificx.contacts import contact_holding
from unificx.identity import account_holding
from unificx.locations import location_holding
from unificx.notifications import notification_holding
from unificx.presence import presence_holding
from unificx.privacy import DataSubject, Holding, access_holding, audit_holding, consent_holding
from unificx.provisioning import phone_settings_holding
from unificx.queues import queue_holding
from unificx.recording import recording_holding
from unificx.registrar import registration_holding
from unificx.routing import routing_holding
from unificx.speed_dials import speed_dial_holding
from unificx.support import report_holding
from unificx.support.rights import request_holding
from unificx.voicemail import mailbox_holding

if TYPE_CHECKING:
    from unificx.server.container import Container


def all_holdings(container: "Container") -> Sequence[Holding]:
    """Return what is erased of a person, in order."""
    database, routing = container.database, container.routing
    return (
        account_holding(database, container.identity.users),
        registration_holding(database),
        mailbox_holding(database, container.mailboxes),
        sound_holding(database, container.audio),
        recording_holding(database, container.archive),
        call_record_holding(database, container.history),
        billing_holding(database, container.billing.invoices),
        attachment_holding(database, container.chat.attachments),
        chat_holding(database, container.chat.conversations),
        contact_holding(database, container.routing.contacts),
        presence_holding(database, routing.presence),
        speed_dial_holding(database, routing.speed_dials),
        location_holding(database, routing.locations),
        routing_holding(database),
        room_holding(database, container.invitations),
        consent_holding(database, container.consents),
        queue_holding(database, routing.queues.history),
        phone_settings_holding(database, container.phone_settings),
        notification_holding(database, container.push),
        report_holding(database, container.support),
        request_holding(database, container.rights.retention),
        copy_holding(container.access_copies),
        audit_holding(database, container.audit),
        access_holding(database, container.accesses),
    )


class ConnectedAreas:
    """Implements `privacy.Installation`."""

    def __init__(self, container: "Container") -> None:
        self._container = container

    async def check(self, owner: DataSubject) -> None:
        if owner.person_id:
            await self._container.identity.users.require_erasable(owner)

    async def admit(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        if owner.person_id:
            await self._container.identity.users.require_other(session, owner, leaving)

    async def settle(self) -> None:
        await self._container.spool.drain()
        await self._container.outbox.deliver()

    def extensions(self, owner: DataSubject) -> tuple[str, ...]:
        return self._container.identity.directory.extension_ids_of(owner.person_id) if owner.person_id else ()
