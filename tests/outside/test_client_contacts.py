"""Contacts in the app: created, changed, deleted and restored; contacts of the device, which stay on it."""

import io

import pytest
from client_pages import Clients
from page_checks import PageChecker
from PIL import Image
from playwright.sync_api import expect
from server import Household

CARDS = b"""BEGIN:VCARD
VERSION:3.0
FN:Wandalina Gasthoff
TEL;TYPE=CELL:030 55501234
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Nameless
END:VCARD
"""
REPORT_BODIES = """(() => {
  // The bodies of `Request` objects are not shown outside the page.
  const {fetch} = window
  window.fetch = async (...what) => {
    const request = new Request(...what)
    bodySent(await request.clone().text())
    return fetch(request)
  }
})()"""


@pytest.mark.promise("C7", whole=True)
def test_a_contact_is_created_changed_deleted_and_restored(clients: Clients, household: Household) -> None:
    """C7 as a whole: contacts of the device are found and named from the device alone, and copied to the server only
    after the user has agreed, until the withdrawal.

    `test_nothing_of_a_device_is_stored_without_the_consent_of_the_owner`,
    `test_copies_follow_their_device_and_a_withdrawal_removes_them_with_every_trace` and
    `test_contacts_of_a_device_are_refused_without_consent_and_removed_by_its_withdrawal` prove the server's part,
    `test_numbers_get_names_from_the_own_contacts_first_and_never_from_those_of_others` and
    `test_a_company_contact_names_the_caller_on_the_phone_and_in_the_record_but_not_to_carriers` the names of callers.
    """
    anna = clients().sign_in(household.anna, path="/team?show=contacts")
    page = anna.page
    walk = PageChecker(anna, "en")
    expect(page.get_by_text("No contacts yet.")).to_be_visible()
    walk.check("light", "dark")
    page.get_by_role("button", name="New contact").click()
    form = page.get_by_role("dialog", name="New contact")
    form.get_by_role("textbox", name="Name", exact=True).fill("Maria Muster")
    form.get_by_role("textbox", name="Organisation").fill("Muster GmbH")
    form.get_by_role("textbox", name="Number 1", exact=True).fill("call me")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("This is not a telephone number.")).to_be_visible()
    walk.check("light", "dark")
    form.get_by_role("textbox", name="Number 1", exact=True).fill("0171 1234567")
    form.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Maria Muster")).to_be_visible()
    expect(page.get_by_role("button", name="0171 1234567 Mobile")).to_be_visible()
    page.evaluate("navigator.clipboard.writeText = async text => { document.body.dataset.copied = text }")
    page.get_by_role("button", name="Copy 0171 1234567").click()
    expect(page.locator("body")).to_have_attribute("data-copied", "+491711234567")
    walk.check("light", "dark")
    page.get_by_role("button", name="Add Maria Muster to favourites").click()
    expect(page.get_by_role("button", name="Remove Maria Muster from favourites")).to_be_visible()
    page.get_by_role("button", name="More actions for Maria Muster").click()
    page.get_by_role("menuitem", name="Delete contact").click()
    deleted = page.get_by_role("listitem").filter(has_text="Maria Muster is deleted.")
    deleted.get_by_role("button", name="Undo").click()
    contacts = page.get_by_role("list", name="Favourites")
    expect(contacts.get_by_role("link", name="Maria Muster")).to_be_visible()
    page.get_by_role("searchbox", name="Search contacts").fill("0171")
    expect(page.get_by_role("list", name="Contacts").get_by_role("link", name="Maria Muster")).to_be_visible()
    walk.check("light", "dark")

    page.get_by_role("button", name="More actions for contacts").click()
    page.get_by_role("menuitem", name="Import contacts").click()
    drawer = page.get_by_role("dialog", name="Import contacts")
    rows = b"name;mobile\nMax Muster;0171 7654321\nBad;call me\n"
    drawer.locator("input[type=file]").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": rows})
    expect(drawer.get_by_role("row", name="A number is not a telephone number.")).to_be_visible()
    walk.check("light", "dark")
    expect(drawer.get_by_role("button", name="Import 1 contact")).to_be_disabled()
    drawer.get_by_role("checkbox", name="Skip the entries with faults").check()
    drawer.get_by_role("button", name="Import 1 contact").click()
    page.get_by_role("searchbox", name="Search contacts").fill("Max")
    expect(page.get_by_role("list", name="Contacts").get_by_role("link", name="Max Muster")).to_be_visible()

    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.on("websocket", lambda opened: opened.on("framesent", lambda frame: sent.append(str(frame))))
    page.context.expose_function("bodySent", lambda body: sent.append(body))
    page.add_init_script(REPORT_BODIES)
    page.evaluate(REPORT_BODIES)
    page.get_by_role("button", name="More actions for contacts").click()
    page.get_by_role("menuitem", name="Contacts of this device").click()
    dialog = page.get_by_role("dialog", name="Contacts of this device")
    dialog.locator("input[type=file]").set_input_files({"name": "c.vcf", "mimeType": "text/vcard", "buffer": CARDS})
    expect(dialog.get_by_text("1 contact of this device", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Line 6: it has no telephone number")).to_be_visible()
    walk.check("light", "dark")
    page.reload()
    page.get_by_role("searchbox", name="Search contacts").fill("wandal")
    expect(page.get_by_role("list", name="Contacts of this device")).to_contain_text("030 55501234")
    assert not [one for one in sent if "Wandalina" in one or "5550" in one], "contacts have left the device"

    page.get_by_role("searchbox", name="Search contacts").fill("")
    page.get_by_role("button", name="More actions for contacts").click()
    page.get_by_role("menuitem", name="Contacts of this device").click()
    switch = dialog.get_by_role("switch", name="Sync the contacts of this device")
    switch.click()
    question = page.get_by_role("dialog", name="Sync the contacts of this device?")
    expect(question).to_contain_text("You can withdraw your consent at any time")
    walk.check("light", "dark")
    question.get_by_role("button", name="Cancel").click()
    expect(switch).not_to_be_checked()
    assert not [one for one in sent if "Wandalina" in one], "contacts have left the device"
    switch.click()
    question.get_by_role("button", name="Agree and sync").click()
    expect(switch).to_be_checked()
    dialog.get_by_role("button", name="Close").click()
    copy = page.get_by_role("list", name="Contacts", exact=True).get_by_role("link", name="Wandalina Gasthoff")
    expect(copy).to_be_visible()
    assert [one for one in sent if "Wandalina" in one], "the log shows what is sent with consent"
    other = clients().sign_in(household.anna, path="/settings/privacy").page
    other.get_by_role("switch", name="Contact sync").click()
    expect(copy).to_be_hidden()
    page.get_by_role("searchbox", name="Search contacts").fill("wandal")
    expect(page.get_by_role("list", name="Contacts of this device")).to_contain_text("030 55501234")
    assert walk.findings == []
    assert anna.complaints == []


def test_a_picture_of_a_contact_is_shown_restored_and_removed(clients: Clients, household: Household) -> None:
    anna = clients().sign_in(household.anna, path="/team?show=contacts")
    page = anna.page
    walk = PageChecker(anna, "en", label="pictures of contacts")
    photo = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(photo, "JPEG")
    page.get_by_role("button", name="New contact").click()
    form = page.get_by_role("dialog", name="New contact")
    form.get_by_role("textbox", name="Name", exact=True).fill("Petra Portrait")
    form.get_by_role("textbox", name="Number 1", exact=True).fill("0171 9876543")
    form.get_by_role("button", name="Save").click()
    heading = page.get_by_role("heading", name="Petra Portrait")
    shown = page.locator("header").filter(has=heading).locator("img")
    expect(heading).to_be_visible()
    expect(shown).to_have_count(0)

    def choose(entry: str) -> None:
        page.get_by_role("button", name="More actions for Petra Portrait").click()
        page.get_by_role("menuitem", name=entry).click()

    choose("Edit contact")
    form = page.get_by_role("dialog", name="Edit contact")
    form.locator("input[type=file]").set_input_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    expect(form.get_by_text("The photo cannot be read.")).to_be_visible()
    form.locator("input[type=file]").set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    expect(form.locator("img")).to_be_visible()
    assert form.locator("img").evaluate("each => each.naturalWidth") == 256
    walk.check("light", "dark")
    form.get_by_role("textbox", name="Organisation").fill("Portrait GmbH")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(shown).to_be_visible()
    entry = (
        page.get_by_role("list", name="Contacts", exact=True).get_by_role("listitem").filter(has_text="Petra Portrait")
    )
    choose("Delete contact")
    deleted = page.get_by_role("listitem").filter(has_text="Petra Portrait is deleted.")
    expect(deleted).to_be_visible()
    expect(entry).to_have_count(0)
    deleted.get_by_role("button", name="Undo").click()
    expect(entry.locator("img")).to_be_visible()
    entry.get_by_role("link", name="Petra Portrait").click()
    expect(shown).to_be_visible()
    choose("Edit contact")
    form.get_by_role("button", name="Remove picture").click()
    expect(form.locator("img")).to_have_count(0)
    form.get_by_role("button", name="Cancel").click()
    expect(shown).to_have_count(0)
    assert walk.findings == []
    assert anna.complaints == []
