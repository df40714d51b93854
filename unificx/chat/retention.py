"""End of messages: after the tenant's period, or earlier where their conversation has one."""

from collections.abc import Sequence

from unificx.attachments import Attachments
from unificx.chat import encryption_repository, message_repository
from unificx.db import Database
from unificx.privacy import Expiry, Period


def chat_expiries(database: Database, attachments: Attachments) -> tuple[Expiry, ...]:
    async def drop(tenant_id: str, message_ids: Sequence[str]) -> None:
        async with database.begin() as uow:
            await message_repository.delete_messages(uow.session, tenant_id, message_ids)
            await attachments.remove_of_messages(uow, tenant_id, message_ids)

    async def drop_changes(tenant_id: str, keys: Sequence[str]) -> None:
        async with database.begin() as uow:
            await encryption_repository.delete_changes(uow.session, tenant_id, keys)

    def at_once(tenant_id: str) -> Period:
        del tenant_id
        return Period()

    return (
        Expiry("message", "messages in conversations", message_repository.sent_rows, drop),
        Expiry("message", "changes of encrypted groups", encryption_repository.change_rows, drop_changes),
        Expiry("message", "disappearing messages", message_repository.expiring_rows, drop, at_once),
    )
