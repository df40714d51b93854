"""Chat between two clients: what is written without a network arrives once, also if an answer is lost."""

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Locator, Route, expect
from server import Household

pytestmark = pytest.mark.headless_shell

BERTA = "Bertalina Oxenfurt"


def messages(client: Client) -> Locator:
    return client.page.get_by_role("log", name="Messages").locator("p")


def write(client: Client, text: str) -> None:
    client.page.get_by_role("textbox", name=f"Message to {BERTA}").fill(text)
    client.page.get_by_role("button", name="Send", exact=True).click()


class LostAnswer:
    """Loses the answer to the first message after it has reached the server."""

    def __init__(self) -> None:
        self.lost = 0

    def __call__(self, route: Route) -> None:
        if route.request.method != "POST" or self.lost:
            route.continue_()
            return
        self.lost += 1
        route.fetch()
        route.abort()


@pytest.mark.promise("C11")
def test_messages_arrive_once_and_in_order_after_the_network_is_back(clients: Clients, household: Household) -> None:
    berta, anna = clients().sign_in(household.berta, path="/chat"), clients().sign_in(household.anna, path="/team")
    anna.page.get_by_role("link", name=BERTA).click()
    anna.page.get_by_role("button", name=f"Send a message to {BERTA}").click()
    write(anna, "Hello")
    berta.page.get_by_role("link", name="Annarosa Quellmalz").click()
    expect(messages(berta)).to_have_text(["Hello"])
    expect(anna.page.get_by_role("img", name="Read")).to_have_count(1)

    anna.context.set_offline(True)
    write(anna, "**One**")
    write(anna, "Two")
    expect(anna.page.get_by_role("img", name="Sending")).to_have_count(2)
    lost = LostAnswer()
    anna.page.route("**/messages", lost)
    anna.context.set_offline(False)
    expect(messages(berta)).to_have_text(["Hello", "One"])
    anna.context.set_offline(True)
    anna.context.set_offline(False)
    expect(messages(berta)).to_have_text(["Hello", "One", "Two"], timeout=20_000)  # at the latest with the next attempt
    expect(anna.page.get_by_role("img", name="Sending")).to_have_count(0)
    expect(messages(anna)).to_have_text(["Hello", "One", "Two"])
    assert lost.lost == 1

    berta.page.get_by_role("button", name="Actions for the message Two").click()
    berta.page.get_by_role("menuitem", name="React with 👍").click()
    expect(anna.page.get_by_role("list", name="Reactions")).to_have_text("👍")
    walk = PageChecker(berta, "en")
    walk.check("light", "dark")
    assert walk.findings == []
    assert anna.complaints == berta.complaints == []
