"""Chat between two clients: what is written without a network arrives once, also if an answer is lost."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Route, expect
from server import Household, Server, eventually

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
    expect(messages(berta).nth(1)).to_have_text("One")  # the next attempt, with "Two", may follow before it is seen
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


def end_is_in_view(client: Client) -> bool:
    """Whether the messages end directly above the field, and not below it."""
    page = client.page
    thread = page.get_by_role("log", name="Messages").bounding_box()
    field = page.get_by_role("textbox", name=f"Message to {BERTA}").bounding_box()
    assert thread
    assert field
    return 0 <= field["y"] - thread["y"] - thread["height"] < 150


def is_above_the_title(client: Client, text: str) -> bool:
    """Whether a banner is in view and does not cover the title of the conversation."""
    banner = client.page.get_by_role("status").filter(has_text=text).bounding_box()
    title = client.page.get_by_role("main").get_by_role("heading", name=BERTA).bounding_box()
    if banner is None or title is None:  # between two states
        return False
    return banner["y"] >= 0 and banner["y"] + banner["height"] <= title["y"]


@pytest.mark.promise("C11")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_banner_or_a_call_does_not_cover_the_last_message(clients: Clients, household: Household, width: int) -> None:
    """On a phone the page scrolls, beside the list the conversation does. On its side, a phone has the call in the corner
    of the field."""
    clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone", viewport={"width": width, "height": 720}).sign_in(household.anna, path="/team")
    page = anna.wait_registered().page
    page.get_by_role("link", name=BERTA).click()
    page.get_by_role("button", name=f"Send a message to {BERTA}").click()
    write(anna, "\n".join(f"Line {each}" for each in range(60)))
    expect(page.get_by_text("Line 59").last).to_be_visible()
    eventually(lambda: end_is_in_view(anna), what="the end of the messages")
    page.get_by_role("button", name=f"Call {BERTA}", exact=True).click()
    if width == 390:
        page.get_by_role("button", name="Minimize call").click()
    expect(page.get_by_role("region", name=f"Call with {BERTA}")).to_be_visible()
    eventually(lambda: end_is_in_view(anna), what="the end of the messages above the call")
    page.get_by_role("textbox", name=f"Message to {BERTA}").fill("To be sent")
    page.set_viewport_size({"width": max(width, 844), "height": 720})
    page.get_by_role("button", name="Send").click(trial=True)
    page.set_viewport_size({"width": width, "height": 720})
    anna.context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    eventually(lambda: end_is_in_view(anna), what="the end of the messages below the banner")
    eventually(lambda: is_above_the_title(anna, "No connection"), what="the banner above the title of the conversation")


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
    anna.open("/chat")
    expect(anna.page.get_by_role("link", name="Workshop")).to_contain_text(f"Draft: @{BERTA} Bring the plans")
    anna.page.get_by_role("link", name="Workshop").click()
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


def process_memory(pid: int) -> Iterator[bytes]:
    """Yield the writable memory of a process, region by region; its owner is root here, or the process is ours."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(each, 16) for each in span.split("-"))
            with suppress(OSError, ValueError):  # unmapped meanwhile, or of a device
                memory.seek(start)
                yield memory.read(end - start)


def stored_bytes(home: Path) -> Iterator[bytes]:
    for each in home.rglob("*"):
        if each.is_file():
            yield each.read_bytes()


