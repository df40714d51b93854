"""Notifies call observers when the conversation of a call changes; evaluated after each step of the call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unificx.calls.call import Call
from unificx.calls.call_record import was_started_by
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
class ObserverNotifier:
    """Notifies the observer and keeps the last notification of each call."""

    observer: CallObserver
    _notified: dict[str, Conversation | None] = field(default_factory=dict[str, Conversation | None])
    _media_generations: dict[str, int] = field(default_factory=dict[str, int])

    def __len__(self) -> int:
        return len(self._notified) + len(self._media_generations)

    def update(self, call: Call) -> None:
        """Notify the observer if the conversation has changed."""
        state = call.state
        if isinstance(state, Talking) and not (call.is_app(CALLER) or call.is_app(state.callee)):
            if not isinstance(state.exchange, MediaReanchor | IceRestart):
                self._notify(call, state)
        elif self._notified.get(call.id) is not None and not isinstance(state, Ending | Ended):
            self._notified[call.id] = None
            self.observer.conversation_suspended(call.id)

    def media_lost(self, call: Call) -> None:
        """Media must be re-anchored; the observer is notified when that is done."""
        if call.id in self._notified:
            self._media_generations[call.id] = self._media_generations.get(call.id, 0) + 1

    def dtmf_received(self, call: Call, tag: str, digit: str) -> None:
        """A leg sent a DTMF digit."""
        if self._notified.get(call.id) is not None:
            self.observer.dtmf_received(call.id, tag, digit)

    def call_ended(self, call: Call) -> bool:
        """The call has ended. Return whether any part of it was recorded."""
        self._media_generations.pop(call.id, None)
        if call.id not in self._notified:
            return False
        del self._notified[call.id]
        return self.observer.call_ended(call.id)

    def _notify(self, call: Call, state: Talking) -> None:
        conversation = Conversation(
            call_id=call.id,
            tenant_id=call.caller.tenant_id,
            anchor=call.anchor_id(state.callee),
            caller=_conversation_leg(call, CALLER, state.caller_sdp),
            callee=_conversation_leg(call, state.callee, state.callee_sdp),
            media_generation=self._media_generations.get(call.id, 0),
            restored=call.restored,
        )
        if self._notified.get(call.id) != conversation:
            self._notified[call.id] = conversation
            self.observer.conversation_changed(conversation)


def _conversation_leg(call: Call, name: str, sdp: bytes) -> ConversationLeg:
    one = call.participants[name]
    party = one.outside or (call.caller if name == CALLER else call.callee)
    visible = not call.withholds_identity(one.extension_id)
    return ConversationLeg(
        tag=call.existing_leg(name).id,
        extension_id=one.extension_id,
        device_id=one.device_id,
        subject=party.subject if party is not None else None,
        number=(party.number if party is not None else call.dialled) if visible else "",
        name=party.name if party is not None and visible else "",
        sdp=sdp,
        is_holding=not is_receiving(sdp),
        is_initiator=was_started_by(call, name),
    )
