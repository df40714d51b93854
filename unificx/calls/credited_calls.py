"""Live calls that cost a tenant something, for credit control."""

from collections.abc import Callable, Sequence

from unificx.calls.call_control import CallControl
from unificx.calls.credit import credited_legs
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Talking
from unificx.calls.schemas import CreditedLeg
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine


class CreditedCalls:
    """The live calls of this node. Unknown call ids are ignored.

    `on_playback` is called when a tone of so many seconds is played to a leg, because it replaces hold music.
    """

    def __init__(self, calls: CallControl, player: RtpEngine, on_playback: Callable[[str, str, float], None]) -> None:
        self._calls, self._player, self._on_playback = calls, player, on_playback

    def legs(self, is_limited: Callable[[str], bool]) -> Sequence[CreditedLeg]:
        """Return the live legs outside of the tenants for which `is_limited` holds."""
        calls = [call for call in self._calls.of_tenant(None) if is_limited(call.caller.tenant_id)]
        return [leg for call in calls for leg in credited_legs(call)]

    def end(self, call_id: str) -> None:
        """End a call because its credit is used up."""
        self._calls.end(call_id, Cause.CREDIT_USED_UP)

    async def warn(self, call_id: str, tone: Sound) -> None:
        """Play a tone to the parties of a call that are not outside. Raises media.MediaUnavailable."""
        call = self._calls.find(call_id)
        state = call.state if call is not None else None
        if call is None or not isinstance(state, Talking):
            return
        for name in (CALLER, state.callee):
            leg = call.leg(name)
            if leg is not None and call.participant(name).outside is None and not call.is_app(name):
                seconds = await self._player.play(call.anchor_id(state.callee), leg.id, tone)
                self._on_playback(call_id, leg.id, seconds)
