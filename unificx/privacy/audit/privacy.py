"""Data of a person in this area: what opens the commitments to them in the audit log. The entries stay."""

from collections.abc import Sequence

from unificx.db import Database
from unificx.privacy.audit import repository
from unificx.privacy.audit.entries import PERIOD
from unificx.privacy.audit.log import AuditLog
from unificx.privacy.audit.models import AuditPartyRow
from unificx.privacy.holdings import Holding, RowHolding
from unificx.privacy.retention import Expiry


def audit_holding(database: Database, log: AuditLog) -> Holding:
    return RowHolding(database, "audit", {AuditPartyRow: "names in the audit log"}, log.erase_subject)


def audit_expiries(database: Database) -> tuple[Expiry, ...]:
    async def drop(tenant_id: str, ids: Sequence[str]) -> None:
        async with database.begin() as uow:
            await repository.drop_parties(uow.session, tenant_id, ids)

    return (Expiry("audit", "names in the audit log", repository.opened_parties, drop, lambda _: PERIOD),)
