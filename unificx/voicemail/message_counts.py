"""Message counts of mailboxes, in memory: read by every phone's MWI subscription."""

import asyncio
from dataclasses import dataclass

from unificx.db import Database
from unificx.voicemail import message_repository


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """Message counts of a mailbox, without archived messages."""

    new: int = 0
    old: int = 0

    def __add__(self, other: "MessageCounts") -> "MessageCounts":
        return MessageCounts(self.new + other.new, self.old + other.old)


class MessageCountCache:
    """Counts by mailbox; mailboxes without messages are not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Owner: the database. A copy of this node, counted again after each change.
        self._boxes: dict[str, MessageCounts] = {}
        self._lock = asyncio.Lock()  # orders the reads of this node

    async def start(self) -> None:
        async with self._database.read() as session:
            found = await message_repository.count_all(session)
        self._boxes = {box: MessageCounts(*counts) for box, counts in found.items()}

    def get(self, box_id: str) -> MessageCounts:
        return self._boxes.get(box_id, MessageCounts())

    def discard(self, box_id: str) -> None:
        """Remove a deleted mailbox."""
        self._boxes.pop(box_id, None)

    async def refresh(self, tenant_id: str, box_id: str) -> None:
        """Recount one mailbox. Serialized, so that the latest read wins."""
        async with self._lock, self._database.read() as session:
            found = MessageCounts(*await message_repository.count_in(session, tenant_id, box_id))
            if found == MessageCounts():
                self._boxes.pop(box_id, None)
            else:
                self._boxes[box_id] = found
