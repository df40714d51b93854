"""Data of a person in this area: what they have written, their reactions and the conversations they are in.

An access copy has what the person has written. Messages of others are data of the others too; the person sees them
in the app as long as they are there.
"""

from collections.abc import Mapping, Sequence

from unificx.chat import repository
from unificx.chat.conversations import Conversations
from unificx.chat.models import ChatMessageRow, ConversationMemberRow, ReactionRow
from unificx.db import Database
from unificx.privacy import DataSubject, Export, Holding, KeyStore, RowExporter, RowHolding

_MEMBERSHIPS = "conversations"


class ChatHolding:
    """Implements `privacy.Holding`: sealed rows, and rows of members, which have nothing sealed."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        sealed = {ChatMessageRow: "messages in conversations", ReactionRow: "reactions to messages"}
        self._rows = RowHolding(database, "chat", sealed, conversations.erase)
        self.area, self.tables, self.retained = self._rows.area, self._rows.tables, self._rows.retained

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        async with self._database.read() as session:
            count = await repository.count_memberships(session, owner.tenant_id, owner.subject)
        return {**await self._rows.find(owner), _MEMBERSHIPS: count}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        members = RowExporter(self._database, keys, ConversationMemberRow)
        return [*self._rows.export(owner, keys), members.where(_MEMBERSHIPS, owner, "subject_id", (owner.subject,))]

    async def erase(self, owner: DataSubject) -> None:
        await self._rows.erase(owner)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)


def chat_holding(database: Database, conversations: Conversations) -> Holding:
    return ChatHolding(database, conversations)
