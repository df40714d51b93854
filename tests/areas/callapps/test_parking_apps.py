"""The parking apps: park, announce the slot, and explain failed retrieval."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from app_harness import ANNA, AppHarness

from unificx.callapps import parking_apps
from unificx.calls import Parking

NOW = datetime(2026, 1, 5, tzinfo=UTC)
PARK_TIMEOUT = 0.01


def stage(which: int, parking: Parking, *arguments: str, **more: Any) -> AppHarness:
    apps = parking_apps(parking, lambda tenant_id: PARK_TIMEOUT)
    return AppHarness(apps[which], mailbox=None, arguments=arguments, **more)


def parking_with(many: int) -> Parking:
    parking = Parking()
    for number in range(many):
        parking.occupy("acme", f"leg-of-{number}", "e-9", NOW)
    return parking


async def wait_until(seen: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not seen():
            await asyncio.sleep(0)


async def test_parked_caller_hears_music_and_is_recalled_repeatedly() -> None:
    recalled: list[str] = []
    parking = Parking(recall=recalled.append)
    parking.occupy("acme", "leg-1", "e-9", NOW)
    park = stage(0, parking)
    park.begin()
    await wait_until(lambda: len(recalled) == 2)
    assert recalled == ["leg-1"] * 2
    assert set(park.played) == {"music/hold"}
    park.hang_up()
    await wait_until(lambda: not len(park.host))
    assert len(parking) == 0


async def test_direct_caller_hears_the_slot_number() -> None:
    parking = parking_with(1)
    park = stage(0, parking, caller=ANNA)
    park.begin()
    await wait_until(lambda: "music/hold" in park.played)
    assert park.played[:2] == ["parking/parked-at", "number 2"]
    place = parking.slot_of_leg("leg-1")
    assert place is not None
    assert (place.parked_by, place.number) == (ANNA.id, 2)
    park.hang_up()
    await wait_until(lambda: not len(park.host))
    assert [one.number for one in parking.occupied("acme")] == [1]


async def test_a_party_is_listed_once_its_app_holds_it() -> None:
    changed: list[str] = []
    parking = Parking(changed.append)
    parking.occupy("acme", "leg-1", "e-9", NOW)
    assert changed == []
    park = stage(0, parking)
    park.begin()
    await wait_until(lambda: "music/hold" in park.played)
    assert changed == ["acme"]
    park.hang_up()
    await wait_until(lambda: not len(park.host))
    assert changed == ["acme"] * 2


async def test_all_slots_occupied() -> None:
    park = stage(0, parking_with(99))
    await park.run()
    assert park.played == ["parking/full", "general/goodbye"]


async def test_parking_extension_hears_the_slot_number() -> None:
    harness = stage(1, Parking(), "7")
    await harness.run()
    assert harness.played == ["parking/parked-at", "number 7"]


@pytest.mark.parametrize(
    ("many", "arguments", "expected"),
    [(0, (), "nobody"), (2, (), "several"), (2, ("9",), "nobody"), (0, ("1",), "nobody")],
)
async def test_failed_retrieval_is_explained(many: int, arguments: tuple[str, ...], expected: str) -> None:
    fetch = stage(2, parking_with(many), *arguments)
    await fetch.run()
    assert fetch.played == [f"parking/{expected}", "general/goodbye"]
