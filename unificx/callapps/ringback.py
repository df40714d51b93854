"""Ringback tone: for the transferred party, and for a caller that an app connects."""

import asyncio

from unificx.callapps.call import App, Call
from unificx.callapps.tones import silence, tone
from unificx.routing import DestinationRef, Plan, UnansweredOutcome

FREQUENCY, TONE_SECONDS, PAUSE_SECONDS = 425, 1.0, 4.0
"""Frequency (Hz) and cadence (seconds) of the European ringback tone (ITU-T E.180, supplement 2)."""


async def ringback(call: Call) -> None:
    await call.repeat(tone(FREQUENCY, TONE_SECONDS), silence(PAUSE_SECONDS))


async def connect_with_ringback(call: Call, destination: DestinationRef | Plan) -> UnansweredOutcome:
    """`Call.connect`, while the caller hears the ringback tone."""
    tones = asyncio.create_task(ringback(call))
    try:
        return await call.connect(destination)
    finally:
        tones.cancel()
        await asyncio.wait((tones,))


RINGBACK = App("waiting", ringback, goes_on=True)
