"""Calls in the client: between two browsers, and with a desk phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from baresip_phone import Phones
from client_pages import Clients
from client_phone import ClientPhone, assert_two_way_audio, start_client_phone
from network_handover import NetworkHandover
from page_checks import PageChecker
from playwright.sync_api import expect
from recording_helpers import set_extension_policy, set_tenant_policy
from server import Household, Server, eventually

ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"

LOST = "Connection lost. Reconnecting…"
WITH_QUALITY = re.compile(r"^Encrypted to your phone system\. .+ connection$")
WORDS = """() => {
  // What the call says from now on: for less than a second, which is sooner than a test looks.
  self.words = []
  const note = () => words.push(document.querySelector('[role=dialog] [role=status]')?.textContent)
  new MutationObserver(note).observe(document, {subtree: true, childList: true, characterData: true})
}"""

CROSS_OFFERS = r"""() => {
  // The next offer leaves when one of the server arrives: each meets the other. Also, the numbers of all offers.
  self.offers = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (text) {
    if (!text.startsWith?.('INVITE ')) return send.call(this, text)
    offers.push(/^CSeq: (\d+)/m.exec(text)[1])
    if (offers.length > 1) return send.call(this, text)
    const cross = ({ data }) => {
      if (!data.startsWith?.('INVITE ')) return
      this.removeEventListener('message', cross)
      send.call(this, text)
    }
    this.addEventListener('message', cross)
  }
}"""


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@pytest.mark.promise("S2", "C4", "T1")
@pytest.mark.promise("U1", whole=True)
def test_two_clients_exchange_audio_and_video(anna: ClientPhone, berta: ClientPhone) -> None:
    """U1 as a whole: calls and video between clients. Desk phones: `test_two_phones_hear_each_other`; numbers outside:
    `test_calls_to_and_from_carriers`; conferences: `test_ten_soft_phones_hear_each_other_and_not_themselves`,
    `test_people_in_a_room_see_each_other_while_a_telephone_talks`; voicemail: `test_message_is_left_played_and_erased`;
    messages: `test_messages_arrive_once_and_in_order_after_the_network_is_back`; presence:
    `test_own_presence_is_seen_by_colleagues_of_the_tenant`."""
    anna.dial(berta.login.number, video=True)
    berta.answer(ANNA, video=True)
    anna.is_in_call_with(BERTA)
    berta.is_in_call_with(ANNA)
    assert_two_way_audio(anna, berta)
    eventually(lambda: anna.frames() > 20 and berta.frames() > 20, what="pictures")
    expect(anna.page.get_by_label(f"{BERTA}, live")).to_be_visible()
    expect(berta.page.get_by_label(f"{ANNA}, live")).to_be_visible()
    assert anna.page.get_by_label(f"{BERTA}, live").evaluate("each => each.videoWidth") > 0
    berta.hang_up()
    anna.assert_idle()
    berta.assert_idle()


@pytest.mark.promise("U1", "S2")
def test_a_call_is_held_and_resumed(anna: ClientPhone, berta: ClientPhone) -> None:
    """With video, which comes again too."""
    anna.dial(berta.login.number, video=True)
    berta.answer(ANNA, video=True)
    assert_two_way_audio(anna, berta)
    eventually(lambda: anna.frames() > 20 and berta.frames() > 20, what="pictures")
    anna.choose("Hold")
    expect(anna.call_with(BERTA).get_by_text("On hold")).to_be_visible()
    expect(berta.call_with(ANNA).get_by_text("On hold by the other party")).to_be_visible()
    eventually(lambda: not berta.is_receiving(440), what="silence on hold")
    anna.press("Resume")
    expect(berta.page.get_by_text("On hold by the other party")).to_have_count(0)
    assert_two_way_audio(anna, berta)
    before = berta.frames()
    eventually(lambda: berta.frames() > before + 20, what="pictures again")
    anna.press("Mute")
    eventually(lambda: not berta.is_receiving(440) and anna.is_receiving(1000), what="one side muted")
    anna.press("Unmute")
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.assert_idle()


@pytest.mark.promise("U1")
def test_offers_that_meet_are_both_made_again(anna: ClientPhone, berta: ClientPhone) -> None:
    """Both press Hold at the same time: each offer is refused by 491, and a new one is made (RFC 3261 section 14.1)."""
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    assert_two_way_audio(anna, berta)
    berta.page.evaluate(CROSS_OFFERS)
    berta.choose("Hold")
    eventually(lambda: berta.page.evaluate("offers.length === 1"), what="an offer of Berta")
    anna.choose("Hold")
    for phone in (anna, berta):
        phone.press("Resume")
    for phone, other in ((anna, BERTA), (berta, ANNA)):
        expect(phone.call_with(other).get_by_text("On hold")).to_have_count(0)
    assert_two_way_audio(anna, berta)
    offers = berta.page.evaluate("offers")
    assert len(offers) == len(set(offers)), f"none is sent twice: {offers}"
    anna.hang_up()
    berta.assert_idle()


@pytest.mark.promise("U1", "C4")
def test_video_is_added_and_removed(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    assert_two_way_audio(anna, berta)
    assert anna.page.locator("video").count() == 0
    anna.press("Video")
    eventually(lambda: berta.frames() > 20, what="Anna's picture at Berta")
    berta.press("Video")
    eventually(lambda: anna.frames() > 20, what="Berta's picture at Anna")
    anna.press("Stop video")
    expect(berta.page.get_by_label(f"{ANNA}, live")).to_have_count(0)
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.assert_idle()


@pytest.mark.promise("U1")
def test_a_second_call_is_held_and_swapped(
    anna: ClientPhone, berta: ClientPhone, phones: Phones, household: Household
) -> None:
    clara = phones(hertz=1500).register(household.clara)
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    assert_two_way_audio(anna, berta)
    clara.dial(household.anna.uri)
    anna.answer(CLARA, key="Hold and answer")
    eventually(lambda: anna.is_receiving(1500) and clara.is_receiving(440), what="voices of the second call")
    expect(berta.call_with(ANNA).get_by_text("On hold by the other party")).to_be_visible()
    anna.page.get_by_role("button", name=f"On hold: {BERTA}").click()
    expect(berta.page.get_by_text("On hold by the other party")).to_have_count(0)
    eventually(lambda: berta.is_receiving(440) and anna.is_receiving(1000), what="voices of the first call")
    anna.hang_up()
    berta.assert_idle()
    anna.page.get_by_role("dialog", name=f"Call with {CLARA}").wait_for()
    clara.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_a_call_answered_during_another_is_held_in_silence(
    anna: ClientPhone, berta: ClientPhone, phones: Phones, household: Household
) -> None:
    clara = phones(hertz=1500).register(household.clara)
    anna.dial(berta.login.number)
    berta.wait_for_ringing(ANNA)
    clara.dial(household.anna.uri)
    anna.answer(CLARA)
    expect(anna.page.get_by_role("button", name=f"Ringing: {BERTA}")).to_be_visible()
    eventually(lambda: anna.is_receiving(1500) and clara.is_receiving(440), what="voices of the second call")
    berta.answer(ANNA)
    expect(berta.call_with(ANNA).get_by_text("On hold by the other party")).to_be_visible()
    eventually(
        lambda: not berta.is_receiving(440) and anna.is_receiving(1500), what="music for the one, voices of the other"
    )
    anna.page.get_by_role("button", name=f"On hold: {BERTA}").click()
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.assert_idle()
    clara.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1", "T1")
@pytest.mark.promise("S2", whole=True)
def test_a_client_calls_a_desk_phone(anna: ClientPhone, phones: Phones, household: Household) -> None:
    """S2 as a whole: the client, signed in to its tenant, and a SIP phone call each other. Carriers' trunks beside them:
    `test_calls_to_and_from_carriers`. Each tenant has a domain, extensions and roles of its own:
    `test_tenant_has_its_own_domain`, `test_new_extension_can_register_at_once`, `test_permissions_of_each_role_in_its_tenant`,
    `test_tenants_cannot_access_each_others_objects`. Sign-in: `test_a_displayed_code_is_scanned_and_signs_in_one_device`.
    Messages and conferences of its users: `test_messages_arrive_once_and_in_order_after_the_network_is_back`,
    `test_people_in_a_room_see_each_other_while_a_telephone_talks`."""
    desk = phones(hertz=1000).register(household.berta, answers=True)
    anna.dial(household.berta.number)
    eventually(lambda: anna.is_receiving(1000) and desk.is_receiving(440), what="voices")
    assert anna.media_stats()["codecs"] == {"audio": "audio/PCMU"}  # supported by both: no transcoding
    anna.press("Keypad")
    pad = anna.call_with(BERTA).get_by_role("group", name="Dial pad")
    for key in ("4", "2", "Hash"):
        pad.get_by_role("button", name=key).first.click()
    eventually(lambda: desk.digits() == "42#", what=f"keys: {desk.digits()}")
    anna.press("Hide")
    anna.hang_up()
    desk.wait("CALL_CLOSED")
    anna.assert_idle()


@pytest.mark.promise("U1", "S2", "T1")
def test_a_desk_phone_calls_a_client(anna: ClientPhone, phones: Phones, household: Household) -> None:
    desk = phones(hertz=1000).register(household.berta)
    desk.dial(household.anna.uri)
    anna.answer(BERTA)
    eventually(lambda: anna.is_receiving(1000) and desk.is_receiving(440), what="voices")
    desk.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_all_clients_of_a_user_ring_and_one_answers(
    anna: ClientPhone, berta: ClientPhone, clients: Clients, household: Household, tmp_path: Path
) -> None:
    second = start_client_phone(clients, household.berta, 1500, directory=tmp_path)
    anna.dial(berta.login.number)
    berta.wait_for_ringing(ANNA)
    second.answer(ANNA)
    expect(berta.page.get_by_text("Answered on another device")).to_be_visible()
    berta.assert_idle()
    assert_two_way_audio(anna, second, (440, 1500))
    second.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_a_call_survives_the_loss_of_its_signaling_connection(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    assert_two_way_audio(anna, berta)
    cut(anna)
    eventually(lambda: anna.is_receiving(1000), what="the voice after the cut")
    berta.choose("Hold")  # over the new connection
    expect(anna.call_with(BERTA).get_by_text("On hold by the other party")).to_be_visible()
    berta.press("Resume")
    assert_two_way_audio(anna, berta)
    berta.hang_up()
    anna.assert_idle()


@pytest.mark.promise("U1")
def test_a_call_ringing_over_a_lost_connection_rings_again_and_is_answered(
    anna: ClientPhone, berta: ClientPhone, phones: Phones, household: Household
) -> None:
    clara = phones(hertz=1500).register(household.clara)
    phones().register(household.berta)  # keeps ringing meanwhile, so that the call continues
    anna.dial(berta.login.number)
    berta.wait_for_ringing(ANNA)
    cut(berta)
    berta.answer(ANNA)
    assert_two_way_audio(anna, berta)
    clara.dial(household.berta.uri)
    berta.wait_for_ringing(CLARA)
    cut(berta)
    berta.answer(CLARA, key="Hold and answer")
    eventually(lambda: berta.is_receiving(1500) and clara.is_receiving(1000), what="voices of the second call")
    berta.hang_up()
    clara.wait("CALL_CLOSED")
    expect(berta.call_with(ANNA)).to_be_visible()
    berta.hang_up()
    anna.assert_idle()
    berta.assert_idle()


def cut(phone: ClientPhone) -> None:
    """Lose the connection to the server and wait for the next one."""
    before = phone.page.evaluate("mediaProbe.sockets()")
    phone.page.evaluate("mediaProbe.cut()")
    eventually(lambda: phone.page.evaluate("mediaProbe.sockets()") > before, what="another connection")
    phone.client.wait_registered()


@pytest.mark.promise("C4", "S2")
def test_a_blocked_microphone_is_reported_and_the_call_continues(
    anna: ClientPhone, clients: Clients, household: Household, roads: NetworkHandover | None, tmp_path: Path
) -> None:
    how: dict[str, Any] = {"switches": ("--use-fake-ui-for-media-stream=deny",)}
    if roads:  # Such a page learns only the default-route address of this machine.
        how["program"] = roads.browser(tmp_path)
    clara = start_client_phone(clients, household.clara, 1500, "notifications", directory=tmp_path, **how)
    anna.dial(household.clara.number)
    clara.answer(ANNA)
    screen = clara.call_with(ANNA)
    expect(screen.get_by_role("alert")).to_contain_text("You cannot be heard: the microphone is blocked")
    expect(screen.get_by_role("alert")).to_contain_text("allow access, then try again")
    clara.press("Continue without")
    eventually(lambda: clara.is_receiving(440), what="the other side is heard all the same")
    clara.press("Video")
    expect(screen.get_by_role("alert")).to_contain_text("You cannot be seen: the camera is blocked")
    clara.press("Continue without")
    clara.hang_up()
    anna.assert_idle()
    clara.client.open("/directory")
    expect(clara.page.get_by_text(BERTA)).to_be_visible()
    assert clara.client.complaints == []


@pytest.mark.promise("U1", "S2")
def test_a_call_survives_a_network_change(
    berta: ClientPhone, clients: Clients, household: Household, roads: NetworkHandover | None, tmp_path: Path
) -> None:
    if not roads:
        pytest.skip("networks are made and taken away by root alone")
    program = roads.browser(tmp_path)
    clara = start_client_phone(clients, household.clara, 1500, directory=tmp_path, program=program)
    clara.dial(berta.login.number)
    berta.answer(CLARA)
    assert_two_way_audio(clara, berta, (1500, 1000))
    assert clara.media_stats()["way"] == roads.addresses[0]

    # Packets are dropped without any notification to the browser.
    roads.block()
    expect(clara.call_with(BERTA).get_by_text(LOST)).to_be_visible(timeout=10_000)
    roads.block(False)
    assert_two_way_audio(clara, berta, (1500, 1000))
    expect(clara.call_with(BERTA).get_by_text(LOST)).to_have_count(0)

    clara.page.evaluate(WORDS)
    roads.switch()
    eventually(lambda: clara.media_stats()["way"] == roads.addresses[1], 10, "another way")
    assert_two_way_audio(clara, berta, (1500, 1000))
    expect(clara.call_with(BERTA).get_by_text(LOST)).to_have_count(0)
    words = clara.page.evaluate("words")
    assert set(words) & {LOST, "Reconnecting…"}, f"nothing was said of it: {words}"
    berta.hang_up()
    clara.assert_idle()


@pytest.mark.promise("C8", "S2")
def test_a_recorded_call_has_a_quality_after_its_announcement_and_after_an_outage(
    server: Server,
    berta: ClientPhone,
    clients: Clients,
    household: Household,
    roads: NetworkHandover | None,
    tmp_path: Path,
) -> None:
    """Statistics follow the voice, not the stream of the announcement."""
    if not roads:
        pytest.skip("networks are made and taken away by root alone")
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.clara, when="always")
    try:
        program = roads.browser(tmp_path)
        clara = start_client_phone(clients, household.clara, 1500, directory=tmp_path, program=program)
        clara.dial(berta.login.number)
        berta.answer(CLARA)
        for each, other in ((clara, BERTA), (berta, CLARA)):
            expect(each.call_with(other).get_by_text("This call is being recorded")).to_be_visible(timeout=30_000)
        assert_two_way_audio(clara, berta, (1500, 1000))
        clara.page.wait_for_timeout(5_000)  # the announcement's packets are no longer part of a reading
        for each, other in ((clara, BERTA), (berta, CLARA)):
            expect(each.call_with(other).get_by_role("button", name=WITH_QUALITY)).to_be_visible()

        roads.block()
        expect(clara.call_with(BERTA).get_by_text(LOST)).to_be_visible(timeout=10_000)
        clara.page.wait_for_timeout(4_000)
        roads.block(False)
        assert_two_way_audio(clara, berta, (1500, 1000))
        expect(clara.call_with(BERTA).get_by_text(LOST)).to_have_count(0)
        clara.page.evaluate(WORDS)
        clara.page.wait_for_timeout(10_000)
        words = set(clara.page.evaluate("words"))
        assert LOST not in words, f"lost and found again: {words}"
        expect(clara.call_with(BERTA).get_by_role("button", name=WITH_QUALITY)).to_be_visible()
        berta.hang_up()
    finally:
        set_extension_policy(server, household.clara, when="on_demand")
        set_tenant_policy(server, mode="off")


@pytest.mark.promise("U1")
def test_a_blind_transfer_continues_without_the_transferor(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    anna.is_in_call_with(BERTA)
    anna.choose("Transfer")
    sheet = anna.page.get_by_role("dialog", name="Transfer call")
    expect(sheet.get_by_role("group", name=CLARA).first).to_be_visible()  # listed before anything is typed
    field = sheet.get_by_role("textbox", name="Transfer to")
    field.fill("nobody")
    expect(sheet.get_by_role("button", name="Transfer to")).to_have_count(0)
    field.fill("*43")
    sheet.get_by_role("button", name="Transfer to *43").click()
    expect(anna.page.get_by_text("Transferred", exact=True)).to_be_visible()
    anna.assert_idle()
    eventually(lambda: berta.is_receiving(1000), what="her own voice, without Anna")
    berta.hang_up()
    berta.assert_idle()


def consult(phone: ClientPhone, number: str) -> None:
    """Call another party while the first one is on hold, for an attended transfer."""
    phone.choose("Transfer")
    sheet = phone.page.get_by_role("dialog", name="Transfer call")
    sheet.get_by_role("textbox", name="Transfer to").fill(number)
    sheet.get_by_role("button", name="Ask first").click()


@pytest.mark.promise("U1")
def test_two_calls_are_connected_or_become_a_conference(
    anna: ClientPhone, berta: ClientPhone, clients: Clients, household: Household, tmp_path: Path
) -> None:
    clara = start_client_phone(clients, household.clara, 1500, directory=tmp_path)
    ask_clara_while_berta_is_held(anna, berta, clara)
    anna.press("Connect both")
    for each, other in ((berta, CLARA), (clara, BERTA)):
        expect(each.page.get_by_text(f"Transferred by {ANNA}")).to_be_visible()
        each.is_in_call_with(other)
    anna.assert_idle()
    assert_two_way_audio(berta, clara, (1000, 1500))
    berta.hang_up()
    berta.assert_idle()
    clara.assert_idle()

    ask_clara_while_berta_is_held(anna, berta, clara)
    anna.choose("Conference with both")
    sheet = anna.page.get_by_role("dialog", name="Conference", exact=True)
    expect(sheet.get_by_text("3 participants")).to_be_visible()
    for name in (BERTA, CLARA):
        expect(sheet.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    for each in (berta, clara):
        each.press("Participants")
        expect(each.page.get_by_role("dialog", name="Conference", exact=True)).to_contain_text("3 participants")
    sheet.get_by_role("button", name=f"Mute {CLARA}").click()
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="the party that was held")
    sheet.get_by_role("button", name="End conference").click()
    anna.press("End")
    for each in (anna, berta, clara):
        each.assert_idle()


def ask_clara_while_berta_is_held(anna: ClientPhone, berta: ClientPhone, clara: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    anna.is_in_call_with(BERTA)
    consult(anna, clara.login.number)
    clara.answer(ANNA)
    anna.is_in_call_with(CLARA)
    eventually(lambda: anna.is_receiving(1500), 20, "a word with Clara")


@pytest.mark.promise("U1")
def test_a_call_is_transferred_to_an_app_after_consultation(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    anna.is_in_call_with(BERTA)
    consult(anna, "*43")
    eventually(lambda: anna.is_receiving(440), 30, "her own voice")
    anna.press("Connect both")
    anna.assert_idle()
    eventually(lambda: berta.is_receiving(1000), what="her own voice")
    berta.hang_up()
    berta.assert_idle()


@pytest.mark.promise("U1")
def test_a_call_is_parked_and_retrieved(anna: ClientPhone, berta: ClientPhone) -> None:
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    anna.is_in_call_with(BERTA)
    anna.choose("Park")
    anna.assert_idle()  # the slot was announced before
    parked = anna.page.get_by_role("list", name="Parked calls")
    expect(parked.get_by_role("listitem")).to_contain_text(BERTA)
    expect(anna.page.get_by_text(f"{BERTA} is parked at")).to_be_visible()
    walk = PageChecker(anna.client, "en", label="a parked call")
    walk.check("light", "dark")
    parked.get_by_role("button", name=f"Retrieve {BERTA}").click()
    anna.is_in_call_with(BERTA)
    berta.is_in_call_with(ANNA)
    assert_two_way_audio(anna, berta)
    expect(anna.page.get_by_role("list", name="Parked calls")).to_have_count(0)
    anna.hang_up()
    anna.assert_idle()
    berta.assert_idle()
    assert walk.findings == []
