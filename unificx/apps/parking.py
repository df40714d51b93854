"""*85 and *86: who is parked hears music until somebody fetches him, by the number of his place.

Whoever dials *85 himself is told a place too: so a phone that lets its owner ask first (an attended transfer) says
where it is that he leaves the other one.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from unificx.apps.call import App, Call
from unificx.apps.contracts import Spoken
from unificx.calls import FETCH, PARK, PARKED, Parking


def parking_apps(parking: Parking, patience: Callable[[str], float]) -> tuple[App, App, App]:
    """The three apps. `patience` says for how many seconds somebody of an organisation stays parked before it rings at
    who has parked him."""
    return (
        App(PARK, partial(park, parking, patience), ("*85",)),
        App(PARKED, parked),
        App(FETCH, partial(fetch, parking), ("*86",), numbered=True),
    )


async def park(parking: Parking, patience: Callable[[str], float], call: Call) -> None:
    """Hold whoever is parked."""
    caller = call.caller
    try:
        if parking.of(call.leg) is None:
            place = parking.take(caller.tenant_id, call.leg, caller.extension_id, call.clock.now())
            if place is None:
                await call.play("parking/full", "general/goodbye")
                return
            await call.play("parking/parked-at", Spoken(place))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.music())
            while True:
                await asyncio.sleep(patience(caller.tenant_id))
                parking.recall(call.leg)
    finally:
        parking.leave(call.leg)


async def parked(call: Call) -> None:
    """Tell who has parked somebody where."""
    await call.play("parking/parked-at", Spoken(int(call.arguments[0])))


async def fetch(parking: Parking, call: Call) -> None:
    """Nobody could be fetched: say why."""
    several = not call.arguments and parking.taken(call.caller.tenant_id)
    await call.play("parking/several" if several else "parking/nobody", "general/goodbye")
