"""Finished calls for CDR tests."""

from datetime import datetime, timedelta

from unificx.calls.events import CallEnded, CallParty, MediaQuality
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
