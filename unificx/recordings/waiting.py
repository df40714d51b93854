"""How many messages wait in each mailbox, in memory: a thousand phones that come back at once ask for it."""

import asyncio
from dataclasses import dataclass

from unificx.recordings import messages
from unificx.store import Database


@dataclass(frozen=True, slots=True)
class Waits:
    """Messages in a mailbox, not those that were put away."""

    new: int = 0
    old: int = 0

    def __add__(self, other: "Waits") -> "Waits":
        return Waits(self.new + other.new, self.old + other.old)


class Waiting:
    """Mailboxes by extension; one without messages is not held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boxes: dict[str, Waits] = {}
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        async with self._database.read() as session:
            found = await messages.waiting(session)
        self._boxes = {box: Waits(*counts) for box, counts in found.items()}

    def of(self, box_id: str) -> Waits:
        return self._boxes.get(box_id, Waits())

    def forget(self, box_id: str) -> None:
        """The mailbox is no more."""
        self._boxes.pop(box_id, None)

    async def count(self, tenant_id: str, box_id: str) -> None:
        """Count one mailbox anew: what is read last is what stays."""
        async with self._turn, self._database.read() as session:
            found = Waits(*await messages.waiting_in(session, tenant_id, box_id))
            if found == Waits():
                self._boxes.pop(box_id, None)
            else:
                self._boxes[box_id] = found
