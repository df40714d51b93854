"""Privacy in the portal: requests with their copies, disclosures and breaches, and the erasure of a number outside."""

import json
import re
import zipfile
from collections.abc import Callable

import pytest
from client_pages import PHONE_VIEWPORT, Client, Clients
from page_checks import PageChecker, Scheme
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect
from portal_pages import create_administrator, open_person, portal
from server import Household, Server, eventually

BERTA, NUMBER = "Bertalina Oxenfurt", "+4930555777"
DESKTOP_VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
HELD = [{"area": "cdr", "kind": "party of calls", "count": 3}]
PLAN = {"person_id": "s1", "held": HELD, "kept": [], "digest": "0" * 64, "fingerprint": "", "receipt": None}
RECEIPT = {"id": "r1", "person": "s1", "removed": HELD, "failed": []}


@pytest.fixture
def desk(clients: Clients, server: Server, household: Household) -> Client:
    create_administrator(server)
    return portal(clients)


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def choose(where: Page | Locator, label: str, option: str) -> None:
    where.get_by_role("combobox", name=label, exact=True).click()
    page = where if isinstance(where, Page) else where.page
    page.get_by_role("option", name=option).click()


def enter(page: Page, kind: str, texts: dict[str, str]) -> Locator:
    """Enter a request and open it; return its part of the queue."""
    press(page, "Enter a request")
    form = page.get_by_role("dialog", name="Enter a request")
    choose(form, "Kind", kind)
    for label, text in texts.items():
        form.get_by_role("textbox", name=label, exact=True).fill(text)
    press(form, "Save")
    expect(form).to_have_count(0)
    page.get_by_role("button", name=kind).click()
    return page.get_by_role("region", name=kind)


def proposed_by_another(route: Route) -> None:
    """Let the server's answer say that another administrator has proposed the disclosures."""
    answer = route.fetch()
    items = [{**each, "proposed_by": "another"} for each in answer.json().get("items", [])]
    route.fulfill(response=answer, json={"items": items, "next": None})


@pytest.mark.promise("D1", "V3")
def test_requests_are_worked_on_where_they_are_read(desk: Client) -> None:
    page, walk = desk.page, PageChecker(desk, "en")

    def check(label: str) -> None:
        walk.label = label
        looks: tuple[tuple[ViewportSize, Scheme], ...] = ((PHONE_VIEWPORT, "light"), (DESKTOP_VIEWPORT, "dark"))
        for size, scheme in looks:
            page.set_viewport_size(size)
            walk.check(scheme)

    page.goto(f"{desk.origin}/portal/privacy/requests")
    disclose(desk, page, check)
    complaint = enter(page, "Complaint", {"Request or reason": "Too loud"})
    complaint.get_by_label("Internal note", exact=True).fill("Ask the works council first.")
    press(complaint, "Add the note")
    expect(complaint.get_by_role("list", name="Internal notes")).to_contain_text("Ask the works council first.")
    check("internal note")
    wrong = enter(page, "Correction", {"Request or reason": "It is Carla", "Telephone number outside": "+49301234567"})
    press(wrong, "Identity proved")
    wrong.get_by_label("Right name").fill("Carla")
    check("correction")
    wrong.get_by_label("Answer, reply, reasons or note").fill("It is right now.")
    press(wrong, "Answer")
    expect(wrong.get_by_label("Right name")).to_have_count(0)
    page.goto(f"{desk.origin}/portal/emails")
    texts = page.get_by_role("region", name="Texts of e-mails")
    expect(texts.get_by_role("article")).to_contain_text("has created a phone account for you.")
    texts.get_by_role("combobox", name="Notice").fill("New API key")
    page.get_by_role("option", name="New API key").click()
    expect(texts.get_by_role("article")).to_contain_text("An API key was created for your account: Dashboard.")
    texts.get_by_text("Deutsch").click()
    expect(texts.get_by_role("article")).to_contain_text("Guten Tag Ada Example,")
    expect(page.get_by_text("E-mails are not sent")).to_be_visible()
    check("e-mails")
    allow_support_access(desk, page)
    check("support access")
    page.goto(f"{desk.origin}/portal/privacy/requests")
    breach = enter(page, "Data breach", {"Description of the breach": "A laptop is lost."})
    expect(breach.get_by_text("72 of 72 hours left")).to_be_visible()
    choose(breach, "Data affected", "Your calls")
    page.keyboard.press("Escape")
    choose(breach, "People affected", "10 to 99")
    breach.get_by_label("Authority informed at").fill("2026-01-01T10:00")
    press(breach, "Save")
    expect(breach.get_by_text("In time")).to_be_visible()
    breach.get_by_label("Notice", exact=True).fill("Change your password.")
    press(breach, "Send notice")
    press(page.get_by_role("dialog"), "Send")
    expect(breach.get_by_text("Notices sent:")).to_be_visible()
    check("breach")
    copy_of_person(desk)
    schedule_erasure(desk, check)
    page.goto(f"{desk.origin}/portal/privacy/copies")
    expect(page.get_by_role("listitem").filter(has_text=BERTA)).to_contain_text("Ready:")
    check("copies")
    erase_number(desk, check)
    assert list(dict.fromkeys(walk.findings)) == []
    assert desk.complaints == []


