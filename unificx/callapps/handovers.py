"""Changes of the party that an app talks to: by an attended transfer another one takes its place."""

import asyncio
from collections.abc import Callable

from unificx.callapps.media_session import AppMediaSession
from unificx.calls import ConnectRequest
from unificx.calls.events import Outcome
from unificx.routing import Plan


class Handovers:
    """Counts the changes. `next` waits for the one after the last that was seen."""

    def __init__(self) -> None:
        self.count = 0
        self.has_begun = False
        """Whether the app has met its first party."""
        self._seen = 0
        self._changed = asyncio.Event()

    def note(self) -> None:
        """Another party has taken the place of the one before."""
        self.count += 1
        self._changed.set()

    async def next(self) -> None:
        """Return as soon as there is a change that no call of this method has returned for."""
        while self._seen == self.count:
            self._changed.clear()
            await self._changed.wait()
        self._seen = self.count


async def connect_for_each_party(
    session: AppMediaSession, plan: Plan, displayed_name: str | Callable[[], str], handovers: Handovers
) -> Outcome:
    """Ring a plan, and again for a party that takes the place of the one before. Return why it did not answer."""
    while True:
        party, shown = handovers.count, displayed_name if isinstance(displayed_name, str) else displayed_name()
        outcome = await session.connect(ConnectRequest(plan, shown))
        if outcome != "cancelled" or handovers.count == party:
            return outcome
