"""On a line of 30 kB/s with replies after 1.5 s each screen says that it loads, and nothing typed is lost."""

from client_pages import Client, Clients
from client_phone import ClientPhone
from playwright.sync_api import expect
from portal_pages import PASSWORD, accept_terms
from server import Household, Server
from test_client_pages import give

SLOW = {"offline": False, "latency": 1_500, "downloadThroughput": 30_000, "uploadThroughput": 30_000}
"""Milliseconds and bytes per second, of the DevTools protocol."""
LONGEST_MS = 90_000


def slow_down(client: Client) -> None:
    session = client.context.new_cdp_session(client.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)


def test_a_newcomer_on_a_slow_line_signs_in_and_calls(clients: Clients, server: Server, household: Household) -> None:
    berta = ClientPhone(clients("microphone"), household.berta).sign_in()
    newcomer = server.extension("750075", "Edelburga Langsam")
    email = f"edelburga.{newcomer.number}@example.com"
    give(server, email)
    client = clients("microphone")
    page = client.page
    page.set_default_timeout(LONGEST_MS)
    slow_down(client)
    page.goto(f"{client.origin}/app/", wait_until="commit")
    expect(page.get_by_role("status").filter(has_text="Loading")).to_be_visible(timeout=LONGEST_MS)

    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    sign_in = page.get_by_role("button", name="Sign in", exact=True)
    sign_in.click()
    expect(sign_in).to_be_disabled()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value(email)
    page.get_by_role("heading", name="Before you start").wait_for()
    accept_terms(page)
    page.get_by_role("button", name="Set up later").click()

    phone = ClientPhone(client, newcomer)
    page.get_by_role("button", name="Dial pad").wait_for()
    number = phone.open_pad()
    number.fill(household.berta.number)
    expect(number).to_have_value(household.berta.number)
    page.get_by_role("button", name="Call", exact=True).click()
    call = phone.call_with("Bertalina Oxenfurt")
    expect(call.get_by_text("Calling")).to_be_visible(timeout=LONGEST_MS)
    berta.answer("Edelburga Langsam")
    expect(call.get_by_role("button", name="Encrypted to your phone system")).to_be_visible(timeout=LONGEST_MS)
    berta.hang_up()
    expect(call).to_have_count(0, timeout=LONGEST_MS)
    assert client.complaints == []
