"""Answer keys: a user of a number outside that rings together with extensions takes the call by pressing a key.

A mailbox or an announcement of the mobile network answers too, and would take the call from everyone else. So the leg
of such a member counts as ringing when it answers: it hears a request, and the set-up machine learns of the answer once
the user has pressed a key. The anchor is silenced before the leg is dialled, so that the caller's phone gets nothing of
it, early media included, and plays its ringback tone. Its carrier bills the leg from its answer on, so that its record
begins there.
"""

from collections.abc import Callable

from unificx.calls.call import Call
from unificx.calls.call_record import record_answer, record_outside_leg
from unificx.calls.machine import actions, events
from unificx.calls.participant import Participant
from unificx.calls.ports import AnswerKeyRequests, AppEvent
from unificx.sip.legs import Answered, ByeReceived, DialogFailed, OutgoingLeg, Progressed

ANSWER_KEY = "1"
"""The answer key."""
_TICKET = "answer-key:"


class AnswerKeys:
    """Holds back the answers of legs whose user has to press the answer key. `answer_media` sends a request to the
    anchor, `dispatch` processes an event of a call."""

    def __init__(
        self,
        requests: AnswerKeyRequests,
        answer_media: Callable[[Call, actions.AnswerMedia], None],
        dispatch: Callable[[Call, events.Event, float], None],
    ) -> None:
        self._requests, self._answer_media, self._dispatch = requests, answer_media, dispatch

    def holds_back(self, call: Call, name: str, event: AppEvent, now: float) -> bool:
        """Return whether the machine does not learn of this event of a leg."""
        one = call.participant(name)
        match event:
            case Progressed(_, body) if one.answer_key == "needed" and body:
                # The caller must not hear a mailbox. The machine takes it as a phone that rings.
                self._dispatch(call, events.CalleeProgressed(name, 180, b""), now)
                return True
            case Answered(body) if one.answer_key == "needed" and _rings(call, name):
                one.answer_key = "asked"
                record_answer(call, name, now)
                self._answer_media(call, actions.AnswerMedia(f"{_TICKET}{name}", name, name, body))
                return True
            case ByeReceived() | DialogFailed() if one.answer_key == "asked" and one.leg is not None:
                record_outside_leg(call, one, now)
                one.leg.close(now)  # to the machine it has never answered
                return False
            case _:
                return False

    def on_media(self, call: Call, event: events.Event, now: float) -> None:
        """Ask the user once the anchor has answered, or end the leg if it cannot."""
        if not isinstance(event, events.MediaAnswered | events.MediaFailed) or not event.ticket.startswith(_TICKET):
            return
        name = event.ticket.removeprefix(_TICKET)
        one = call.participant(name)
        if one.answer_key != "asked" or one.leg is None or one.leg.ended:
            return
        if isinstance(event, events.MediaFailed):
            end_without_key(call, one, now)
            self._dispatch(call, events.HungUp(name), now)
        else:
            self._requests.ask(call.caller.tenant_id, call.anchor_id(name), one.leg.id)

    def pressed(self, call: Call, name: str, digit: str, now: float) -> bool:
        """Process a digit of a leg. Return whether it was meant for the request."""
        one = call.participant(name)
        if one.answer_key != "asked" or one.leg is None or one.leg.ended:
            return False
        if digit == ANSWER_KEY:
            one.answer_key = "pressed"
            if call.direction == "internal":
                call.direction = "outbound"
            self._requests.pressed(call.anchor_id(name), one.leg.id)
            self._dispatch(call, events.CalleeAnswered(name, one.leg.remote_sdp), now)
        return True


def end_without_key(call: Call, one: Participant, now: float, reason: str = "") -> bool:
    """End a leg that has answered without the answer key. Return whether it is one."""
    if one.answer_key != "asked" or not isinstance(one.leg, OutgoingLeg):
        return False
    record_outside_leg(call, one, now)
    one.leg.bye(now, reason)
    return True


def _rings(call: Call, name: str) -> bool:
    """Whether the machine would take an answer of this leg."""
    setup = call.setup_state()
    branches = setup.branches if setup is not None else ()
    return any(branch.name == name and branch.stage in ("calling", "ringing") for branch in branches)
