"""Intercom and paging: the phones of extensions answer by themselves and play the voice of the calling extension.

Each called extension gets a call of its own, which enters a room of the mixer after a tone. In a page it is muted.
Everything ends with the call of the extension that started it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from unificx.callapps.call import App, Call
from unificx.callapps.ringback import ringback
from unificx.callapps.tones import tone
from unificx.calls import CallControl, Origination
from unificx.core.errors import DomainError
from unificx.identity import DirectoryCache, Extension
from unificx.registrar import Caller

INTERCOM, PAGING, PAGED = "intercom", "paging", "paged"
"""Apps: call one extension, call all members of a group, and the app of the called extensions."""
MAX_PAGED = 50
"""Extensions that one page calls; each is a call of its own."""
BUSY_HERE = 486
ATTENTION = (880, 0.3)
"""Frequency (Hz) and duration (seconds) of the tone that a called extension hears first."""


@dataclass(slots=True)
class _Page:
    """A page: the ids of its calls that have not ended, and whether the first one has entered and the last one left."""

    calls: set[str] = field(default_factory=set[str])
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def left(self, call_id: str) -> None:
        self.calls.discard(call_id)
        if not self.calls:
            self.over.set()


class Paging:
    """Intercom calls and pages. `members` returns the extensions of the group with a number, `is_reachable` whether an
    extension has a phone that can be called now, `is_free` whether it takes such a call: it is in no other one and may
    be disturbed."""

    def __init__(
        self,
        directory: DirectoryCache,
        members: Callable[[str, str], Sequence[str]],
        is_reachable: Callable[[str], bool],
        is_free: Callable[[str], bool],
        calls: CallControl,
    ) -> None:
        self._calls = calls
        self._directory = directory
        self._members = members
        self._is_reachable = is_reachable
        self._is_free = is_free
        # Owner: the node that holds the calls: those of a page are on one node.
        self._pages: dict[str, _Page] = {}

    def apps(self) -> tuple[App, App, App]:
        """The three apps."""
        return App.of_feature(INTERCOM, self._intercom), App.of_feature(PAGING, self._page), App(PAGED, self._listen)

    async def _intercom(self, call: Call) -> None:
        """Talk to the extension that was dialled after the code. A busy one is not called. The record of the call to it
        stands for both calls."""
        called = self._directory.extension(call.caller.tenant_id, "".join(call.arguments))
        await self._call_all(call, [called] if called is not None else [], muted=False)

    async def _page(self, call: Call) -> None:
        """Speak to the members of the group that was dialled after the code, as far as they are free."""
        ids = self._members(call.caller.tenant_id, "".join(call.arguments))
        found = [self._directory.extension_by_id(each) for each in ids]
        await self._call_all(call, [each for each in found if each is not None], muted=True)

    async def _call_all(self, call: Call, called: Sequence[Extension], *, muted: bool) -> None:
        """Call those that are free. If there is none, the call is rejected: as busy if one has a phone."""
        caller = self._directory.extension_by_id(call.caller.extension_id)
        if caller is None:
            return
        others = [each for each in called if each.id != caller.id and self._is_reachable(each.id)]
        free = [each for each in others if self._is_free(each.id)]
        room = f"page/{call.leg}"
        page = self._pages[room] = _Page()
        arguments, recorded = (room, "muted" if muted else "heard"), "" if muted else call.id
        shown = Caller.of(caller, name=self._directory.display_name(caller))
        try:
            for each in free[:MAX_PAGED]:
                with contextlib.suppress(DomainError):  # no phone of it can be called
                    origin = Origination(shown, PAGED, arguments, each.number, auto_answer=True, recorded_for=recorded)
                    page.calls.add(self._calls.originate(origin))
            if page.calls:
                await self._speak(call, room, page)
            elif len(free) < len(others):
                call.session.hang_up(BUSY_HERE)
        finally:
            del self._pages[room]
            for call_id in tuple(page.calls):
                self._calls.end(call_id)

    async def _speak(self, call: Call, room: str, page: _Page) -> None:
        """Let the caller wait for the first extension, and speak until all have left."""
        waiting = [asyncio.ensure_future(each.wait()) for each in (page.entered, page.over)]
        ringing = asyncio.ensure_future(ringback(call))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (*waiting, ringing):
                each.cancel()
            await asyncio.wait((*waiting, ringing))
        if not page.over.is_set():
            await call.play("beep")
            call.join(room)
            await page.over.wait()

    async def _listen(self, call: Call) -> None:
        """Let a called extension hear the tone, then the room."""
        room, role = call.arguments
        page = self._pages.get(room)
        if page is None:
            return
        try:
            await call.play(tone(*ATTENTION))
            call.join(room, muted=role == "muted")
            page.entered.set()
            await asyncio.Event().wait()
        finally:
            page.left(call.id)