@pytest.mark.promise("C11")
def test_encrypted_messages_are_readable_on_the_devices_only(
    clients: Clients, household: Household, server: Server
) -> None:
    secret, ordinary = "zanzibarquartz", "ordinarywombat"
    anna, berta = clients().sign_in(household.anna, path="/chat"), clients().sign_in(household.berta, path="/chat")
    for each in (anna, berta):
        eventually(lambda each=each: '"registered":true' in each.stored_data(), what="a registered device")
    anna.page.get_by_role("button", name="New conversation").click()
    anna.page.get_by_role("combobox", name="People").press_sequentially(BERTA)
    anna.page.get_by_role("option", name=BERTA).click()
    anna.page.keyboard.press("Tab")  # closes the list, which covers the switch
    encrypt = anna.page.get_by_role("switch", name="Encrypt end to end")
    encrypt.click()
    expect(encrypt).to_be_checked()
    expect(anna.page.get_by_text("The server cannot read the messages.")).to_be_visible()
    anna.page.get_by_role("button", name="Write", exact=True).click()
    expect(anna.page.get_by_text("End-to-end encrypted").last).to_be_visible()
    conversation = anna.page.url.rpartition("/")[2]
    write(anna, f"The key is **{secret}**")
    berta.open(f"/chat/{conversation}")
    expect(messages(berta)).to_have_text([f"The key is {secret}"])
    berta.page.get_by_role("textbox", name="Message to Annarosa").fill(f"Not {secret}?")
    berta.page.get_by_role("button", name="Send", exact=True).click()
    expect(messages(anna)).to_have_text([f"The key is {secret}", f"Not {secret}?"])
    anna.context.set_offline(True)
    write(anna, "Yes")
    expect(anna.page.get_by_role("img", name="Sending")).to_have_count(1)
    anna.context.set_offline(False)
    expect(messages(berta)).to_have_count(3, timeout=20_000)
    berta.page.reload()
    expect(messages(berta)).to_have_text([f"The key is {secret}", f"Not {secret}?", "Yes"])

    anna.page.get_by_role("button", name="Actions for the message The key").click()
    anna.page.get_by_role("menuitem", name="Edit").click()
    write(anna, f"It was {secret}")
    expect(messages(berta).first).to_have_text(f"It was {secret}")
    anna.page.get_by_label("File", exact=True).set_input_files(
        [FilePayload(name=f"{secret}.jpg", mimeType="image/jpeg", buffer=picture())]
    )
    write(anna, "A photo")
    photo = berta.page.get_by_role("img", name=f"Photo from Annarosa Quellmalz: {secret}.jpg")
    expect(photo).to_have_js_property("naturalWidth", 360)  # the thumbnail in the message
    photo.click()
    full = berta.page.get_by_role("dialog").get_by_role("img", name=secret)
    expect(full).to_have_js_property("naturalWidth", 800)
    berta.page.keyboard.press("Escape")
    berta.page.get_by_role("button", name="Actions for the message A photo").click()
    berta.page.get_by_role("menuitem", name="React with 🎉").click()
    expect(anna.page.get_by_role("list", name="Reactions")).to_have_text("🎉")
    numbers = [
        (anna, BERTA),
        (berta, "Annarosa Quellmalz"),
    ]
    shown = set[str | None]()
    for client, other in numbers:
        client.page.get_by_role("button", name=f"Details of {other}").click()
        number = client.page.get_by_role("note", name=f"Safety number with {other}")
        expect(number).to_have_text(re.compile(r"^(\d{5} ){11}\d{5}$"))
        shown.add(number.text_content())
    assert len(shown) == 1
    walk = PageChecker(anna, "en")
    walk.check("light", "dark")
    assert walk.findings == []
    anna.page.get_by_role("button", name="The number is the same").click()
    expect(anna.page.get_by_text("Verified:")).to_be_visible()
    anna.page.keyboard.press("Escape")

    anna.open("/team").page.get_by_role("link", name=BERTA).click()
    anna.page.get_by_role("button", name=f"Send a message to {BERTA}").click()
    write(anna, ordinary)
    held = lambda text: any(text.encode() in each for each in process_memory(server.pid))  # noqa: E731
    eventually(lambda: held(ordinary), what="the text of an ordinary conversation in memory")
    assert not held(secret)
    assert any(conversation.encode() in each for each in stored_bytes(server.home))
    assert not any(text.encode() in each for each in stored_bytes(server.home) for text in (secret, ordinary))
    assert anna.complaints == berta.complaints == []
