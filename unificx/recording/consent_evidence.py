"""Consent evidence of a recorded party."""

from datetime import datetime, timedelta

from unificx.core.clock import Clock
from unificx.recording.machine import consent_types
from unificx.recording.schemas import Consent


def evidence(one: consent_types.LegConsent, clock: Clock) -> Consent:
    """Convert a party's consent state, with its monotonic times as wall-clock times."""

    def at(moment: float | None) -> datetime | None:
        return None if moment is None else clock.now() - timedelta(seconds=clock.monotonic() - moment)

    return Consent(one.notice, at(one.notified_at), at(one.decided_at), one.digit)
