"""Picking up calls and moving one's own: the apps for callers who are waiting, and for those who find no call.

Call control takes the call itself, when such a code is dialled (`calls/takeovers.py`).
"""

from unificx.callapps.call import App, Call
from unificx.callapps.tones import silence
from unificx.calls import FLIP, PICKED_UP, PICKUP

HOLD_SECONDS = 10.0
"""Seconds in which a call that was picked up must be connected."""


def pickup_apps() -> tuple[App, App, App]:
    """The three apps."""
    return (
        App.of_feature(PICKUP, _no_call_found),
        App(PICKED_UP, _hold_caller),
        App.of_feature(FLIP, _no_call_found),
    )


async def _hold_caller(call: Call) -> None:
    """Hold the caller of a call that was picked up until the phone that did so replaces this app."""
    await call.play(silence(HOLD_SECONDS))


async def _no_call_found(call: Call) -> None:
    """Announce that there is no call to pick up, or no call of one's own on another device."""
    await call.play("general/unavailable", "general/goodbye")
