"""Changes by an administrator in the portal affect the changed fields only."""

from collections.abc import Iterator

import pytest
from client_pages import Client
from page_checks import PageChecker
from playwright.sync_api import Playwright, expect
from portal_pages import as_new, create_administrator, shared_portal
from recording_helpers import set_tenant_policy, tenant
from server import Household, Server, eventually


@pytest.fixture(scope="module")
def office(
    playwright: Playwright, server: Server, household: Household, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    create_administrator(server)
    with shared_portal(playwright, server, tmp_path_factory.mktemp("office")) as desk:
        yield desk


@pytest.fixture
def desk(office: Client) -> Client:
    """The portal, signed in."""
    return as_new(office)


@pytest.fixture
def beep(server: Server) -> Iterator[None]:
    set_tenant_policy(server, beep_seconds=15)
    yield
    set_tenant_policy(server, beep_seconds=0)


@pytest.mark.usefixtures("beep")
def test_a_number_is_saved_on_blur_and_reverted_if_refused(desk: Client, server: Server) -> None:
    page = desk.page
    page.goto(f"{desk.origin}/portal/recordings/policy")
    tone = page.get_by_label("Reminder tone interval (seconds)")
    expect(tone).to_have_value("15")
    set_tenant_policy(server, beep_seconds=20)
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.url) if each.method == "PATCH" else None)
    tone.focus()
    tone.blur()
    tone.fill("99999")
    tone.blur()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(tone).to_have_value("15")
    assert len(sent) == 1
    tone.fill("25")
    tone.blur()
    eventually(lambda: settings(server)["beep_seconds"] == 25, what="the figure that was typed")
    expect(tone).to_have_value("25")


def settings(server: Server) -> dict[str, object]:
    with server.rest() as rest:
        return rest.get("/api/v1/recordings/settings", params=tenant(server)).json()


def test_a_form_sends_changed_fields_only(desk: Client, server: Server) -> None:
    room = {"number": "4800", "name": "Harbour", "most": 20}
    with server.rest() as rest:
        made = rest.post("/api/v1/rooms", params=tenant(server), json=room)
        assert made.status_code == 201, made.text
        path = f"/api/v1/rooms/{made.json()['id']}"
        page = desk.page
        page.goto(f"{desk.origin}/portal/rooms")
        page.get_by_role("button", name="Edit 4800").click()
        form = page.get_by_role("dialog", name="Room 4800")
        form.get_by_label("Name").fill("Lighthouse")
        assert rest.patch(path, params=tenant(server), json={"most": 30}).status_code == 200
        form.get_by_role("button", name="Save").click()
        expect(form).to_have_count(0)
        now = rest.get(path, params=tenant(server)).json()
    assert (now["name"], now["most"]) == ("Lighthouse", 30)


def chat_limits(server: Server) -> tuple[int, int]:
    """Bytes of the longest file, and of all files together."""
    with server.rest() as rest:
        limits = rest.get("/api/v1/attachment-limits", params=tenant(server)).json()
    return limits["max_file_bytes"], limits["quota_bytes"]


def test_limits_of_files_in_chat_are_saved_and_undone(desk: Client, server: Server) -> None:
    page, (longest, together) = desk.page, chat_limits(server)
    page.goto(f"{desk.origin}/portal/organisation")
    section = page.get_by_role("region", name="Files in chat")
    field, save = section.get_by_label("Longest file (MB)"), section.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    field.fill("")
    save.click()
    expect(section.get_by_text("Enter at least 1 MB.")).to_be_visible()
    field.fill("7")
    section.get_by_label("All files together (GB)").fill("3")
    save.click()
    eventually(lambda: chat_limits(server) == (7 * 2**20, 3 * 2**30), what="both limits")
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: chat_limits(server) == (longest, together), what="the limits from before")
    assert desk.complaints == []


def test_company_contacts_are_imported_searched_changed_and_deleted(desk: Client) -> None:
    page, checker = desk.page, PageChecker(desk, "en")
    page.goto(f"{desk.origin}/portal/contacts")
    expect(page.get_by_text("No company contacts yet.")).to_be_visible()
    page.get_by_role("button", name="More actions for contacts").click()
    page.get_by_role("menuitem", name="Import contacts").click()
    form = page.get_by_role("dialog", name="Import contacts")
    rows = b"name;organisation;work;email\nMax Muster;Muster GmbH;030 7654321;max@example.com\nEva Beispiel;;0171 1234567;\n"
    form.locator("input[type=file]").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": rows})
    form.get_by_role("button", name="Import 2 contacts").click()
    table = page.get_by_role("table", name="Contacts")
    expect(table.get_by_role("row")).to_have_count(3)
    page.get_by_role("searchbox", name="Search contacts").fill("muster")
    expect(table.get_by_role("row")).to_have_count(2)
    checker.check("light", "dark")
    table.get_by_role("button", name="Max Muster", exact=True).click()
    form = page.get_by_role("dialog", name="Edit contact")
    form.get_by_role("textbox", name="Department").fill("Sales")
    checker.check("light", "dark")
    form.get_by_role("button", name="Save").click()
    expect(table.get_by_text("Sales")).to_be_visible()
    table.get_by_role("button", name="Delete Max Muster").click()
    expect(page.get_by_text("No matching contacts.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(table.get_by_text("Sales")).to_be_visible()
    assert checker.findings == []
