"""End of sessions within a transaction of another service."""

from unificx.identity.events import SessionEnded
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.repository import sessions
from unificx.identity.store import IdentityStore, Transaction


class SessionCloser:
    """Ends sessions and deletes their SIP devices."""

    def __init__(self, store: IdentityStore, phones: PhoneRecords) -> None:
        self._clock = store.clock
        self._phones = phones

    async def end(
        self,
        tx: Transaction,
        tenant_id: str,
        person_id: str | None = None,
        *,
        only_session: str | None = None,
        except_session: str = "",
    ) -> int:
        """End the matching sessions and their SIP devices; return their number."""
        ended = await sessions.select_sessions(
            tx.session, tenant_id, person_id, only_session=only_session, except_session=except_session
        )
        for record in ended:
            await self.end_one(tx, record)
        return len(ended)

    async def end_one(self, tx: Transaction, ended: sessions.SessionRecord) -> None:
        """End a session and delete its SIP device."""
        await sessions.delete_session(tx.session, ended.tenant_id, ended.id)
        tx.publish(SessionEnded(self._clock.new_id(), ended.tenant_id, ended.id, ended.person_id, ended.device_id))
        if ended.device_id is not None:
            await self._phones.delete_session_device(tx, ended.tenant_id, ended.device_id)
