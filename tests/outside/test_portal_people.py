"""People and phones in the portal: import, hand-over, editing in place and suspension, with Undo."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client_pages import PHONE_VIEWPORT, Client
from page_checks import FOLLOW, WAIT_UNTIL_STABLE, PageChecker
from playwright.sync_api import Locator, Page, Playwright, expect
from portal_pages import DESKTOP_OPTIONS, as_new, create_administrator, open_person, shared_portal
from server import Household, Server, eventually

FAMILY = "👩‍👩‍👧‍👦"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
NAMES = {
    "right to left": "محمد عبد الله بن عبد العزيز",
    "emoji": f"Ottokar {FAMILY}",
    "long": "Hieronymus Zwölfwörterbuch " * 7,
}


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


def create(server: Server, name: str, email: str, number: str = "") -> dict[str, Any]:
    """Create a person by the API."""
    server.canaries |= {name.strip(), email}
    with server.rest() as rest:
        body = {"name": name, "email": email, "number": number}
        made = rest.post("/api/v1/persons", params={"tenant": server.ready["tenant"]}, json=body)
        assert made.status_code == 201, made.text
        return made.json()


def person(server: Server, person_id: str) -> dict[str, Any]:
    with server.rest() as rest:
        return rest.get(f"/api/v1/persons/{person_id}", params={"tenant": server.ready["tenant"]}).json()


def drawer(page: Page) -> Locator:
    return page.get_by_role("dialog")


def assert_accessible(checker: PageChecker) -> None:
    findings = list(dict.fromkeys(checker.findings))
    assert not findings, "\n".join(findings)


def press(page: Page, locator: Locator) -> None:
    """Press a button by keyboard."""
    locator.focus()
    page.keyboard.press("Enter")


def keep_picture(page: Page, name: str) -> None:
    """Take pictures for a look at the screens, if PICTURES names a directory."""
    if folder := os.environ.get("PICTURES"):
        for width in (1440, 900, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
        page.set_viewport_size(DESKTOP_OPTIONS["viewport"])
        page.emulate_media(color_scheme="light")


def test_a_csv_file_with_faulty_rows_is_previewed_by_line(desk: Client, server: Server, household: Household) -> None:
    server.canaries |= {"Philomena Zeile", "philomena.zeile@example.com"}
    page = desk.page
    page.goto(f"{desk.origin}/portal/people")
    press(page, page.get_by_role("button", name="Import CSV"))
    rows = f"""Name;E-Mail;Nebenstelle;Rolle
