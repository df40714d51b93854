"""End of technical data: address and browser of a session, long before the session itself."""

from collections.abc import Sequence

from unificx.core.access import current_access, stating
from unificx.db import Database
from unificx.identity.repository import sessions
from unificx.privacy import Expiry, KeyStore


def session_expiries(database: Database, keys: KeyStore) -> tuple[Expiry, ...]:
    async def truncate(tenant_id: str, session_ids: Sequence[str]) -> None:
        with stating(current_access().to("security")):
            async with database.begin() as uow:
                await sessions.truncate(uow.session, keys, tenant_id, session_ids)

    return (Expiry("address", "network addresses of sign-ins", sessions.addressed, truncate),)
