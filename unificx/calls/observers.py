"""Notifies call observers when the conversation of a call changes; evaluated after each step of the call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unificx.calls.call import Run
from unificx.calls.ports import Overhears
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.sdp_inspection import hears
from unificx.calls.rules.states import Ending, Over, Rebuild, Renewal, Talking
from unificx.calls.schemas import Talk, TalkLeg


class Several:
    """A `CallObserver` that forwards to several observers, in order."""

    def __init__(self, *observers: Overhears) -> None:
        self._those: Sequence[Overhears] = observers

    def talks(self, conversation: Talk) -> None:
        for each in self._those:
            each.talks(conversation)

    def apart(self, call_id: str) -> None:
        for each in self._those:
            each.apart(call_id)

    def pressed(self, call_id: str, tag: str, digit: str) -> None:
        for each in self._those:
            each.pressed(call_id, tag, digit)

    def over(self, call_id: str) -> bool:
        recorded = [each.over(call_id) for each in self._those]
        return any(recorded)


@dataclass(slots=True)
class Overhearing:
    """Notifies the observer and keeps the last notification of each call."""

    port: Overhears
    _told: dict[str, Talk | None] = field(default_factory=dict[str, Talk | None])
    _made: dict[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self._told) + len(self._made)

    def look(self, call: Run) -> None:
        """Notify the observer if the conversation has changed."""
        state = call.state
        if isinstance(state, Talking) and not call.apps.keys() & {CALLER, state.callee}:
            if not isinstance(state.exchange, Rebuild | Renewal):
                self._tell(call, state)
        elif self._told.get(call.id) is not None and not isinstance(state, Ending | Over):
            self._told[call.id] = None
            self.port.apart(call.id)

    def media_lost(self, call: Run) -> None:
        """Media must be re-anchored; the observer is notified when that is done."""
        if call.id in self._told:
            self._made[call.id] = self._made.get(call.id, 0) + 1

    def pressed(self, call: Run, tag: str, digit: str) -> None:
        """A leg sent a DTMF digit."""
        if self._told.get(call.id) is not None:
            self.port.pressed(call.id, tag, digit)

    def over(self, call: Run) -> bool:
        """The call has ended. Return whether any part of it was recorded."""
        self._made.pop(call.id, None)
        if call.id not in self._told:
            return False
        del self._told[call.id]
        return self.port.over(call.id)

    def _tell(self, call: Run, state: Talking) -> None:
        conversation = Talk(
            call_id=call.id,
            tenant_id=call.caller.tenant_id,
            anchor=call.anchor(state.callee),
            caller=_leg(call, CALLER, state.caller_sdp),
            callee=_leg(call, state.callee, state.callee_sdp),
            made=self._made.get(call.id, 0),
            adopted=call.adopted,
        )
        if self._told.get(call.id) != conversation:
            self._told[call.id] = conversation
            self.port.talks(conversation)


def _leg(call: Run, name: str, sdp: bytes) -> TalkLeg:
    extension_id, device_id = call.device(name)
    party = call.caller if name == CALLER else call.callee
    visible = not call.withholds(extension_id)
    return TalkLeg(
        tag=call.legs[name].id,
        extension_id=extension_id,
        device_id=device_id,
        subject=party.subject if party is not None else None,
        number=(party.number if party is not None else call.dialled) if visible else "",
        name=party.name if party is not None and visible else "",
        sdp=sdp,
        holds=not hears(sdp),
        calls=call.began_with(name),
    )
