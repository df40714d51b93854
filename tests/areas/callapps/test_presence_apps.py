"""Feature codes for do not disturb and forwarding."""

from typing import Any

import pytest
from app_harness import ANNA, AppHarness

from unificx.callapps import STATE_BY_DIGIT, presence_apps
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Database
from unificx.identity import DirectoryCache
from unificx.presence import PresenceChange, PresenceService
from unificx.presence.schemas import NO_RULES
from unificx.privacy import KeyStore
from unificx.routing import CodeTables, DestinationRef
from unificx.server.extension_state_handler import PresenceCodeStates


@pytest.fixture
def service(database: Database, keys: KeyStore, clock: ManualClock) -> PresenceService:
    return PresenceService(database, keys, clock, lambda event: None, destinations=KnownDestinations())


class KnownDestinations:
    def check(self, tenant_id: str, number: str, destinations: Any) -> None:
        if unknown := set(destinations) - {"group:6000", "number:0049301"}:
            raise Invalid(f"unknown: {unknown}")


async def dial(service: PresenceService, code: str, number: str = "", *, outside: bool = False) -> list[str]:
    """Return the prompts that Anna hears; `outside`: a caller without an extension."""
    directory = DirectoryCache()
    directory.put_extension(ANNA)
    apps = presence_apps(
        service, directory, lambda tenant_id, digits: DestinationRef("group", digits) if digits == "6000" else None
    )
    app = next(each for each in apps if code in each.codes)
    harness = AppHarness(app, mailbox=None, caller=None if outside else ANNA, arguments=(number,) if number else ())
    await harness.run()
    return harness.played


async def test_do_not_disturb_by_code(service: PresenceService) -> None:
    assert await dial(service, "*78") == ["presence/do-not-disturb-on", "general/goodbye"]
    assert service.availability.rules(ANNA.id).do_not_disturb
    assert await dial(service, "*79") == ["presence/do-not-disturb-off", "general/goodbye"]
    assert service.availability.rules(ANNA.id) is NO_RULES


async def test_states_are_set_by_the_digit_after_the_code(service: PresenceService) -> None:
    for digit, state in STATE_BY_DIGIT.items():
        assert await dial(service, "*76", digit) == ["general/saved", "general/goodbye"]
        assert service.get(ANNA).state == state
    for wrong in ("", "0", "8", "11"):
        assert await dial(service, "*76", wrong) == ["general/invalid", "general/goodbye"]
    assert await dial(service, "*76", "2", outside=True) == ["general/not-allowed", "general/goodbye"]
    assert service.get(ANNA).state == "off_work"
    keys = PresenceCodeStates(service, CodeTables())
    assert [keys.state("t1", ANNA.id, code) for code in ("*767", "*761", "*76", "*77", "*768")] == [
        True,
        False,
        None,
        None,
        None,
    ]
    assert keys.state("t1", "another", "*761")


async def test_another_state_stays_when_calls_were_not_refused(service: PresenceService) -> None:
    await service.update(ANNA, PresenceChange("lunch"))
    await dial(service, "*79")
    assert service.get(ANNA).state == "lunch"


async def test_forwarding_by_code_repeats_the_number(service: PresenceService) -> None:
    heard = await dial(service, "*72", "6000")
    assert heard[0] == "presence/forwarding-on"
    assert [each for each in heard if each.startswith("number/")] == [f"number/{digit}" for digit in "6000"]
    assert service.availability.rules(ANNA.id).inside.always == "group:6000"
    await dial(service, "*72", "0049301")
    assert service.availability.rules(ANNA.id).outside.always == "number:0049301"
    assert await dial(service, "*72", "999") == ["presence/forwarding-refused", "general/goodbye"]
    assert await dial(service, "*72") == ["presence/forwarding-refused", "general/goodbye"]
    assert await dial(service, "*73") == ["presence/forwarding-off", "general/goodbye"]
    assert service.availability.rules(ANNA.id) is NO_RULES


async def test_callers_outside_change_nothing(service: PresenceService) -> None:
    assert await dial(service, "*78", outside=True) == ["general/not-allowed", "general/goodbye"]
    assert service.availability.presence(ANNA.id) is None
