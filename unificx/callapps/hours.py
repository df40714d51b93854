"""Feature code of the switch of opening hours."""

import asyncio
from functools import partial

from unificx.callapps.call import App, Call
from unificx.core.errors import DomainError
from unificx.routing import HOURS_APP, HoursService

PAUSE_SECONDS = 0.4
"""Seconds between two tones."""


def hours_app(hours: HoursService) -> App:
    """The app behind the feature codes of opening hours."""
    return App(HOURS_APP, partial(_switch_hours, hours))


async def _switch_hours(hours: HoursService, call: Call) -> None:
    """Change the switch for a caller inside. One tone: it is open now. Two tones: it is closed."""
    if not call.caller.extension_id or len(call.arguments) != 2:
        await call.play("general/goodbye")
        return
    try:
        changed = await hours.switch_by_code(*call.arguments)
    except DomainError:
        changed = None
    if changed is None:
        await call.play("general/goodbye")
        return
    await call.play("beep")
    if not hours.is_open(changed):
        await asyncio.sleep(PAUSE_SECONDS)
        await call.play("beep")
