"""Videos in a conference room: people see each other's camera and screen beside the sound, which a telephone shares."""

import os
import re
import signal

import pytest
from app_phone import AppPhone
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Locator, expect
from server import Household, Server, eventually
from test_client_rooms import meanwhile

NAME = "Harbour review"
ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
WANDA = "Wandalina Gasthoff"
NEW_GUEST_LINK = """async (meeting) => {
    const path = `/api/v1/meetings/${meeting}/guest-links`;
    const headers = { "content-type": "application/json" };
    return (await (await fetch(path, { method: "POST", headers, body: "{}" })).json()).url;
}"""
"""The page of the meeting is behind the call."""
SWITCH_LOBBY_ON = """async (meeting) => {
    const headers = { "content-type": "application/json" };
    return (await fetch(`/api/v1/meetings/${meeting}`, { method: "PATCH", headers, body: '{"lobby":true}' })).ok;
}"""
FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"


def created_by(client: Client) -> tuple[str, str]:
    """Create a meeting in the app and join it. Returns the path of its link and the number of its room."""
    page = client.page
    page.get_by_text("Rooms", exact=True).click()
    page.get_by_role("button", name="Start a meeting").click()
    page.get_by_label("Name of the meeting").fill(NAME)
    page.get_by_role("button", name="Create the link").click()
    page.wait_for_url(re.compile("/app/meetings/"))
    inside = page.get_by_text("Inside the company:").inner_text()
    path = page.url.removeprefix(f"{client.origin}/app")
    prepares(client)
    join(client)
    return path, inside.split()[-1]


def prepares(client: Client) -> None:
    """The page of the meeting by keyboard: lobby, invitation and guest links; a link is copied, or shown to be copied."""
    page = client.page
    lobby = page.get_by_role("switch", name="Everyone waits until admitted")
    for on in (True, False):
        lobby.focus()
        page.keyboard.press("Space")
        expect(lobby).to_be_checked(checked=on)
    invite = page.get_by_role("button", name="Invite by e-mail")
    invite.focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Invite by e-mail")
    expect(form.get_by_label("Colleagues").first).to_be_focused()  # the dialog moves the focus there after a moment
    form.get_by_label("People outside").first.fill("wanda@example.com")
    page.keyboard.press("Enter")
    links = form.get_by_role("switch", name="They may join by a link without an account")
    expect(links).to_be_checked()
    links.focus()
    page.keyboard.press("Space")
    expect(links).not_to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Discard changes?").get_by_role("button", name="Discard").press("Enter")
    expect(form).to_have_count(0)
    expect(invite).to_be_focused()
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.resolve())")
    page.get_by_role("button", name="Copy guest link").press("Enter")
    expect(page.get_by_text("Link copied.")).to_be_visible()
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('refused')))")
    page.get_by_role("button", name="Copy guest link").press("Enter")
    shown = page.get_by_role("dialog", name="Copy the link yourself").get_by_role("textbox")
    expect(shown).to_be_focused()
    expect(shown).to_have_value(page.get_by_role("textbox", name="Guest link").input_value())
    page.keyboard.press("Escape")


def join(client: Client) -> None:
    client.wait_registered()
    client.page.get_by_role("button", name=f"Join {NAME}").click()
    expect(call_of(client).get_by_role("button", name="Participants")).to_be_visible()


def call_of(client: Client) -> Locator:
    return client.page.get_by_role("dialog", name=f"Call with {NAME}")


def sees(client: Client, label: str) -> None:
    """Its page decodes new frames of that video; another stream of it counts its frames anew."""
    video = call_of(client).get_by_label(label, exact=True)
    expect(video).to_be_visible()
    seen, last = 0, video.evaluate(FRAMES)

    def more() -> bool:
        nonlocal seen, last
        now = video.evaluate(FRAMES)
        seen += now - last if now >= last else now
        last = now
        return seen > 5

    eventually(more, what=f"frames of {label}")


