"""Chat between two clients: what is written without a network arrives once, also if an answer is lost."""

import io

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Route, expect
from server import Household, eventually

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


@pytest.mark.promise("C11", "U1", "S2")
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


def create_group(client: Client, name: str, *people: str) -> None:
    """Create a group by keyboard."""
    client.page.get_by_role("button", name="New conversation").press("Enter")
    for each in people:
        client.page.get_by_role("combobox", name="People").press_sequentially(each)
        expect(client.page.get_by_role("option", name=each)).to_be_visible()
        client.page.keyboard.press("ArrowDown")
        client.page.keyboard.press("Enter")
    client.page.get_by_role("textbox", name="Name of the group").fill(name)
    client.page.keyboard.press("Enter")
    expect(client.page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.promise("C11")
def test_a_group_has_owners_mentions_pinned_messages_and_a_search(clients: Clients, household: Household) -> None:
    anna, berta = clients().sign_in(household.anna, path="/chat"), clients().sign_in(household.berta, path="/chat")
    berta.page.set_viewport_size({"width": 1200, "height": 800})
    create_group(anna, "Workshop", BERTA, "Claramunde Zwiebach")
    field = anna.page.get_by_role("textbox", name="Message to Workshop")
    field.press_sequentially("@Bert")
    expect(anna.page.get_by_role("option", name=BERTA)).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value(f"@{BERTA} ")
    field.press_sequentially("Bring the plans")
    eventually(lambda: "Bring the plans" in anna.stored_data(), what="a stored draft")
    anna.page.reload()
    expect(field).to_have_value(f"@{BERTA} Bring the plans")
    anna.page.get_by_role("button", name="Send", exact=True).click()
    expect(messages(anna)).to_have_text([f"@{BERTA} Bring the plans"])

    berta.page.get_by_role("link", name="Workshop").click()
    expect(messages(berta)).to_have_text([f"@{BERTA} Bring the plans"])
    anna.page.get_by_role("button", name="Actions for the message").press("Enter")
    anna.page.get_by_role("menuitem", name="Pin").press("Enter")
    expect(berta.page.get_by_role("button", name="1 pinned message")).to_be_visible()

    anna.page.get_by_role("button", name="Details of Workshop").press("Enter")
    anna.page.get_by_role("button", name=f"Actions for {BERTA}").press("Enter")
    anna.page.get_by_role("menuitem", name="Make an owner").press("Enter")
    expect(anna.page.get_by_role("dialog").get_by_text("Owner", exact=True)).to_have_count(2)
    anna.page.get_by_role("combobox", name="Disappearing messages").select_option("7 days")
    anna.page.get_by_role("switch", name="Mute notifications").press("Space")
    expect(anna.page.get_by_role("switch", name="Mute notifications")).to_be_checked()
    expect(berta.page.get_by_text("Disappearing messages: 7 days")).to_be_visible()
    walk = PageChecker(anna, "en")
    walk.check("light", "dark")
    anna.page.keyboard.press("Escape")

    berta.page.get_by_role("searchbox", name="Search conversations and messages").fill("plans")
    found = berta.page.get_by_role("region", name="Messages on this device").get_by_role("link")
    expect(found).to_have_count(1)
    found.press("Enter")
    expect(berta.page.get_by_role("listitem", name="Annarosa Quellmalz")).to_be_focused()
    berta.page.get_by_role("button", name="Details of Workshop").click()
    berta.page.get_by_role("button", name="Leave group").click()
    berta.page.get_by_role("dialog", name="Leave Workshop?").get_by_role("button", name="Leave group").click()
    expect(berta.page.get_by_role("log")).to_have_count(0)
    assert walk.findings == []
    assert anna.complaints == berta.complaints == []


class StoppedUpload:
    """Lets the first parts of files arrive and no further ones."""

    def __init__(self) -> None:
        self.parts = 0
        self.is_stopped = False

    def __call__(self, route: Route) -> None:
        self.parts += route.request.method == "PATCH"
        self.is_stopped = self.parts > 2
        if self.is_stopped:
            route.abort()
        else:
            route.continue_()


COUNT_CAMERA = """
window.asked = 0
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = (...how) => { asked += 1; return ask(...how) }
"""
PHOTO = "Photo from Annarosa Quellmalz: beach.jpg"


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(target, "JPEG")
    return target.getvalue()


@pytest.mark.promise("C4", "C11", whole=True)
def test_files_are_sent_once_the_network_is_back_also_after_a_reload(clients: Clients, household: Household) -> None:
    """C4 as a whole: writing messages uses no camera; photos and videos are taken by the system's own camera, opened by the
    person. Video calls: `test_two_clients_exchange_audio_and_video`; asked at the moment of use only:
    `test_a_newcomer_gets_from_the_code_to_a_ringing_test_call`. Refused, the rest goes on:
    `test_a_blocked_microphone_is_reported_and_the_call_continues`, `test_a_refused_camera_is_reported_and_the_link_can_be_typed`.

    C11 as a whole: text, photos and documents are sent and received. They are sealed, and opened by members only:
    `test_texts_are_sealed_and_end_with_their_tenant`, `test_only_members_read_and_write`,
    `test_only_members_of_the_conversation_download_a_file`; a photo loses its place: `test_a_photo_is_stored_without_place_and_camera`."""
    berta, anna = clients().sign_in(household.berta, path="/chat"), clients()
    anna.context.add_init_script(COUNT_CAMERA)
    anna.sign_in(household.anna, path="/team")
    anna.page.get_by_role("link", name=BERTA).click()
    anna.page.get_by_role("button", name=f"Send a message to {BERTA}").click()
    with anna.page.expect_file_chooser() as camera:
        anna.page.get_by_role("button", name="Attach").click()
        anna.page.get_by_role("menuitem", name="Camera").click()
    assert camera.value.element.get_attribute("capture") == "environment"
    assert camera.value.element.get_attribute("accept") == "image/*,video/*"
    assert anna.page.evaluate("asked") == 0
    files = [("beach.jpg", "image/jpeg", picture()), ("<plan>.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(6 << 20))]
    chosen = [FilePayload(name=name, mimeType=kind, buffer=data) for name, kind, data in files]
    anna.page.get_by_label("File", exact=True).set_input_files(chosen)
    expect(anna.page.get_by_role("list", name="Attached files").get_by_role("listitem")).to_have_count(2)
    uploads = StoppedUpload()
    anna.page.route("**/api/v1/attachments/**", uploads)
    write(anna, "From the sea")
    write(anna, "And this comes after it")
    expect(anna.page.get_by_role("progressbar", name="Upload of <plan>.pdf")).to_have_attribute("aria-valuenow", "67")
    anna.page.reload()
    anna.page.unroute("**/api/v1/attachments/**")

    berta.page.get_by_role("link", name="Annarosa Quellmalz").click()
    expect(messages(berta).filter(has_text="And this")).to_have_count(1, timeout=60_000)
    photo = berta.page.get_by_role("button", name=PHOTO)
    expect(photo.get_by_role("img")).to_be_visible()
    with berta.page.expect_download() as download:
        berta.page.get_by_role("button", name="Download _plan_.pdf").click()
    assert download.value.path().stat().st_size == len(files[1][2])
    photo.click()
    viewer = berta.page.get_by_role("dialog", name="beach.jpg")
    expect(viewer.get_by_role("img", name=PHOTO)).to_be_visible()
    walk = PageChecker(berta, "en")
    walk.check("light")
    berta.page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    walk.check("light", "dark")
    assert walk.findings == []
    assert berta.complaints == []
