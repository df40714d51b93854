"""What somebody hears who was given away, until somebody else takes the call: that it rings."""

from unificx.apps.beeps import silence, tone
from unificx.apps.call import App, Call

HERTZ, RINGS, PAUSES = 425, 1.0, 4.0
"""The tone of a called phone that rings, as it is in most of Europe (ITU-T E.180, supplement 2), in seconds."""


async def waiting(call: Call) -> None:
    while True:
        await call.play(tone(HERTZ, RINGS), silence(PAUSES))


WAITING = App("waiting", waiting)
