"""Data of a person in this area: addresses of their registered devices."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.registrar import repository
from unificx.registrar.models import BindingRow


def registration_holding(database: Database) -> Holding:
    """Bindings in memory end with their devices (`DeviceRevoked`)."""

    async def erase(tenant_id: str, subject: str) -> None:
        async with database.begin() as uow:
            await repository.delete_of_subject(uow.session, tenant_id, subject)

    return RowHolding(database, "registrar", {BindingRow: "registrations"}, erase)
