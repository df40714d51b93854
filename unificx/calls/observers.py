"""Notifies call observers when the conversation of a call changes; evaluated after each step of the call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unificx.calls.call import Call
from unificx.calls.machine.states import CALLER, Ended, Ending, IceRestart, MediaReanchor, Talking
from unificx.calls.ports import CallObserver
from unificx.calls.schemas import Conversation, ConversationLeg
from unificx.sdp import is_receiving


class CompositeObserver:
    """A `CallObserver` that forwards to several observers, in order."""

    def __init__(self, *observers: CallObserver) -> None:
        self._observers: Sequence[CallObserver] = observers

    def conversation_changed(self, conversation: Conversation) -> None:
        for each in self._observers:
            each.conversation_changed(conversation)

    def conversation_suspended(self, call_id: str) -> None:
        for each in self._observers:
            each.conversation_suspended(call_id)

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        for each in self._observers:
            each.dtmf_received(call_id, tag, digit)

    def call_ended(self, call_id: str) -> bool:
        recorded = [each.call_ended(call_id) for each in self._observers]
        return any(recorded)


@dataclass(slots=True)
class _Observed:
    """The last notification of a call, and the state that it was made for: only with another state can it change."""

    state: Talking | None = None
    conversation: Conversation | None = None
    """None while it is suspended."""
    media_generation: int = 0


@dataclass(slots=True)
class ObserverNotifier:
    """Notifies the observer and keeps the last notification of each call."""

    observer: CallObserver
    # Owner: the node that holds the calls.
    _observed: dict[str, _Observed] = field(default_factory=dict[str, _Observed])

    def __len__(self) -> int:
        return len(self._observed)

    def update(self, call: Call) -> None:
        """Notify the observer if the conversation has changed."""
        state, observed = call.state, self._observed.get(call.id)
        if not isinstance(state, Talking):
            if observed is not None and observed.conversation is not None and not isinstance(state, Ending | Ended):
                self._suspend(call, observed)
        elif call.is_app(CALLER) or call.is_app(state.callee):
            if observed is not None and observed.conversation is not None:
                self._suspend(call, observed)
        elif (observed is None or observed.state is not state) and not (
            state.awaits_restoration or isinstance(state.exchange, MediaReanchor | IceRestart)
        ):
            self._notify(call, state, observed or self._observed.setdefault(call.id, _Observed()))

    def media_lost(self, call: Call) -> None:
        """Media must be re-anchored; the observer is notified when that is done."""
        observed = self._observed.get(call.id)
        if observed is not None:
            observed.state = None
            observed.media_generation += 1

    def dtmf_received(self, call: Call, tag: str, digit: str) -> None:
        """A leg sent a DTMF digit."""
        observed = self._observed.get(call.id)
        if observed is not None and observed.conversation is not None:
            self.observer.dtmf_received(call.id, tag, digit)

    def call_ended(self, call: Call) -> bool:
        """The call has ended. Return whether any part of it was recorded."""
        return self._observed.pop(call.id, None) is not None and self.observer.call_ended(call.id)

    def _suspend(self, call: Call, observed: _Observed) -> None:
        observed.state = observed.conversation = None
        self.observer.conversation_suspended(call.id)

    def _notify(self, call: Call, state: Talking, observed: _Observed) -> None:
        observed.state = state
        started_by = next(iter(call.record_parties.by_leg), call.existing_leg(CALLER).id)
        conversation = Conversation(
            call_id=call.id,
            tenant_id=call.caller.tenant_id,
            anchor=call.anchor_id(state.callee),
            caller=_conversation_leg(call, CALLER, state.caller_sdp, started_by),
            callee=_conversation_leg(call, state.callee, state.callee_sdp, started_by),
            media_generation=observed.media_generation,
            restored=call.restored,
        )
        if observed.conversation != conversation:
            observed.conversation = conversation
            self.observer.conversation_changed(conversation)


def _conversation_leg(call: Call, name: str, sdp: bytes, started_by: str) -> ConversationLeg:
    """Return a leg of the conversation. `started_by`: the leg that started the call; the caller's, while no parties are
    recorded."""
    one = call.participants[name]
    assert one.leg is not None
    party = one.outside or (call.caller if name == CALLER else call.callee)
    visible = not call.withholds_identity(one.extension_id)
    return ConversationLeg(
        tag=one.leg.id,
        extension_id=one.extension_id,
        device_id=one.device_id,
        subject=party.subject if party is not None else None,
        number=(party.number if party is not None else call.dialled) if visible else "",
        name=party.name if party is not None and visible else "",
        sdp=sdp,
        is_holding=not is_receiving(sdp),
        is_initiator=one.leg.id == started_by,
    )
