"""Plan of an extension whose calls do not simply ring: forwarding, do not disturb, call waiting."""

from dataclasses import replace

from unificx.presence import Forwarding, ForwardingRules, RingTurn
from unificx.registrar import Caller
from unificx.routing.destinations import RingExtension
from unificx.routing.plans import (
    Fork,
    Forward,
    ForwardReason,
    GoTo,
    Plan,
    Reject,
    Rejection,
    Step,
    UnansweredOutcome,
)
from unificx.routing.references import DestinationRef

BUSY: frozenset[UnansweredOutcome] = frozenset({"busy", "declined"})
NO_ANSWER: frozenset[UnansweredOutcome] = frozenset({"missed"})
UNREACHABLE: frozenset[UnansweredOutcome] = frozenset({"unreachable", "failed"})
NOT_DECLINED: frozenset[UnansweredOutcome] = frozenset({"missed", "busy", "unreachable", "failed"})
"""A call that was declined on one device rings on no further ones."""


def plan_by_rules(ringing: RingExtension, rules: ForwardingRules, caller: Caller, *, in_call: bool) -> Plan:
    """Return the plan for a call of `caller`. `in_call`: the extension takes part in a live call.

    A call is never forwarded to the caller itself, so the destination of a rule reaches the extension. The devices of
    the extension reach each other whatever its rules are; calls that return to it (recalls) have it as caller too.
    The mailbox follows a forward that cannot be made.
    """
    if caller.extension_id == ringing.extension.id:
        return ringing.plan()
    to = _without_caller(rules.outside if caller.is_outside else rules.inside, caller)
    rings = _with_ring_seconds(ringing, rules.ring_seconds).plan().steps
    fallback = rings[1:]
    if to.always:
        return Plan((_forward(ringing, to.always, "unconditional"), *fallback), ringing.extension)
    if rules.do_not_disturb:
        instead = to.busy or to.no_answer
        following = (_forward(ringing, instead, "do-not-disturb"),) if instead else ()
        # The voicemail must not say that the extension is in a call.
        reason = Rejection.UNREACHABLE if fallback and not instead else Rejection.BUSY
        return Plan((Step(Reject(reason)), *following, *fallback), ringing.extension)
    if in_call and not rules.call_waiting:
        following = (_forward(ringing, to.busy, "user-busy"),) if to.busy else ()
        return Plan((Step(Reject(Rejection.BUSY)), *following, *fallback), ringing.extension)
    conditional: tuple[tuple[str | None, ForwardReason, frozenset[UnansweredOutcome]], ...] = (
        (to.busy, "user-busy", BUSY),
        (to.no_answer, "no-answer", NO_ANSWER),
        (to.unreachable, "unavailable", UNREACHABLE),
    )
    forwards = [_forward(ringing, text, reason, after) for text, reason, after in conditional if text]
    rings_first = _in_turn(rings[0], rules.ring_order)
    return Plan((*rings_first, *forwards, *fallback), ringing.extension)


def _in_turn(together: Step, order: tuple[RingTurn, ...]) -> tuple[Step, ...]:
    """Return the steps that ring the devices of the order one after another, then all of the extension together."""
    fork = together.action
    assert isinstance(fork, Fork)
    alone = [Step(replace(fork.for_device(turn.device), seconds=float(turn.seconds))) for turn in order]
    first, *others = *alone, together
    return (first, *[replace(each, after=NOT_DECLINED) for each in others])


def _without_caller(forwarding: Forwarding, caller: Caller) -> Forwarding:
    """Return the destinations without those that are the caller's own extension."""
    own = "" if caller.is_outside else f"extension:{caller.number}"
    if own not in (forwarding.always, forwarding.busy, forwarding.no_answer, forwarding.unreachable):
        return forwarding
    texts = forwarding.always, forwarding.busy, forwarding.no_answer, forwarding.unreachable
    return Forwarding(*("" if text == own else text for text in texts))


def _with_ring_seconds(ringing: RingExtension, seconds: int | None) -> RingExtension:
    if seconds is None:
        return ringing
    return replace(ringing, extension=replace(ringing.extension, ring_seconds=seconds))


def _forward(
    ringing: RingExtension,
    destination: str,
    reason: ForwardReason,
    after: frozenset[UnansweredOutcome] = frozenset(),
) -> Step:
    return Step(GoTo(DestinationRef.parse(destination), Forward(ringing.extension, reason)), after)
