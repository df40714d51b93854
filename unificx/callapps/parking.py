"""Call parking. A parked caller hears hold music until retrieved by the slot number.

A direct call to the code announces the slot too, for phones that make an attended transfer.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from unificx.callapps.call import App, Call
from unificx.callapps.schemas import SpokenValue
from unificx.calls import PARK, PARK_ANNOUNCEMENT, RETRIEVE, Parking


def parking_apps(parking: Parking, recall_seconds: Callable[[str], float]) -> tuple[App, App, App]:
    """The three parking apps. `recall_seconds` returns a tenant's seconds until a parked call is recalled to the
    extension that parked it."""
    return (
        App.of_feature(PARK, partial(_park, parking, recall_seconds), goes_on=True),
        App(PARK_ANNOUNCEMENT, _announce_slot),
        App.of_feature(RETRIEVE, partial(_retrieval_failed, parking)),
    )


async def _park(parking: Parking, recall_seconds: Callable[[str], float], call: Call) -> None:
    """Park the caller."""
    caller = call.caller
    try:
        slot = None
        if parking.slot_of_leg(call.leg) is None:
            slot = parking.occupy(caller.tenant_id, call.leg, caller.extension_id, call.clock.now())
            if slot is None:
                await call.play("parking/full", "general/goodbye")
                return
        parking.confirm(call.leg)
        if slot is not None:
            await call.play("parking/parked-at", SpokenValue(slot))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.music())
            while True:
                await asyncio.sleep(recall_seconds(caller.tenant_id))
                parking.recall(call.leg)
    finally:
        parking.release(call.leg)


async def _announce_slot(call: Call) -> None:
    """Announce the slot to the parking extension."""
    await call.play("parking/parked-at", SpokenValue(int(call.arguments[0])))


async def _retrieval_failed(parking: Parking, call: Call) -> None:
    """Announce why no call could be retrieved."""
    several = not call.arguments and parking.occupied(call.caller.tenant_id)
    await call.play("parking/several" if several else "parking/nobody", "general/goodbye")
