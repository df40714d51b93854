"""Consent evidence of a recorded party."""

from datetime import datetime, timedelta

from unificx.core.clock import Clock
from unificx.recording.machine import consent_types
from unificx.recording.schemas import ConsentEvidence


def consent_evidence(standing: consent_types.LegConsent, clock: Clock) -> ConsentEvidence:
    """Convert a party's consent state, with its monotonic times as wall-clock times."""

    def at(moment: float | None) -> datetime | None:
        return None if moment is None else clock.now() - timedelta(seconds=clock.monotonic() - moment)

    return ConsentEvidence(standing.notice, at(standing.notified_at), at(standing.decided_at), standing.digit)