def shows_connections(client: Client) -> None:
    """By keyboard: how well sound and videos come through, in a word, and the figures on demand."""
    page = client.page
    more = call_of(client).get_by_role("button", name="More", exact=True)
    more.focus()
    page.keyboard.press("Enter")
    action = page.get_by_role("button", name="Connection quality")
    action.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Connection quality")
    others = sheet.get_by_role("list", name="Participants").get_by_role("listitem")
    video = others.filter(has_text=BERTA)
    expect(video).to_contain_text(re.compile("Good|Weak|Bad"))
    summary = video.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(video.get_by_text(re.compile(r"\d+ × \d+"))).to_be_visible()
    expect(sheet.get_by_role("list", name="You")).to_contain_text("Your video")
    checks = PageChecker(client, "en", label="connections of a meeting")
    checks.check("light", "dark")
    assert checks.findings == []
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def hangs_up(client: Client) -> None:
    """Otherwise the server keeps the call for a while, and the next test would meet in it."""
    call_of(client).get_by_role("button", name="Hang up").click()
    expect(call_of(client)).to_have_count(0)


def talk_to_each_other(one: Client, other: Client) -> None:
    """Each of them says something in turn, and the room hears it."""
    for each in (one, other):
        call_of(each).get_by_role("button", name="Mute", exact=True).click()
    shown_to_one = call_of(one).get_by_role("listitem").filter(has_text=BERTA)
    shown_to_other = call_of(other).get_by_role("listitem").filter(has_text=ANNA)
    for shown in (shown_to_one, shown_to_other):
        expect(shown).not_to_contain_text("speaking")
    for talker, shown in ((one, shown_to_other), (other, shown_to_one)):
        call_of(talker).get_by_role("button", name="Unmute", exact=True).click()
        expect(shown).to_contain_text("speaking", timeout=30_000)
        call_of(talker).get_by_role("button", name="Mute", exact=True).click()
    for each in (one, other):
        call_of(each).get_by_role("button", name="Unmute", exact=True).click()


def applauds(client: Client) -> None:
    """Show a reaction. It lasts five seconds, which a page that is busy may miss."""
    call_of(client).get_by_role("button", name="React").click()
    client.page.get_by_role("menuitem", name="Applause").click()


def guest_joins(clients: Clients, host: Client, other: Client, link: str) -> None:
    """A guest without an account waits in the lobby until the host admits them; both hear and see each other. After a
    reload of the page the guest is in the meeting again, with microphone, camera and hand as before."""
    address = host.page.evaluate(NEW_GUEST_LINK, link.rpartition("/")[2])
    guest = clients("microphone", "camera").open("/" + address.partition("/app/")[2])
    page = guest.page
    page.get_by_label("Your name").fill(WANDA)
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("checkbox", name=re.compile("I have read")).check()
    page.get_by_role("button", name="Ask to join").click()
    expect(page.get_by_text("Please wait: a host will let you in.")).to_be_visible()
    call_of(host).get_by_role("button", name=f"Admit {WANDA}").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.get_by_role("button", name="React")).to_be_visible(timeout=30_000)
    tile = call_of(host).get_by_role("listitem").filter(has_text=WANDA)
    # All play the same tone, and one of several equally loud participants is shown as speaking.
    for each in (host, other):
        call_of(each).get_by_role("button", name="Mute", exact=True).click()
    expect(tile).to_contain_text("speaking", timeout=30_000)
    page.get_by_role("button", name="Mute", exact=True).click()
    call_of(host).get_by_role("button", name="Unmute", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text=ANNA)).to_contain_text("speaking", timeout=30_000)
    page.get_by_role("button", name="Video", exact=True).click()
    sees(host, f"{WANDA}, live")
    page.get_by_role("button", name="React").click()
    page.get_by_role("menuitem", name="Raise hand").click()
    expect(tile.get_by_label("Hand raised")).to_be_visible()
    eventually(lambda: applauds(host) or page.get_by_role("img", name="Applause").is_visible(), what="applause")
    page.get_by_role("button", name="Connection quality").press("Enter")
    sheet = page.get_by_role("dialog", name="Connection quality")
    expect(sheet.get_by_role("list", name="You")).to_contain_text("Your video")
    others = sheet.get_by_role("list", name="Participants").get_by_role("listitem")
    expect(others.filter(has_text=ANNA)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="React")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Unmute", exact=True)).to_be_visible()
    expect(tile.get_by_label("Hand raised")).to_be_visible()
    sees(host, f"{WANDA}, live")
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("button", name="Join again")).to_be_visible()
    expect(tile).to_have_count(0)
    assert guest.complaints == []


