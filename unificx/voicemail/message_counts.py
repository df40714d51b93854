"""Message counts of mailboxes, in memory: read by every phone's MWI subscription."""

import asyncio
from dataclasses import dataclass

from unificx.db import Database
from unificx.voicemail import message_repository


@dataclass(frozen=True, slots=True)
class Waits:
    """Message counts of a mailbox, without archived messages."""

    new: int = 0
    old: int = 0

    def __add__(self, other: "Waits") -> "Waits":
        return Waits(self.new + other.new, self.old + other.old)


class Waiting:
    """Counts by mailbox; mailboxes without messages are not stored."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boxes: dict[str, Waits] = {}
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        async with self._database.read() as session:
            found = await message_repository.waiting(session)
        self._boxes = {box: Waits(*counts) for box, counts in found.items()}

    def of(self, box_id: str) -> Waits:
        return self._boxes.get(box_id, Waits())

    def forget(self, box_id: str) -> None:
        """Remove a deleted mailbox."""
        self._boxes.pop(box_id, None)

    async def count(self, tenant_id: str, box_id: str) -> None:
        """Recount one mailbox. Serialized, so that the latest read wins."""
        async with self._turn, self._database.read() as session:
            found = Waits(*await message_repository.waiting_in(session, tenant_id, box_id))
            if found == Waits():
                self._boxes.pop(box_id, None)
            else:
                self._boxes[box_id] = found
