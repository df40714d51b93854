"""The components of the client are listed; a diagnostics report is shown in full before it is sent."""

import json
import re

import pytest
from browser import CLIENT
from client_pages import Client, Clients
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from server import ROOT, Household, Server

pytestmark = [pytest.mark.service_worker, pytest.mark.headless_shell]

ANNA = "Annarosa Quellmalz"
OWN_TEXT = "The other side sounds far away."


@pytest.fixture
def anna(clients: Clients, household: Household) -> Client:
    return clients("microphone").sign_in(household.anna)


@pytest.mark.promise("C6", "S1", "S3")
def test_a_report_is_shown_in_full_and_sent_unchanged_on_request(
    anna: Client, clients: Clients, server: Server, household: Household
) -> None:
    anna.open("/diagnostics")
    report = anna.page.get_by_label("Report")
    expect(report).to_have_value(re.compile("^UnifiCX diagnostics report"))
    found = report.input_value()
    own = (household.anna.number, ANNA, "annarosa", household.anna.domain, anna.api("GET", "/me")["person"]["id"])
    assert not [each for each in own if each.lower() in found.lower()]
    assert not [each for each in anna.requests if "diagnostics-reports" in each.url]
    report.fill(f"{found}\n{OWN_TEXT}")
    anna.page.get_by_role("button", name="Send to administrators").click()
    expect(anna.page.get_by_text("Report sent", exact=True)).to_be_visible()
    create_administrator(server)
    desk = portal(clients)
    assert [each["text"] for each in desk.api("GET", "/diagnostics-reports")["items"]] == [f"{found}\n{OWN_TEXT}"]
    desk.page.goto(f"{desk.origin}/portal/reports")
    desk.page.get_by_role("button", name=ANNA).click()
    expect(desk.page.get_by_role("region").get_by_text(OWN_TEXT)).to_be_visible()
    desk.page.get_by_role("button", name="Delete").click()
    expect(desk.page.get_by_text("No help requests.")).to_be_visible()


@pytest.mark.promise("C12", "S1")
def test_version_license_and_components_are_public(clients: Clients) -> None:
    client = clients().open("/about")
    version = json.loads((CLIENT / "package.json").read_text("utf-8"))["version"]
    expect(client.page.get_by_text(f"Version {version}", exact=True)).to_be_visible()
    expect(client.page.get_by_text("Apache License 2.0")).to_be_visible()
    expect(client.page.get_by_role("link", name="Privacy policy")).to_be_visible()
    expect(client.page.get_by_role("listitem")).to_have_count(1)
    client.page.get_by_role("button", name="Components").click()
    lock = json.loads((CLIENT / "package-lock.json").read_text("utf-8"))["packages"]
    jssip = lock["node_modules/jssip"]["version"]
    fastapi = next(
        line for line in (ROOT / "requirements/run.txt").read_text("utf-8").splitlines() if line.startswith("fastapi==")
    )
    expect(client.page.get_by_text("jest-validate")).to_have_count(0)
    for name, wanted in (("jssip", jssip), ("fastapi", fastapi.split("==")[1].split()[0])):
        client.page.get_by_label("Search").fill(name)
        row = client.page.get_by_role("listitem").filter(has_text=f"{name} {wanted}").last
        expect(row).to_contain_text("MIT")