@pytest.mark.promise("C10", "C4", "U1", "S2")
def test_people_in_a_room_see_each_other_while_a_telephone_talks(
    clients: Clients, server: Server, household: Household
) -> None:
    anna = clients("microphone", "camera").sign_in(household.anna, path="/team")
    link, number = created_by(anna)
    call_of(anna).get_by_role("button", name="Video", exact=True).click()
    expect(call_of(anna).get_by_label("Your video", exact=True)).to_be_visible()
    berta = clients("microphone", "camera").open(link)
    expect(berta.page.get_by_role("heading", name="Sign in")).to_be_visible()
    berta.sign_in(household.berta, path="/sign-in")
    expect(berta.page).to_have_url(f"{berta.origin}/app{link}")
    join(berta)
    sees(berta, f"{ANNA}, live")
    call_of(berta).get_by_role("button", name="Video", exact=True).click()
    sees(anna, f"{BERTA}, live")

    async def dials_in(phone: AppPhone) -> None:
        await phone.call(number)

    anna.page.evaluate(SWITCH_LOBBY_ON, link.rpartition("/")[2])
    with meanwhile(server, household.clara, dials_in):
        call_of(anna).get_by_role("button", name=f"Admit {CLARA}").click()
        clara = call_of(anna).get_by_role("list", name="In the conference").get_by_role("listitem")
        expect(clara.filter(has_text=CLARA)).to_contain_text("speaking", timeout=30_000)
    checks = PageChecker(anna, "en", label="videos of a meeting")
    checks.check("light")
    assert checks.findings == []
    shows_connections(anna)
    actions = call_of(anna).get_by_role("button", name=f"Actions for {BERTA}")
    actions.focus()
    actions.press("Enter")
    expect(anna.page.locator("[role=menu]:focus-within")).to_be_visible()
    anna.page.keyboard.press("Escape")
    expect(anna.page.get_by_role("menuitem")).to_have_count(0)
    expect(call_of(anna)).to_be_visible()
    call_of(anna).get_by_role("button", name="Share screen").click()
    sees(berta, f"Screen of {ANNA}")
    call_of(anna).get_by_role("button", name="Stop sharing").click()
    expect(call_of(berta).get_by_label(f"Screen of {ANNA}")).to_have_count(0)
    relay = server.child("rtpengine")
    assert relay is not None
    os.kill(relay, signal.SIGKILL)
    eventually(lambda: server.child("rtpengine") not in (None, relay), what="another media engine")
    sees(berta, f"{ANNA}, live")
    sees(anna, f"{BERTA}, live")
    talk_to_each_other(anna, berta)
    call_of(anna).get_by_role("button", name=f"Actions for {BERTA}").click()
    anna.page.get_by_role("menuitem", name=f"Stop video of {BERTA}").click()
    expect(call_of(anna).get_by_label(f"{BERTA}, live")).to_have_count(0)
    expect(call_of(berta).get_by_role("button", name="Video", exact=True)).to_be_enabled()
    call_of(anna).get_by_role("button", name="Stop video").click()
    expect(call_of(berta).get_by_label(f"{ANNA}, live")).to_have_count(0)
    guest_joins(clients, anna, berta, link)
    hangs_up(anna)
    expect(call_of(berta).get_by_role("list", name="In the conference").get_by_role("listitem")).to_have_count(1)
    hangs_up(berta)
    assert anna.complaints == berta.complaints == []
