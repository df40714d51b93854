"""Screens that appear during a call leave the call and its hang-up button intact."""

import pytest
from client_pages import Client, Clients, ServiceWorkerProbe
from playwright.sync_api import Route, expect
from server import Household

pytestmark = pytest.mark.service_worker

BERTA = "Bertalina Oxenfurt"

Two = tuple[Client, Client]


@pytest.fixture
def two(clients: Clients, household: Household) -> Two:
    """Anna, in a call with Berta."""
    berta = clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone").sign_in(household.anna, path="/team").wait_registered()
    ServiceWorkerProbe(anna)
    anna.open("/team").wait_registered()
    anna.page.get_by_role("button", name=f"Call {BERTA}", exact=True).click()
    berta.page.get_by_role("button", name="Answer", exact=True).click()
    expect(anna.page.get_by_role("button", name="Keypad", exact=True)).to_be_enabled()
    return anna, berta


@pytest.mark.promise("C4")
def test_new_terms_wait_until_the_call_has_ended(two: Two) -> None:
    anna, berta = two
    page = anna.page

    def asks(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "acceptance_needed": True})

    anna.context.route("**/api/v1/me", asks)
    # The session is checked when the network returns.
    page.evaluate("['offline', 'online'].forEach((each) => dispatchEvent(new Event(each)))")
    page.get_by_role("button", name="Minimize call").click()
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    expect(page.get_by_role("link", name="Team")).to_have_count(0)
    page.get_by_role("region", name="Call with").get_by_role("button", name=BERTA).click()
    expect(page.get_by_role("dialog", name="Call with")).to_be_visible()
    page.get_by_role("button", name="Hang up").click()
    expect(berta.page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("I have read and accept")).to_be_visible()
    assert anna.complaints == []


@pytest.mark.promise("C4")
def test_an_update_applied_by_another_tab_waits_for_the_end_of_the_call(two: Two) -> None:
    anna, berta = two
    page = anna.page
    page.evaluate("self.ofBefore = true")
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    page.evaluate("navigator.serviceWorker.dispatchEvent(new Event('controllerchange'))")
    page.get_by_role("button", name="Keypad", exact=True).click()
    expect(berta.page.get_by_role("dialog", name="Call with")).to_be_visible()
    assert page.evaluate("self.ofBefore") is True
    with page.expect_event("load"):
        page.get_by_role("button", name="Hang up").click()
    assert page.evaluate("self.ofBefore === undefined")
    expect(page.get_by_role("heading", name="Team")).to_be_visible()
    anna.wait_registered()
    assert anna.complaints == berta.complaints == []
