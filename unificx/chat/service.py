"""Chat of an installation."""

from unificx.chat.conversations import Conversations
from unificx.chat.messages import Messages
from unificx.chat.parts import ChatParts
from unificx.db import UnitOfWork
from unificx.identity.events import TenantDeleted


class Chat:
    """Conversations and their messages."""

    def __init__(self, parts: ChatParts) -> None:
        self.parts = parts
        self.conversations = Conversations(parts)
        self.messages = Messages(parts)
        self.attachments = parts.attachments

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the conversations of a deleted tenant. Outbox handler."""
        await self.conversations.delete_of_tenant(uow, event.tenant)
