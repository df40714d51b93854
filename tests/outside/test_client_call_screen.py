"""The call screen of the client: reload and Back, controls, and what it says of missing devices."""

from pathlib import Path
from typing import Any

import pytest
from client_pages import Clients
from client_phone import ANSWERED, ClientPhone, assert_two_way_audio, start_client_phone
from network_handover import NetworkHandover
from playwright.sync_api import Dialog, WebSocketRoute, expect
from server import Household, Server, eventually

ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def call(anna: ClientPhone, berta: ClientPhone, *, video: bool = False) -> None:
    anna.dial(berta.login.number, video=video)
    berta.answer(ANNA, video=video)
    anna.is_in_call_with(BERTA)
    assert_two_way_audio(anna, berta)


@pytest.mark.promise("U1", "S2")
def test_a_reload_takes_the_call_up_again(anna: ClientPhone, berta: ClientPhone) -> None:
    call(anna, berta, video=True)
    for reloaded, name, other in ((anna, BERTA, berta), (berta, ANNA, anna)):
        reloaded.page.reload()
        reloaded.is_in_call_with(name)
        assert_two_way_audio(anna, berta)
        assert other.call_with(ANNA if other is berta else BERTA).is_visible()
        assert reloaded.page.evaluate("sessionStorage.getItem('unificx.calls')") is None
    eventually(lambda: anna.frames() > 20 and berta.frames() > 20, what="pictures")
    anna.page.wait_for_timeout(11_000)  # longer than the server keeps the leg of a closed page
    assert_two_way_audio(anna, berta)
    anna.choose("Hold")
    on_hold = berta.call_with(ANNA).get_by_text("On hold by the other party")
    expect(on_hold).to_be_visible()
    anna.page.reload()
    expect(anna.call_with(BERTA).get_by_text("On hold", exact=True)).to_be_visible()
    expect(anna.call_with(BERTA).get_by_role("button", name=ANSWERED)).to_be_visible()
    assert on_hold.is_visible()
    anna.press("Resume")
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.assert_idle()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_a_call_that_cannot_be_taken_up_again_can_be_repeated(
    anna: ClientPhone, clients: Clients, household: Household, tmp_path: Path
) -> None:
    clara = start_client_phone(clients, household.clara, 1500, directory=tmp_path)
    reachable = False

    def route(socket: WebSocketRoute) -> None:
        if reachable:
            socket.connect_to_server()
        else:
            socket.close()

    clara.dial(anna.login.number)
    anna.answer(CLARA)
    clara.is_in_call_with(ANNA)
    clara.page.route_web_socket("**/sip", route)
    clara.page.reload()
    ended = clara.call_with(ANNA)
    expect(ended.get_by_role("alert")).to_have_text(f"Your call with {ANNA} ended.", timeout=20_000)
    anna.assert_idle()
    reachable = True
    clara.client.wait_registered()
    ended.get_by_role("button", name="Call again").click()
    anna.answer(CLARA)
    assert_two_way_audio(clara, anna, (1500, 440))
    clara.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_back_makes_the_call_small_and_never_ends_it(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.client.open("/dial").wait_registered()  # a full page load: the page before is not the client's
    call(anna, berta)
    small = anna.page.get_by_role("region", name=f"Call with {BERTA}")
    anna.page.go_back()
    expect(small).to_be_visible()
    for _ in range(2):
        anna.page.go_back()
        expect(small).to_be_visible()
        assert anna.page.url.endswith("/app/calls")
    assert_two_way_audio(anna, berta)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    anna.page.on("dialog", stay)
    anna.page.evaluate("setTimeout(() => location.reload())")
    eventually(lambda: asked or anna.page.wait_for_timeout(50), what="a question before the page is left")
    anna.page.remove_listener("dialog", stay)
    assert asked == ["beforeunload"]
    small.get_by_role("button", name=BERTA).click()
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.assert_idle()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_keys_and_controls_of_a_call(anna: ClientPhone, berta: ClientPhone) -> None:
    call(anna, berta)
    screen, keyboard = anna.call_with(BERTA), anna.page.keyboard
    controls = screen.locator("[data-grid]").get_by_role("button")
    expect(controls).to_have_text(["Mute", "Keypad", "Audio", "Add call", "Video", "More"])
    keyboard.press("Space")
    expect(screen.get_by_role("button", name="Unmute", exact=True)).to_be_visible()
    keyboard.press("Space")
    keyboard.press("h")
    expect(screen.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    keyboard.press("h")
    expect(screen.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    details = screen.get_by_role("button", name="Encrypted")
    for close in (lambda: keyboard.press("Escape"), lambda: screen.get_by_role("heading").click()):
        details.click()
        expect(details).to_have_attribute("aria-expanded", "true")
        close()
        expect(details).to_have_attribute("aria-expanded", "false")
        expect(screen).to_be_visible()
    keyboard.press("t")
    sheet = anna.page.get_by_role("dialog", name="Transfer call")
    sheet.get_by_role("textbox", name="Transfer to").fill("h t")
    expect(sheet).to_be_visible()
    keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    keyboard.press("Escape")
    small = anna.page.get_by_role("region", name=f"Call with {BERTA}")
    small.get_by_role("button", name="Mute").click()
    expect(small.get_by_role("button", name="Unmute")).to_be_visible()
    small.get_by_role("button", name="Hang up").click()
    berta.assert_idle()


@pytest.mark.promise("C4", "S2")
def test_a_blocked_microphone_is_asked_about_before_anybody_is_called(
    berta: ClientPhone, clients: Clients, household: Household, roads: NetworkHandover | None, tmp_path: Path
) -> None:
    how: dict[str, Any] = {"switches": ("--use-fake-ui-for-media-stream=deny",)}
    if roads:  # Such a page learns only the default-route address of this machine.
        how["program"] = roads.browser(tmp_path)
    clara = start_client_phone(clients, household.clara, 1500, "notifications", directory=tmp_path, **how)
    clara.dial(berta.login.number)
    screen = clara.call_with(BERTA)
    expect(screen.get_by_role("alert")).to_contain_text("You cannot be heard: the microphone is blocked")
    expect(screen.get_by_role("status")).to_have_text("Not called yet")
    clara.page.wait_for_timeout(2000)
    berta.assert_idle()
    clara.press("Call anyway")
    berta.wait_for_ringing(CLARA)
    clara.hang_up()
    berta.assert_idle()


@pytest.mark.promise("U1")
def test_an_incoming_call_on_the_desktop_leaves_the_window_usable(
    anna: ClientPhone, berta: ClientPhone, household: Household
) -> None:
    phone = berta.page.viewport_size
    berta.page.set_viewport_size({"width": 1440, "height": 900})
    field = berta.open_pad()
    field.fill("10")
    anna.dial(berta.login.number)
    card = berta.wait_for_ringing(ANNA)
    box = card.bounding_box()
    assert box is not None
    assert box["width"] == 384
    assert box["x"] + box["width"] > 1400
    assert box["y"] < 40
    berta.page.keyboard.type("5")
    expect(field).to_have_value("105")
    expect(berta.page).to_have_title(f"Call from {ANNA}")
    card.get_by_role("button", name="Forward").focus()
    berta.page.keyboard.press("Enter")
    sheet = berta.page.get_by_role("dialog", name="Forward call")
    expect(sheet.get_by_role("button", name=f"Forward to {ANNA}")).to_be_hidden()
    choice = sheet.get_by_label("Forward to", exact=True)
    choice.fill("1999")
    sheet.get_by_role("button", name="Forward to 1999").click()
    expect(sheet.get_by_role("status")).to_contain_text("The call was not forwarded and rings on.")
    choice.fill(household.clara.number)
    sheet.get_by_role("button", name=f"Forward to {CLARA}").press("Enter")
    expect(sheet).to_have_count(0)
    expect(card).to_have_count(0)
    expect(anna.page.get_by_text("Not available")).to_be_visible()  # Clara has no phone; declined would say so
    anna.assert_idle()
    anna.dial(berta.login.number)
    berta.wait_for_ringing(ANNA).get_by_role("button", name="Remind me").click()
    berta.page.get_by_role("button", name="In 10 minutes").click()
    expect(berta.page.get_by_text(f"You are reminded of {ANNA} in 10 minutes.")).to_be_visible()
    anna.assert_idle()
    field.fill("")
    berta.client.open("/calls").wait_registered()
    berta.page.get_by_role("button", name=f"Remove the reminder of {ANNA}").click()
    assert phone is not None
    berta.page.set_viewport_size(phone)


@pytest.mark.promise("U1")
def test_an_incoming_call_closes_the_pad_and_keeps_the_number(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.open_pad().fill("0301")
    berta.dial(anna.login.number)
    anna.answer(BERTA)
    anna.is_in_call_with(BERTA)
    anna.hang_up()
    berta.assert_idle()
    expect(anna.open_pad()).to_have_value("030 1")
    anna.open_pad().fill("")
