"""Ringback tone for a transferred caller, until the target answers."""

from unificx.callapps.call import App, Call
from unificx.callapps.tones import silence, tone

FREQUENCY, TONE_SECONDS, PAUSE_SECONDS = 425, 1.0, 4.0
"""Frequency (Hz) and cadence (seconds) of the European ringback tone (ITU-T E.180, supplement 2)."""


async def ringback(call: Call) -> None:
    while True:
        await call.play(tone(FREQUENCY, TONE_SECONDS), silence(PAUSE_SECONDS))


RINGBACK = App("waiting", ringback)
