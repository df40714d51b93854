"""Chat of an installation."""

from unificx.chat.conversations import Conversations
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.encryption import Encryption
from unificx.chat.messages import Messages
from unificx.db import UnitOfWork
from unificx.identity.events import SessionEnded, TenantDeleted


class Chat:
    """Conversations and their messages."""

    def __init__(self, deps: ChatDependencies) -> None:
        self.deps = deps
        self.conversations = Conversations(deps)
        self.messages = Messages(deps)
        self.encryption = Encryption(deps)
        self.attachments = deps.attachments

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the conversations of a deleted tenant. Outbox handler."""
        await self.conversations.delete_of_tenant(uow, event.tenant)

    async def on_session_ended(self, event: SessionEnded, uow: UnitOfWork) -> None:
        """Delete the device of a session that has ended. Outbox handler."""
        await self.encryption.session_ended(uow, event.tenant, event.person_id, event.session_id)
