"""End of call records: network addresses first, the records long after."""

from collections.abc import Sequence

from unificx.cdr import retention_repository
from unificx.db import Database
from unificx.privacy import Expiry


def call_record_expiries(database: Database) -> tuple[Expiry, ...]:
    async def drop_addresses(tenant_id: str, party_ids: Sequence[str]) -> None:
        async with database.begin() as uow:
            await retention_repository.drop_addresses(uow.session, tenant_id, party_ids)

    async def drop_calls(tenant_id: str, call_ids: Sequence[str]) -> None:
        async with database.begin() as uow:
            await retention_repository.drop_calls(uow.session, tenant_id, call_ids)

    return (
        Expiry("address", "network addresses of calls", retention_repository.addresses, drop_addresses),
        Expiry("history", "calls", retention_repository.calls, drop_calls),
    )
