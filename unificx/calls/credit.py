"""Legs to numbers outside that need credit: asked for before each is dialled, and listed while they live."""

from collections.abc import Callable, Sequence

from unificx.calls.call import Call
from unificx.calls.machine import events
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER
from unificx.calls.ports import OutsideLines
from unificx.calls.schemas import CreditedLeg, CreditReply

Answer = Callable[[Call, events.Event], None]
_CAUSES: dict[CreditReply, Cause] = {
    "no_credit": Cause.NO_CREDIT,
    "trial_ended": Cause.TRIAL_ENDED,
    "unpaid": Cause.UNPAID,
}


class CreditGate:
    """Lets a leg outside be dialled once credit is reserved for it. `dial(call, name, sdp)` dials it, and `answer`
    processes an event outside of message processing."""

    def __init__(self, lines: OutsideLines, dial: Callable[[Call, str, bytes], None], answer: Answer) -> None:
        self._lines, self._dial, self._answer = lines, dial, answer

    def holds(self, call: Call, name: str, sdp: bytes) -> bool:
        """Whether the leg has to wait for credit. It is dialled, or ends its branch, once that is decided."""
        credit = self._lines.credit
        if credit is None or not credit.is_limited(call.caller.tenant_id):
            return False
        leg = _credited(call, name)
        if leg is None:
            return False
        credit.request(leg, lambda reply: self._decided(call, name, sdp, reply))
        return True

    def _decided(self, call: Call, name: str, sdp: bytes, reply: CreditReply) -> None:
        if reply != "granted":
            cause = _CAUSES[reply]
            self._answer(call, events.CalleeRejected(name, cause.value.status, cause))
            return
        setup = call.setup_state()
        if setup is not None and any(one.name == name and one.stage == "calling" for one in setup.branches):
            self._dial(call, name, sdp)
            self._answer(call, events.DeadlineReached())  # nothing is due: the request is sent


def credited_legs(call: Call) -> Sequence[CreditedLeg]:
    """Return the legs of a call to numbers outside that were dialled and have not ended, except to emergency
    numbers."""
    found = [_credited(call, name) for name, leg in call.legs().items() if not leg.ended]
    return [one for one in found if one is not None]


def _credited(call: Call, name: str) -> CreditedLeg | None:
    """Return a leg that costs its tenant something; None for any other. A further attempt at the same number, over
    another carrier, takes over the reservation of the one before."""
    one = call.participant(name)
    if one.outside is None or one.is_emergency or (one.dial_params is None and one.connected is None):
        return None
    if not one.reservation:
        earlier = [
            each
            for key, each in call.participants.items()
            if key not in (CALLER, name) and each.reservation and (each.leg is None or each.leg.ended)
            if each.outside is not None and each.outside.number == one.outside.number and each.connected is None
        ]
        one.reservation = earlier[0].reservation if earlier else f"{call.id}.{name}"
        for each in earlier[:1]:
            each.reservation = ""
    record_id = call.record_id or call.id
    return CreditedLeg(one.reservation, call.id, record_id, call.caller.tenant_id, one.connected, one.outside.number)