def allow_support_access(desk: Client, page: Page) -> None:
    """Press the button while the parts of the page above it are still being loaded, and release it afterwards."""
    held: list[Route] = []
    page.route(re.compile("/api/v1/(sounds|attachment-limits)"), lambda route: held.append(route))
    page.goto(f"{desk.origin}/portal/organisation")
    button = page.get_by_role("button", name="Allow support access", exact=True)
    button.hover()
    eventually(lambda: len(held) == 3 or page.wait_for_timeout(50), what="the parts are being loaded")
    page.mouse.down()
    for each in held:
        each.continue_()
    expect(page.get_by_role("group", name="Music on hold")).to_be_visible()
    expect(page.get_by_label("Longest file (MB)")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("Allowed until")).to_be_visible()


def disclose(desk: Client, page: Page, check: Callable[[str], None]) -> None:
    """Propose a disclosure, and approve one as a second administrator."""
    authority = enter(page, "Authority", {"Authority": "District Court", "Legal basis": "Section 100g"})
    expect(authority.get_by_text("Nothing is disclosed or proposed.")).to_be_visible()
    press(authority, "Propose a disclosure")
    authority.get_by_label("Telephone number outside").fill("+49301234567")
    expect(authority.get_by_label("Sign-ins with network addresses")).to_have_count(0)
    choose(authority, "Person with an account", BERTA)
    authority.get_by_label("Wording of the request").fill("Calls of January")
    authority.get_by_label("Call history").click()
    press(authority, "Propose")
    expect(authority.get_by_text("Choose the first day.")).to_be_visible()
    authority.get_by_label("First day").fill("2026-01-01")
    authority.get_by_label("Last day").fill("2026-01-31")
    press(authority, "Propose")
    expect(authority.get_by_text("another administrator has to decide")).to_be_visible()
    expect(authority.get_by_role("button", name="Approve")).to_have_count(0)
    check("disclosure")
    desk.context.route("**/disclosures?*", proposed_by_another)
    page.reload()
    page.get_by_role("button", name="Authority").click()
    press(authority, "Reject")
    expect(authority.get_by_role("alert")).to_be_visible()
    desk.context.unroute("**/disclosures?*")
    expect(authority.get_by_text("Nothing is held")).to_be_visible()
    page.get_by_role("button", name="Authority").click()


def copy_of_person(desk: Client) -> None:
    """Make a copy of the data of a person; the reason becomes a request."""
    page = desk.page
    open_person(desk, BERTA, "Security")
    press(page, "Copy of the data")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Asked for by letter")
    press(dialog, "Continue")
    press(dialog, "Make a copy")
    with page.expect_download() as copy:
        press(dialog, "Download")
    assert zipfile.is_zipfile(copy.value.path())


def schedule_erasure(desk: Client, check: Callable[[str], None]) -> None:
    """Schedule the erasure of a person, and cancel it."""
    page = desk.page
    open_person(desk, BERTA, "Security")
    press(page, "Erase this person")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Days until it begins").fill("14")
    dialog.get_by_label(f"Type “{BERTA}” to confirm").fill(BERTA)
    check("the form of an erasure")
    press(dialog, "Erase in 14 days")
    expect(dialog).to_have_count(0)
    section = page.get_by_role("region", name="End of the account")
    expect(section.get_by_role("status")).to_contain_text("Will be erased on")
    check("a scheduled erasure")
    press(section, "Cancel the erasure")
    expect(section.get_by_role("status")).to_have_count(0)


def erase_number(desk: Client, check: Callable[[str], None]) -> None:
    """Erase a number outside of which the server says that something is held."""
    page = desk.page
    page.goto(f"{desk.origin}/portal/privacy/erasure")
    page.get_by_label("Telephone number outside").fill(NUMBER)
    press(page, "Show what would be erased")
    expect(page.get_by_text("Nothing is held about this number.")).to_be_visible()
    desk.context.route("**/erasures/plan?*", lambda route: route.fulfill(json=PLAN))
    desk.context.route("**/erasures?*", lambda route: route.fulfill(json=RECEIPT))
    page.reload()
    page.get_by_label("Telephone number outside").fill(NUMBER)
    press(page, "Show what would be erased")
    expect(page.get_by_role("listitem").filter(has_text="Name and number in call records: 3")).to_be_visible()
    check("plan")
    confirm = page.get_by_label(f"Type “{NUMBER}” to confirm")
    expect(page.get_by_role("button", name="Erase this number")).to_be_disabled()
    confirm.fill(NUMBER)
    press(page, "Erase this number")
    with page.expect_download() as receipt:
        press(page, "Download receipt")
    assert json.loads(receipt.value.path().read_text()) == RECEIPT
    check("receipt")
