"""Live calls that cost a tenant something, for credit control."""

from collections.abc import Callable, Sequence

from unificx.calls.credit import credited_legs
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Talking
from unificx.calls.manager import CallManager
from unificx.calls.music_on_hold import SoundPlayer
from unificx.calls.schemas import CreditedLeg
from unificx.media.sounds import Sound


class CreditedCalls:
    """The live calls of a manager. Unknown call ids are ignored."""

    def __init__(self, manager: CallManager, player: SoundPlayer) -> None:
        self._manager, self._player = manager, player

    def legs(self, is_limited: Callable[[str], bool]) -> Sequence[CreditedLeg]:
        """Return the live legs outside of the tenants for which `is_limited` holds."""
        calls = [call for call in self._manager.calls.values() if is_limited(call.caller.tenant_id)]
        return [leg for call in calls for leg in credited_legs(call)]

    def end(self, call_id: str) -> None:
        """End a call because its credit is used up."""
        self._manager.hang_up(call_id, cause=Cause.CREDIT_USED_UP)

    async def warn(self, call_id: str, tone: Sound) -> None:
        """Play a tone to the parties of a call that are not outside. Raises media.MediaUnavailable."""
        call = self._manager.calls.get(call_id)
        state = call.state if call is not None else None
        if call is None or not isinstance(state, Talking):
            return
        for name in (CALLER, state.callee):
            leg = call.leg(name)
            if leg is not None and call.participant(name).outside is None and not call.is_app(name):
                await self._player.play(call.anchor_id(state.callee), leg.id, tone)
