"""Finished calls for CDR tests."""

from dataclasses import replace
from datetime import datetime, timedelta

from unificx.calls.events import CallEnded, CallParty, CallStep, MediaQuality
from unificx.core.clock import Clock

ADA, BEN = "subject-ada", "subject-ben"


def answered_call(clock: Clock, seconds: float = 180, tenant: str = "acme") -> CallEnded:
    """Ada calls Ben, who answers after four seconds."""
    ended = clock.now()
    answered = ended - timedelta(seconds=seconds)
    return CallEnded(
        id=clock.new_id(),
        tenant=tenant,
        direction="internal",
        started=answered - timedelta(seconds=4),
        answered=answered,
        ended=ended,
        outcome="answered",
        cause=16,
        parties=(
            CallParty("caller", ADA, "ext-ada", "dev-ada", "1001", "Ada Quetzal", "192.0.2.17", MediaQuality(0.5, 3.0)),
            CallParty("callee", BEN, "ext-ben", None, "1002", "Ben Axolotl"),
        ),
    )


def missed_call(clock: Clock, number: str, at: datetime | None = None) -> CallEnded:
    """An external caller calls Ada, who does not answer."""
    ended = at or clock.now()
    return CallEnded(
        id=clock.new_id(),
        tenant="acme",
        direction="inbound",
        started=ended - timedelta(seconds=30),
        answered=None,
        ended=ended,
        outcome="missed",
        cause=19,
        parties=(
            CallParty("caller", number=number, name="Zoltan Outside"),
            CallParty("callee", ADA, "ext-ada", number="1001", name="Ada Quetzal"),
        ),
    )


def with_way(call: CallEnded) -> CallEnded:
    """Return the call with a way: a menu, a group, Ben's phones, and the mobile number that Ben forwards to."""
    ben, at = call.parties[1], call.started
    mobile, ended = CallParty("callee", number="+491700000000"), call.answered or call.ended
    steps = (
        CallStep("menu", "dialled", at, at, "continued", number="7000", name="Main"),
        CallStep("group", "routed", at, at, "continued", number="6000", name="Sales"),
        CallStep("extension", "routed", at, ended, "missed", ben),
        CallStep("outside", "forwarded", ended, call.ended, "answered", mobile, by=1),
    )
    return replace(call, steps=steps)
