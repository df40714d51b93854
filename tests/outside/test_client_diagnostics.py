"""The components of the client are listed; a diagnostics report is shown in full before it is sent."""

import json
import re

import pytest
from browser import CLIENT
from client_pages import Client, Clients
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from server import ROOT, Household, Server

pytestmark = pytest.mark.service_worker

ANNA = "Annarosa Quellmalz"
OWN_TEXT = "The other side sounds far away."


@pytest.fixture
def anna(clients: Clients, household: Household) -> Client:
    return clients("microphone").sign_in(household.anna)


@pytest.mark.promise("C6", "C12", "S3")
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


INSTALLED = """async () => {
  const worker = await navigator.serviceWorker.ready
  const pay = () => new PaymentRequest([{supportedMethods: 'https://pay.example'}], {total: {label: '', amount: {currency: 'EUR', value: '1'}}})
  let payment = 'PaymentRequest' in window ? 'allowed' : 'none'
  try { pay() } catch (fault) { payment = fault.name }
  return {scope: new URL(worker.scope).pathname, payment}
}"""


@pytest.mark.promise("S1", "C12", whole=True)
def test_version_license_and_components_are_public(clients: Clients) -> None:
    """S1 as a whole: Chromium accepts the client as installable and lets it take no payment; it states its free licence
    and that it is provided as is. `test_every_page_of_the_client` finds nothing offered for money on any page.

    C12 as a whole: the list has each component that is a dependency of the client or the server. The diagnostics report:
    `test_a_report_is_shown_in_full_and_sent_unchanged_on_request`."""
    client = clients().open("/about")
    devtools = client.context.new_cdp_session(client.page)
    assert client.page.evaluate(INSTALLED)["scope"] == "/app/"
    assert client.page.evaluate(INSTALLED)["payment"] in ("SecurityError", "ReferenceError")
    assert devtools.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    manifest = devtools.send("Page.getAppManifest")
    assert (manifest["errors"], json.loads(manifest["data"])["display"]) == ([], "standalone")
    version = json.loads((CLIENT / "package.json").read_text("utf-8"))["version"]
    expect(client.page.get_by_text(f"Version {version}", exact=True)).to_be_visible()
    licence = client.page.get_by_text("Apache License 2.0")
    expect(licence).to_contain_text("free of charge. It is provided as is, without warranty of any kind.")
    expect(client.page.get_by_role("link", name="Privacy policy")).to_be_visible()
    expect(client.page.get_by_role("listitem")).to_have_count(1)
    client.page.get_by_role("button", name="Components").click()
    lock = json.loads((CLIENT / "package-lock.json").read_text("utf-8"))["packages"]
    runs = {f"{each} {lock[f'node_modules/{each}']['version']}" for each in lock[""]["dependencies"]}
    pinned = re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", (ROOT / "requirements/run.txt").read_text("utf-8"), re.M)
    rows = client.page.locator("li:has([translate=no])")
    expect(rows.first).to_be_visible()
    listed = {" ".join(each.split()) for each in rows.locator("[translate=no]").all_inner_texts()}
    assert runs | {" ".join(each) for each in pinned} <= listed
    assert not [each for each in listed if each.startswith("jest-validate ")]
    for name in ("jssip", "fastapi"):
        client.page.get_by_label("Search").fill(name)
        row = client.page.get_by_role("listitem").filter(has_text=name).last
        expect(row).to_contain_text("MIT")
