"""The portal as used by administrators, and QR codes shown to phones."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client_pages import Client, Clients
from playwright.sync_api import Locator, Page, Playwright, expect
from server import Server

DESKTOP_OPTIONS = {"viewport": {"width": 1440, "height": 900}, "has_touch": False, "is_mobile": False}
EMAIL, PASSWORD = "olga.admin@example.com", "a lantern beside the harbour"
OPERATOR_EMAIL, OPERATOR_PASSWORD = "otto.betreiber@example.com", "a quiet cellar under the hill"
SIGN_IN = """async ([email, password]) => {
  const send = (path, body) => fetch('/api/v1' + path, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(body),
  })
  const signed = await send('/sessions', {email, password, keep: 'cookie'})
  const {terms_version, policy_version} = await (await fetch('/api/v1/sign-in/options')).json()
  const accepted = await send('/me/acceptances', {of_age: true, terms_version, policy_version})
  return [signed.status, accepted.status]
}"""
CLEAR_STORAGE = """async () => {
  localStorage.clear()
  sessionStorage.clear()
  const deleted = (name) => new Promise((done, fail) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = done
    request.onerror = () => fail(request.error)
  })
  await Promise.all((await indexedDB.databases()).map((each) => deleted(each.name)))
}"""
SIGNED_IN = [201, 204]
"""Statuses of the session and of the acceptance of the terms."""


def create_administrator(server: Server) -> None:
    """Create an administrator of the tenant."""
    new = {"name": "Olga Verwaltung", "email": EMAIL, "password": PASSWORD, "role": "tenant_admin"}
    with server.rest() as operator:
        made = operator.post("/api/v1/persons", params={"tenant": server.ready["tenant"]}, json=new)
        assert made.status_code == 201, made.text
    server.canaries |= {EMAIL, PASSWORD, new["name"]}


def create_operator(server: Server) -> None:
    """Create an operator with a password of their own."""
    new = {"name": "Otto Betreiber", "email": OPERATOR_EMAIL, "password": OPERATOR_PASSWORD, "role": "operator"}
    with server.rest() as rest:
        made = rest.post("/api/v1/persons", params={"tenant": "operator"}, json=new)
        assert made.status_code == 201, made.text
    server.canaries |= {OPERATOR_EMAIL, OPERATOR_PASSWORD, new["name"]}


def sign_in_by_api(client: Client, email: str, password: str) -> None:
    """Sign in from a page of the client's origin, in any language."""
    assert client.page.evaluate(SIGN_IN, [email, password]) == SIGNED_IN


def sign_in_before_loading(client: Client, email: str, password: str) -> None:
    """Sign in from an empty page, which takes a fraction of the work of a page of the portal."""
    assert client.run_before_loading(SIGN_IN, [email, password]) == SIGNED_IN


def sign_in_operator(client: Client) -> None:
    client.page.goto(f"{client.origin}/portal/sign-in")
    sign_in_by_api(client, OPERATOR_EMAIL, OPERATOR_PASSWORD)


def portal(clients: Clients, **how: object) -> Client:
    """The portal in its own browser, signed in as the administrator. None of its pages is loaded yet."""
    desk = clients(**{**DESKTOP_OPTIONS, **how})
    sign_in_before_loading(desk, EMAIL, PASSWORD)
    return desk


@contextmanager
def shared_portal(playwright: Playwright, server: Server, directory: Path) -> Iterator[Client]:
    """The portal for several tests, each of which begins with `as_new` and loads a page."""
    clients = Clients(playwright, directory, server, service_workers=False, blurs=False)
    try:
        yield portal(clients)
    finally:
        clients.close()


def as_new(desk: Client) -> Client:
    """Without what a test before has set, as far as loading a page does not undo it."""
    desk.run_before_loading(CLEAR_STORAGE, None)  # the page before has ended by then, and so have its complaints
    desk.page.set_viewport_size(DESKTOP_OPTIONS["viewport"])
    desk.page.emulate_media(color_scheme="light")
    desk.complaints.clear()
    return desk


def give_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def accept_terms(page: Page) -> None:
    """Confirm age and terms, which are asked for once."""
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("I have read and accept").check()
    page.get_by_role("button", name="Continue", exact=True).click()


def skip_set_up(page: Page) -> None:
    """Leave the set-up of a phone, which follows a sign-in of the client, for the start screen."""
    later = page.get_by_role("button", name="Set up later")
    start = page.get_by_role("heading", level=1, name=re.compile("^(Dial|Calls)$"))
    expect(later.or_(start)).to_be_visible()
    if later.is_visible():
        later.click()
    expect(start).to_be_visible()


def choose_action(desk: Client, name: str, action: str) -> Locator:
    """Choose an action on the page of a person; return the dialog it opens."""
    open_person(desk, name, "Security")
    desk.page.get_by_role("button", name=action, exact=True).click()
    return desk.page.get_by_role("dialog")


def open_person(desk: Client, name: str, tab: str = "Overview") -> None:
    """Find a person in the list and open a tab of the page."""
    desk.page.goto(f"{desk.origin}/portal/people")
    desk.page.get_by_role("searchbox", name="Search People & phones").fill(name)
    desk.page.get_by_role("table").get_by_role("button", name=name).first.click()
    expect(desk.page.get_by_role("heading", name=name, level=1)).to_be_visible()
    if tab != "Overview":
        desk.page.get_by_role("tab", name=tab, exact=True).click()


def as_camera_video(code: Locator, directory: Path) -> tuple[str, ...]:
    """Convert a displayed QR code into camera video; return the browser switches that use it."""
    picture, video = directory / "code.png", directory / "code.y4m"
    code.screenshot(path=picture)
    frame = "scale=400:400:flags=lanczos,pad=640:480:120:40:gray,format=yuv420p"
    shot = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-y",
        "-loop",
        "1",
        "-i",
        picture,
        "-t",
        "1",
        "-r",
        "10",
        "-vf",
        frame,
        video,
    ]
    subprocess.run(shot, check=True)
    return (f"--use-file-for-fake-video-capture={video}",)
