"""Push wake-up: a call is held until the sleeping client has registered, then it rings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import BrowserPhone, BrowserPhones, Playwright
from client_pages import FakePushService, fake_push_service
from server import Household, Server, eventually, items


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[BrowserPhones]:
    telephones = BrowserPhones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with fake_push_service() as service:
        yield service


@pytest.fixture
def berta(telephones: BrowserPhones, household: Household, service: FakePushService) -> BrowserPhone:
    """A sleeping client: subscribed to push and not registered."""
    berta = telephones(1000).register(household.berta)
    berta.api("PUT", "/me/push", service.browser.as_json())
    assert berta.api("GET", "/me/reachable") == {"registered": True, "push": True}
    berta.sleep()
    eventually(lambda: berta.api("GET", "/me/reachable") == {"registered": False, "push": True}, what="asleep")
    return berta


@pytest.mark.promise("U1", "C6")
def test_a_sleeping_client_is_woken_and_answers(
    telephones: BrowserPhones, household: Household, berta: BrowserPhone, service: FakePushService
) -> None:
    anna = telephones(440).register(household.anna)
    anna.dial(household.berta.number)
    anna.wait_for_event("progress")
    [reported] = eventually(lambda: service.messages("call"), what="a push")
    assert set(reported) == {"type", "call"}  # without names and numbers
    berta.auto_answer().wake()
    anna.wait_for_event("confirmed")
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="voices")
    assert service.messages("stop") == []
    anna.hang_up()
    berta.wait_for_event("ended")


def test_administrators_see_that_a_device_can_be_woken(
    server: Server, household: Household, berta: BrowserPhone
) -> None:
    number, tenant = household.berta.number, ("--tenant", server.ready["tenant"])
    devices = items(server.cli("device", "list", "--extension", number, *tenant))
    newest = devices[-1]
    assert (newest["kind"], newest["registered"], newest["can_be_woken"]) == ("client", False, True)
    reachable = [each for each in devices if each["registered"] or each["can_be_woken"]]
    assert server.cli("extension", "show", number, *tenant)["reachable"] == len(reachable)


@pytest.mark.promise("U1")
def test_a_client_that_does_not_wake_is_notified_of_the_end(
    telephones: BrowserPhones, household: Household, berta: BrowserPhone, service: FakePushService
) -> None:
    anna = telephones(440).register(household.anna)
    anna.dial(household.berta.number)
    [reported] = eventually(lambda: service.messages("call"), what="a push")
    anna.wait_for_event("progress")
    anna.hang_up()
    eventually(lambda: service.messages("stop") == [{"type": "stop", "call": reported["call"]}], what="the end by push")


@pytest.mark.promise("U1")
def test_a_client_sends_a_test_push(telephones: BrowserPhones, household: Household) -> None:
    anna = telephones(440).register(household.anna).auto_answer()
    anna.dial("*44")
    eventually(lambda: anna.page.evaluate("phone.calls.length") == 2, what="called back")
    anna.wait_for_event("confirmed")
    eventually(lambda: anna.is_receiving(440), what="one's own voice")
    anna.hang_up()
    anna.wait_for_event("ended")