Philomena Zeile;philomena.zeile@example.com;next;
;without.name@example.com;;
Quirin Vergeben;quirin.vergeben@example.com;{household.anna.number};Chef
"""
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": rows.encode("latin-1")}
    form = drawer(page)
    form.locator("input[type=file]").set_input_files(file)
    expect(form.get_by_text("1 new, 0 changed, 0 as they are, 2 with faults.")).to_be_visible()
    preview = form.get_by_role("table", name="Preview")
    expect(preview.get_by_role("row").nth(1)).to_contain_text("Name is missing.")
    expect(preview.get_by_role("row").nth(2)).to_contain_text("Number is in use already.")
    expect(preview.get_by_role("row").nth(2)).to_contain_text("Role is unknown: user or administrator.")
    expect(preview.get_by_role("row").nth(2)).to_contain_text("4")
    keep_picture(page, "import")
    store = form.get_by_role("button", name="Import 1 person")
    expect(store).to_be_disabled()
    checker = PageChecker(desk, "en")
    checker.label = "import"
    checker.check("light", "dark")
    assert_accessible(checker)
    form.get_by_label("Skip the entries with faults").check()
    press(page, store)
    expect(form).to_have_count(0)
    expect(page.get_by_text("1 person added, 0 changed.")).to_be_visible()
    page.get_by_role("searchbox").fill("philomena")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    page.get_by_role("searchbox").fill("quirin")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_an_import_is_undone_after_its_consequences_are_shown(desk: Client, server: Server) -> None:
    """The first of two imported people gets another name in between, and is kept."""
    server.canaries |= {"Ruprecht Bleibt", "ruprecht@example.com", "Sibylle Geht", "sibylle@example.com"}
    page = desk.page
    page.goto(f"{desk.origin}/portal/people")
    press(page, page.get_by_role("button", name="Import CSV"))
    rows = "name,email\nRuprecht Kommt,ruprecht@example.com\nSibylle Geht,sibylle@example.com\n"
    form = drawer(page)
    form.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    press(page, form.get_by_role("button", name="Import 2 people"))
    expect(page.get_by_text("2 people added, 0 changed.")).to_be_visible()
    with server.rest() as rest:
        tenant = {"tenant": server.ready["tenant"]}
        found = rest.get("/api/v1/people", params={**tenant, "search": "ruprecht"}).json()["items"]
        changed = rest.patch(f"/api/v1/persons/{found[0]['id']}", params=tenant, json={"name": "Ruprecht Bleibt"})
        assert changed.status_code == 200, changed.text

    press(page, page.get_by_role("button", name="Import CSV"))
    imports = form.get_by_role("list", name="Imports of the last 30 days")
    undo = imports.get_by_role("button", name="Undo the import of").first
    expect(imports.get_by_role("listitem").first).to_contain_text("2 added, 0 changed")
    press(page, undo)
    question = page.get_by_role("dialog", name="Undo this import?")
    expect(question).to_contain_text("1 person is deleted with their number, invitation and messages.")
    expect(question).to_contain_text("Ruprecht Bleibt – changed since")
    keep_picture(page, "undo-import")
    checker = PageChecker(desk, "en")
    checker.label = "undo of an import"
    checker.check("light", "dark")
    assert_accessible(checker)
    press(page, question.get_by_role("button", name="Undo the import"))
    expect(page.get_by_text("1 person deleted, 0 changed back, 1 kept.")).to_be_visible()
    expect(imports.get_by_role("listitem").first).to_contain_text("Undone")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("sibylle")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("searchbox").fill("ruprecht")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)


def test_a_new_person_is_handed_over(desk: Client, server: Server, household: Household) -> None:
    name, email = "Rosalinde Übergabe", "rosalinde.uebergabe@example.com"
    server.canaries |= {name, email}
    page = desk.page
    page.goto(f"{desk.origin}/portal/people")
    press(page, page.get_by_role("button", name="New person"))
    form = drawer(page)
    number = form.get_by_label("Number")
    expect(number).not_to_have_value("")
    proposed = number.input_value()
    form.get_by_label("Name").fill(name)
    form.get_by_label("E-mail").fill(email)
    number.fill(household.anna.number)
    page.keyboard.press("Enter")
    expect(form.get_by_text("This number is taken. Choose another one.")).to_be_visible()
    with server.rest() as rest:
        listed = rest.get("/api/v1/people", params={"tenant": server.ready["tenant"], "search": name}).json()
    assert listed["total"] == 0
    form.get_by_label("Department").fill("Warehouse")
    number.fill(proposed)
    page.keyboard.press("Enter")
    expect(form.get_by_role("img", name="Sign-in code")).to_be_visible()
    with server.rest() as rest:
        listed = rest.get("/api/v1/people", params={"tenant": server.ready["tenant"], "search": name}).json()
    assert [each["department"] for each in listed["items"]] == ["Warehouse"]
    expect(form.get_by_role("button", name="Send invitation")).to_be_visible()
    form.get_by_role("button", name="Add a phone").click()
    form.get_by_label("Name of the phone").fill("Desk, second floor")
    form.get_by_role("button", name="Show login").click()
    for setting in ("Server", "Port", "Domain", "Number", "User name", "Password"):
        expect(form.get_by_role("button", name=f"Copy {setting}", exact=True)).to_be_visible()
    server.canaries.add(form.locator("dd > span").last.inner_text())
    keep_picture(page, "hand-over")
    checker = PageChecker(desk, "en")
    checker.label = "hand-over"
    checker.check("light", "dark")
    assert_accessible(checker)
    form.get_by_role("button", name="Done").click()
    expect(form).to_have_count(0)
    open_person(desk, name, "Phones")
    expect(page.get_by_label("Name of Desk, second floor")).to_have_value("Desk, second floor")


def test_a_field_is_edited_in_place_and_undone(desk: Client, server: Server) -> None:
    made = create(server, "Sieglinde Feldmann", "sieglinde.feldmann@example.com", "770077")
    page = desk.page
    open_person(desk, "Sieglinde Feldmann")
    keep_picture(page, "person")
    field = page.get_by_label("Name", exact=True)
    field.fill("Sieglinde Neumann")
    server.canaries.add("Sieglinde Neumann")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sieglinde Neumann", level=1)).to_be_visible()
    expect(page.get_by_text("The name is changed.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Sieglinde Feldmann", level=1)).to_be_visible()
    assert person(server, made["id"])["name"] == "Sieglinde Feldmann"
    email = page.get_by_label("E-mail", exact=True)
    email.fill("no address")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Enter an e-mail address.")).to_be_visible()
    expect(email).to_have_value("no address")
    page.keyboard.press("Escape")
    expect(email).to_have_value("sieglinde.feldmann@example.com")
    ring = page.get_by_label("Ring time (seconds)")
    ring.fill("45")
    ring.blur()
    with server.rest() as rest:
        eventually(
            lambda: (
                rest.get("/api/v1/extensions/770077", params={"tenant": server.ready["tenant"]}).json()["ring_seconds"]
                == 45
            ),
            what="the ring time",
        )
    page.set_viewport_size(PHONE_VIEWPORT)
    page.goto(f"{desk.origin}/portal/people/{made['id']}?tab=security")
    expect(page.get_by_role("tab", name="Security", selected=True)).to_be_in_viewport(ratio=1)


def test_an_extension_calls_outside_only_while_it_is_open(desk: Client, server: Server) -> None:
    tenant = {"tenant": server.ready["tenant"]}
    create(server, "Hannelore Werkstatt", "hannelore.werkstatt@example.com", "770078")

    def rule() -> str | None:
        tried = {"from": "770078", "number": "0301234567"}
        return rest.post("/api/v1/routes/test", params=tenant, json=tried).json()["rule"]

    with server.rest() as rest:
        new = {"name": "workshop", "open": [], "then": "hangup"}
        rest.post("/api/v1/hours", params=tenant, json=new).raise_for_status()
        open_person(desk, "Hannelore Werkstatt", "Calls")
        during = desk.page.get_by_role("region", name="Calls outside from 770078").get_by_label(
            "When they may be called"
        )
        during.select_option(label="While workshop is open")
        expect(desk.page.get_by_text("The permissions are changed.")).to_be_visible()
        expect(during).to_be_enabled()
        assert (rule(), during.input_value()) == ("hours", "workshop")
        desk.page.get_by_role("button", name="Undo").click()
        eventually(lambda: rule() != "hours", what="calls are possible at any time")


def test_a_suspension_is_undone(desk: Client, server: Server) -> None:
    made = create(server, "Tankred Pause", "tankred.pause@example.com")
    page = desk.page
    open_person(desk, "Tankred Pause")
    press(page, page.get_by_role("button", name="Suspend"))
    drawer(page).get_by_label("Explanation for the person").fill("Until the phone is found")
    drawer(page).get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Tankred Pause is suspended: signed out everywhere, phones do not work.")).to_be_visible()
    expect(page.get_by_role("button", name="Reactivate")).to_be_visible()
    expect(page.get_by_text("Until the phone is found")).to_be_visible()
    assert person(server, made["id"])["state"] == "suspended"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    assert person(server, made["id"])["state"] == "invited"


def test_several_people_are_suspended_together(desk: Client, server: Server) -> None:
    made = [create(server, f"Ulf Gruppe{which}", f"ulf{which}.gruppe@example.com") for which in ("eins", "zwei")]
    page = desk.page
    page.goto(f"{desk.origin}/portal/people")
    page.get_by_role("searchbox").fill("gruppe")
    for one in made:
        page.get_by_label(f"Select {one['name']}").check()
    press(page, page.get_by_role("button", name="Suspend"))
    drawer(page).get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("2 people are suspended.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    for one in made:
        eventually(lambda one=one: person(server, one["id"])["state"] == "invited", what="the end of the suspension")


def test_names_of_any_script_and_length_fit(desk: Client, server: Server) -> None:
    names = {kind: name.strip() for kind, name in NAMES.items()}
    made = {kind: create(server, name, f"name.{len(name)}@example.com") for kind, name in names.items()}
    page, checker = desk.page, PageChecker(desk, "en")

    def open_page(path: str, heading: str, *shown: str) -> None:
        page.evaluate(FOLLOW, path)
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        for name in shown:
            expect(page.get_by_text(name).first).to_be_visible()
        checker.label = f"{width} {path}"
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth + 1"), checker.label

    page.goto(f"{desk.origin}/portal/people")
    expect(page.get_by_role("heading", name="People & phones", level=1)).to_be_visible()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        open_page("/portal/people", "People & phones", *names.values())
        checker.check("light", "dark")
        if width == 1440:
            keep_picture(page, "names-list")
        for kind, name in names.items():
            open_page(f"/portal/people/{made[kind]['id']}", name)
    checker.check("light", "dark")
    assert_accessible(checker)


def test_a_long_word_leaves_the_other_columns_in_sight(desk: Client, server: Server) -> None:
    new = {"book": "company", "name": LONG_WORD, "organisation": LONG_WORD, "department": LONG_WORD[:60]}
    server.canaries |= {LONG_WORD}
    with server.rest() as rest:
        made = rest.post("/api/v1/contacts", params={"tenant": server.ready["tenant"]}, json=new)
        assert made.status_code == 201, made.text
    desk.page.goto(f"{desk.origin}/portal/contacts")
    table = desk.page.get_by_role("region", name="(table)")
    expect(table.get_by_text(LONG_WORD).first).to_be_visible()
    desk.page.evaluate(WAIT_UNTIL_STABLE)
    assert table.evaluate("(each) => each.scrollWidth <= each.clientWidth + 1")


def test_former_addresses_lead_to_people_and_phones(desk: Client) -> None:
    for former in ("extensions", "devices"):
        desk.page.goto(f"{desk.origin}/portal/{former}")
        expect(desk.page.get_by_role("heading", name="People & phones")).to_be_visible()
        assert desk.page.url.endswith("/portal/people")


def test_a_person_is_erased_with_a_receipt(desk: Client, server: Server) -> None:
    name = "Erasmus Vergesslich"
    created = create(server, name, "erasmus@example.com", "4711")
    open_person(desk, name, "Security")
    page = desk.page
    page.get_by_role("button", name="Erase this person").click()
    dialog = drawer(page).filter(has_text="cannot be undone")
    expect(dialog.get_by_role("listitem").filter(has_text="Extensions: 1")).to_be_visible()
    erase = dialog.get_by_role("button", name="Erase this person")
    dialog.get_by_label(f"Type “{name}” to confirm").fill("Erasmus")
    expect(erase).to_be_disabled()
    dialog.get_by_label(f"Type “{name}” to confirm").fill(name)
    with page.expect_download() as offered:
        erase.click()
        page.get_by_role("button", name="Download receipt").click()
    receipt = json.loads(offered.value.path().read_text())
    assert (receipt["person"], receipt["failed"]) == (created["id"], [])
    assert name not in offered.value.path().read_text()
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{desk.origin}/portal/people")
    expect(page.get_by_role("table").get_by_role("button", name=name)).to_have_count(0)
