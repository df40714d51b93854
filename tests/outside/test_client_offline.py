"""Without a network: the client starts from stored data, says so, and reconnects by itself."""

import httpx
import pytest
from client_pages import Client, Clients, ServiceWorkerProbe
from playwright.sync_api import Route, expect
from server import Household, Server, eventually

pytestmark = pytest.mark.service_worker

NO_CONNECTION = "No connection. You are seeing saved data and cannot receive calls."


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    return module_server


def called(anna: Client, berta: Client) -> None:
    """Anna calls Berta, who declines; both have the call in their history."""
    anna.open("/directory").wait_registered()
    anna.page.get_by_role("button", name="Call Bertalina Oxenfurt", exact=True).click()
    berta.page.get_by_role("button", name="Decline").click()
    anna.page.get_by_role("dialog", name="Call with Bertalina Oxenfurt").wait_for(state="detached")


@pytest.mark.promise("C2", "U3")
def test_history_and_directory_are_readable_offline_and_the_client_reconnects(
    clients: Clients, server: Server, household: Household
) -> None:
    berta = clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone").sign_in(household.anna)
    ServiceWorkerProbe(anna)
    called(anna, berta)
    anna.open("/history")
    expect(anna.page.get_by_text("Bertalina Oxenfurt")).to_be_visible()
    server.stop()

    anna.open("/history")
    expect(anna.page.get_by_text("Bertalina Oxenfurt")).to_be_visible()
    expect(anna.page.get_by_text(NO_CONNECTION)).to_be_visible()
    expect(anna.page.get_by_text("You are seeing saved calls.")).to_be_visible()
    anna.page.get_by_role("link", name="Team").click()
    expect(anna.page.get_by_text("Claramunde Zwiebach")).to_be_visible()
    expect(anna.page.get_by_text("You are seeing saved contacts.")).to_be_visible()

    server.start()
    expect(anna.page.get_by_text(NO_CONNECTION)).to_have_count(0, timeout=40_000)
    anna.wait_registered()
    assert anna.complaints == []


@pytest.mark.promise("C2")
def test_a_network_that_drops_everything_does_not_delay_the_start(clients: Clients, household: Household) -> None:
    anna = clients().sign_in(household.anna, path="/directory")
    expect(anna.page.get_by_text("Claramunde Zwiebach")).to_be_visible()
    ServiceWorkerProbe(anna)
    anna.context.route("**/api/**", lambda route: None)  # no request is ever answered
    anna.open("/directory")
    expect(anna.page.get_by_text("Claramunde Zwiebach")).to_be_visible()
    expect(anna.page.get_by_text(NO_CONNECTION)).to_be_visible()
    anna.context.unroute_all(behavior="ignoreErrors")


@pytest.mark.promise("S2", "T1")
def test_signing_out_leaves_no_personal_data_on_the_device(clients: Clients, household: Household) -> None:
    anna = clients("notifications").sign_in(household.anna, path="/directory")
    expect(anna.page.get_by_text("Claramunde Zwiebach")).to_be_visible()
    assert "Claramunde" in anna.stored_data()
    held: list[Route] = []
    anna.page.goto("about:blank")  # ends the requests of the former page
    anna.context.route("**/api/v1/directory?*", lambda route: held.append(route))
    anna.open("/settings")
    eventually(lambda: held or anna.page.wait_for_timeout(50), what="a request for the directory")
    directory = held[0].fetch()
    assert "Claramunde" in directory.text()
    anna.page.get_by_role("button", name="Sign out").click()
    expect(anna.page).to_have_url(f"{anna.origin}/app/sign-in")
    with anna.page.expect_event("requestfinished", lambda request: "/api/v1/directory?" in request.url):
        held[0].fulfill(response=directory)
    stored = anna.stored_data()
    for name in ("Claramunde", "Annarosa", household.anna.number):
        assert name not in stored


@pytest.mark.promise("S2", "T1")
def test_signing_out_without_an_answer_empties_the_device_in_all_tabs_and_ends_the_session_later(
    clients: Clients, household: Household
) -> None:
    anna = clients().sign_in(household.anna, path="/directory")
    expect(anna.page.get_by_text("Claramunde Zwiebach")).to_be_visible()
    other = anna.context.new_page()
    other.goto(f"{anna.origin}/app/directory")
    expect(other.get_by_text("Claramunde Zwiebach")).to_be_visible()
    session = {cookie.get("name", ""): cookie.get("value", "") for cookie in anna.context.cookies()}
    anna.open("/settings")
    anna.context.route("**/api/**", lambda route: None)  # no request is ever answered
    anna.page.get_by_role("button", name="Sign out").click()
    for page in (anna.page, other):
        expect(page).to_have_url(f"{anna.origin}/app/sign-in")
    assert "Claramunde" not in anna.stored_data()
    anna.context.unroute_all(behavior="ignoreErrors")

    other.close()
    anna.page.reload()
    expect(anna.page.get_by_role("heading", name="Sign in")).to_be_visible()
    eventually(lambda: anna.context.cookies() == [], what="the end of the session")
    assert httpx.get(f"{anna.origin}/api/v1/me", cookies=session).status_code == 401
