"""Signing in: QR code, e-mail link, password with a second factor; and remote sign-out."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pyotp
import pytest
from browser import Playwright
from client_pages import Client, Clients
from playwright.sync_api import expect
from portal_pages import (
    accept_terms,
    as_camera_video,
    choose_action,
    create_administrator,
    give_password,
    portal,
    skip_set_up,
)
from post_office import PostOffice
from server import Household, Login, Server, eventually, run_and_check_log

ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
NEW = "seven herons over water"


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    post = PostOffice(tmp_path_factory.mktemp("post"))
    yield post
    post.close()


@pytest.fixture(scope="module")
def server(post: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("sign-in") / "home", settings={"UNIFICX_SMTP": post.url})
    yield from run_and_check_log(server)


@pytest.fixture(scope="module")
def desk(
    playwright: Playwright, server: Server, household: Household, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """The portal, signed in."""
    create_administrator(server)
    clients = Clients(playwright, tmp_path_factory.mktemp("desk"), server)
    yield portal(clients)
    clients.close()


def inside(client: Client, number: str) -> None:
    """The start screen of the owner of that number, behind the set-up."""
    skip_set_up(client.page)
    expect(client.page.get_by_role("heading", name="Calls")).to_be_visible()
    expect(client.page.get_by_role("status").filter(has_text=number)).to_be_visible()
    assert client.page.url.endswith("/app/calls")
    assert client.complaints == []


def link_of(desk: Client, number: str) -> str:
    """A link that signs a device in."""
    extension = desk.api("GET", f"/extensions/{number}")
    made = desk.page.evaluate(
        """async (person_id) => {
          const headers = {'content-type': 'application/json'}
          const how = {method: 'POST', headers, body: JSON.stringify({person_id})}
          return (await fetch('/api/v1/sign-in-codes', how)).json()
        }""",
        extension["person_id"],
    )
    return made["url"]


@pytest.mark.promise("S2", "C3", "C4", "U3")
def test_a_displayed_code_is_scanned_and_signs_in_one_device(
    desk: Client, clients: Clients, household: Household, tmp_path: Path
) -> None:
    shown = choose_action(desk, ANNA, "Show sign-in code")
    camera = as_camera_video(shown.get_by_role("img", name="Sign-in code"), tmp_path)
    phone = clients("camera", "microphone", switches=camera)
    phone.page.goto(f"{phone.origin}/app/")
    phone.page.get_by_role("link", name="Scan code").click()
    accept_terms(phone.page)
    inside(phone, household.anna.number)
    expect(shown).to_contain_text("Chromium (Linux) used the code")
    assert [each["name"] for each in phone.api("GET", "/sessions")["items"]] == ["Chromium (Linux)"]
    phone.wait_registered()

    attacker = clients("camera", switches=camera)
    attacker.page.goto(f"{attacker.origin}/app/scan")
    expect(attacker.page.get_by_role("heading", name="Code already used on another device")).to_be_visible()
    expect(shown).to_contain_text("Another device tried the same code and was rejected")
    assert attacker.context.cookies() == []
    assert phone.api("GET", "/me")["extensions"][0]["number"] == household.anna.number


@pytest.mark.promise("S2", "T3")
def test_a_link_from_the_camera_app_needs_confirmation_and_leaves_no_trace(
    desk: Client, clients: Clients, household: Household
) -> None:
    link = link_of(desk, household.berta.number)
    phone = clients()
    phone.page.goto(link)
    expect(phone.page.get_by_role("heading", name="Sign in this device")).to_be_visible()
    code = link.partition("#sign-in=")[2]
    assert code not in phone.page.url
    phone.page.get_by_label("Device name").fill("Berta's own telephone")
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    accept_terms(phone.page)
    inside(phone, household.berta.number)
    assert [each["name"] for each in phone.api("GET", "/sessions")["items"]] == ["Berta's own telephone"]
    assert code not in phone.stored_data()
    assert not any(code in each.url for each in phone.requests)


def test_an_expired_or_missing_code_shows_a_clear_page(clients: Clients) -> None:
    phone = clients()
    phone.page.goto(f"{phone.origin}/app/#sign-in={'x' * 32}")
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.page.get_by_role("heading", name="Code expired")).to_be_visible()
    expect(phone.page.get_by_text("Codes are valid for two minutes.")).to_be_visible()
    phone.page.goto(f"{phone.origin}/app/sign-in/code")
    expect(phone.page.get_by_role("heading", name="No code")).to_be_visible()
    expect(phone.page.get_by_role("link", name="Scan code")).to_be_visible()


@pytest.mark.promise("C4")
def test_a_refused_camera_is_reported_and_the_link_can_be_typed(
    desk: Client, clients: Clients, household: Household
) -> None:
    phone = clients(switches=("--use-fake-ui-for-media-stream=deny",))
    phone.page.goto(f"{phone.origin}/app/scan")
    expect(phone.page.get_by_text("The camera is used in video calls and to scan a sign-in code.")).to_be_visible()
    phone.page.get_by_role("button", name="Turn on camera").click()
    expect(phone.page.get_by_text("Camera access denied")).to_be_visible()
    phone.page.get_by_label("Or enter the link").fill(link_of(desk, household.clara.number))
    phone.page.get_by_role("button", name="Continue", exact=True).click()
    accept_terms(phone.page)
    inside(phone, household.clara.number)


@pytest.mark.promise("S2", "T3", "K1")
def test_users_below_the_minimum_age_cannot_sign_in(desk: Client, clients: Clients, server: Server) -> None:
    young = server.extension("740074", "Dorlinde Jungblut")
    phone = clients()
    phone.page.goto(link_of(desk, young.number))
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.page.get_by_role("heading", name="Before you start")).to_be_visible()
    phone.page.get_by_label("No", exact=True).check()
    expect(phone.page.get_by_role("button", name="Continue", exact=True)).to_have_count(0)
    phone.page.get_by_role("button", name="Leave", exact=True).click()
    expect(phone.page.get_by_role("heading", name="You must be 18 or older")).to_be_visible()
    assert phone.api("GET", "/me")["code"] == "unauthenticated"
    assert phone.context.cookies() == []
    assert phone.databases() == []
    for word in ("Jungblut", young.number):
        assert word not in phone.stored_data()
    assert rows_about(server, young) == {"acceptance": 0, "session": 0}


def rows_about(server: Server, login: Login) -> dict[str, int]:
    """Rows of sign-in that the database holds about the owner of an extension."""
    with server.rest() as operator:
        tenant = {"tenant": server.tenant}
        person = operator.get(f"/api/v1/extensions/{login.number}", params=tenant).json()["person_id"]
    with closing(sqlite3.connect(f"file:{server.home / 'unificx.db'}?mode=ro", uri=True)) as database:
        count = "select count(*) from {} where person_id = ?"
        return {
            table: database.execute(count.format(table), (person,)).fetchone()[0] for table in ("acceptance", "session")
        }


@pytest.mark.promise("S2", "K2")
def test_terms_and_privacy_policy_are_read_without_losing_the_form(
    desk: Client, clients: Clients, server: Server
) -> None:
    newcomer = server.extension("760076", "Edelburga Neuling")
    phone = clients()
    phone.page.goto(link_of(desk, newcomer.number))
    phone.page.get_by_role("button", name="Sign in", exact=True).click()
    phone.page.get_by_label("Yes", exact=True).check()
    for name, address in (("terms of use", "/terms?lang=en"), ("privacy policy", "/privacy?lang=en")):
        with phone.context.expect_page() as opened:
            phone.page.get_by_role("link", name=name).click()
        assert opened.value.url == phone.origin + address
        opened.value.close()
    expect(phone.page.get_by_label("Yes", exact=True)).to_be_checked()
    expect(phone.page.get_by_label("I have read and accept")).not_to_be_checked()


@pytest.mark.promise("S2", "C2", "T3", "C6")
def test_a_device_signed_out_remotely_keeps_no_data_and_no_access(clients: Clients, household: Household) -> None:
    lost = clients("microphone").sign_in(household.anna, path="/directory").wait_registered()
    expect(lost.page.get_by_text(CLARA)).to_be_visible()
    assert "Claramunde" in lost.stored_data()
    stolen = {cookie["name"]: cookie["value"] for cookie in lost.context.cookies()}
    [mine] = [each["id"] for each in lost.api("GET", "/sessions")["items"] if each["current"]]
    other = clients().sign_in(household.anna, path="/settings/devices")
    rows = other.page.get_by_role("button", name="Chromium of a test")
    expect(rows.first).to_be_visible()
    before = rows.count()
    for _ in range(before):
        rows.first.click()
        other.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
        expect(other.page.get_by_role("dialog")).to_have_count(0)
    expect(rows).to_have_count(0)

    expect(lost.page).to_have_url(f"{lost.origin}/app/sign-in")
    expect(lost.page.get_by_text("You have been signed out, here or on another device.")).to_be_visible()
    for name in ("Claramunde", "Annarosa", household.anna.number):
        assert name not in lost.stored_data()
    assert lost.context.cookies() == []
    cookies = "; ".join(f"{name}={value}" for name, value in stolen.items())
    with httpx.Client(base_url=lost.origin, headers={"cookie": cookies, "origin": lost.origin}) as attacker:
        assert attacker.get("/api/v1/me").status_code == 401
        assert attacker.post("/api/v1/sessions/refresh", json={}).status_code == 401
        assert attacker.post("/api/v1/me/sip-access").status_code == 401
    assert mine not in [each["id"] for each in other.api("GET", "/sessions")["items"]]


@pytest.mark.promise("U3", "S2")
def test_an_invitation_by_e_mail_signs_in(desk: Client, clients: Clients, post: PostOffice, server: Server) -> None:
    new = server.extension("750075", "Emmerich Neuling")
    email = "emmerich.750075@example.com"
    dialog = choose_action(desk, new.name, "Invite")
    dialog.get_by_role("button", name="Send invitation").click()
    expect(dialog).to_contain_text("Invitation sent")
    guest = clients()
    guest.page.goto(post.link(email))
    expect(guest.page.get_by_role("heading", name=f"Welcome, {new.name}")).to_be_visible()
    guest.page.get_by_label("New password").fill(NEW)
    guest.page.get_by_label("Repeat password").fill(NEW)
    guest.page.get_by_label("Yes", exact=True).check()
    guest.page.get_by_label("I have read and accept").check()
    guest.page.get_by_role("button", name="Get started").click()
    inside(guest, new.number)

    late = clients()
    late.page.goto(post.link(email))
    expect(late.page.get_by_role("heading", name="Invitation expired")).to_be_visible()


@pytest.mark.promise("C2", "U3", "T3")
def test_a_password_is_reset_by_e_mail_without_revealing_accounts(
    clients: Clients, post: PostOffice, household: Household
) -> None:
    email = f"claramunde.{household.clara.number}@example.com"
    signed_in = clients().sign_in(household.clara, path="/settings")
    phone = clients()
    for address in ("nobody@example.com", email):
        phone.page.goto(f"{phone.origin}/app/sign-in")
        phone.page.get_by_role("link", name="Forgot your password?").click()
        expect(phone.page.get_by_role("heading", name="Reset your password")).to_be_visible()
        phone.page.get_by_label("E-mail").fill(address)
        phone.page.get_by_role("button", name="Send link").click()
        expect(
            phone.page.get_by_text("If an account with this address exists, we have sent you a link.")
        ).to_be_visible()
    phone.page.goto(post.link(email))
    phone.page.get_by_label("New password").fill(NEW)
    phone.page.get_by_label("Repeat password").fill(NEW)
    phone.page.get_by_role("button", name="Set password and sign in").click()
    inside(phone, household.clara.number)
    expect(signed_in.page).to_have_url(f"{phone.origin}/app/sign-in")
    assert not post.emails("nobody@example.com")


@pytest.mark.promise("T3")
def test_a_second_factor_is_set_up_and_required(clients: Clients, server: Server) -> None:
    email, password = "fridolin@example.com", "eleven larks in a row"
    with server.rest() as operator:
        new = {"name": "Fridolin Zweifach", "email": email, "password": password}
        assert operator.post("/api/v1/persons", params={"tenant": server.tenant}, json=new).status_code == 201
    server.canaries |= {email, password}
    device = clients()
    device.page.goto(f"{device.origin}/app/sign-in")
    give_password(device.page, email, password)
    accept_terms(device.page)
    skip_set_up(device.page)
    expect(device.page.get_by_role("heading", name="Calls")).to_be_visible()
    secret, recovery = set_up(device)

    ask_for_a_factor(device, email, password)
    asked = device.page.get_by_label("Code from your authenticator app")
    asked.fill("000000")
    expect(device.page.get_by_role("alert")).to_be_visible()
    assert device.context.cookies() == []
    asked.fill(pyotp.TOTP(secret).at(int(time.time()) + 30))  # the previous one was used for the set-up
    skip_set_up(device.page)
    expect(device.page.get_by_role("heading", name="Calls")).to_be_visible()

    ask_for_a_factor(device, email, password)
    device.page.get_by_role("button", name="Use a recovery code").click()
    device.page.get_by_label("Recovery code").fill(recovery)
    device.page.get_by_role("button", name="Continue", exact=True).click()
    skip_set_up(device.page)
    expect(device.page.get_by_role("heading", name="Calls")).to_be_visible()


@pytest.mark.promise("U9", "U2")
def test_a_suspended_person_asks_for_a_review_and_signs_in_again(
    desk: Client, clients: Clients, post: PostOffice, server: Server
) -> None:
    email, password, reason = "sieglinde@example.com", "nine cranes at dawn", "Calls to premium numbers at night"
    with server.rest() as operator:
        tenant, new = {"tenant": server.tenant}, {"name": "Sieglinde Pausiert", "email": email, "password": password}
        made = operator.post("/api/v1/persons", params=tenant, json=new)
        assert made.status_code == 201, made.text
        path, suspension = f"/api/v1/persons/{made.json()['id']}/suspension", {"reason": "security", "text": reason}
        assert operator.put(path, params=tenant, json=suspension).status_code == 200
    server.canaries |= {email, password, reason, new["name"]}
    device = clients()
    device.page.goto(f"{device.origin}/app/sign-in")
    give_password(device.page, email, password)
    expect(device.page.get_by_text("Your account is suspended")).to_be_visible()
    expect(device.page.get_by_text(reason)).to_be_visible()
    assert device.context.cookies() == []
    device.page.get_by_label("Why the suspension should end").fill("My phone was stolen.")
    device.page.get_by_role("button", name="Ask for a review").click()
    expect(device.page.get_by_text("Your request is sent")).to_be_visible()

    # The portal is that of another person than the one who suspended, which the decision requires.
    desk.page.goto(f"{desk.origin}/portal/privacy/requests")
    desk.page.get_by_role("button", name="Review of a suspension").click()
    request = desk.page.get_by_role("region", name="Review of a suspension")
    expect(request.get_by_text("My phone was stolen.")).to_be_visible()
    expect(request.get_by_text(reason)).to_be_visible()
    request.get_by_label("Answer, reply, reasons or note").fill("The phone is blocked now.")
    request.get_by_role("button", name="Answer", exact=True).click()
    expect(request).to_have_count(0)
    eventually(lambda: len(post.emails(email)) >= 3, what="e-mails about suspension, answer and its end")
    device.page.get_by_role("button", name="Back").click()
    give_password(device.page, email, password)
    accept_terms(device.page)
    skip_set_up(device.page)


def ask_for_a_factor(device: Client, email: str, password: str) -> None:
    device.page.goto(f"{device.origin}/app/settings")
    device.page.get_by_role("button", name="Sign out").click()
    give_password(device.page, email, password)
    expect(device.page.get_by_role("heading", name="Two-step verification")).to_be_visible()


def set_up(client: Client) -> tuple[str, str]:
    """Set up an authenticator app; return its secret and a recovery code."""
    page = client.page
    page.goto(f"{client.origin}/app/settings/security")
    page.get_by_role("button", name="Set up authenticator app").click()
    secret = page.get_by_text("Enter this key in the app").locator("code").inner_text()
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    codes = page.get_by_role("dialog", name="Your recovery codes")
    recovery = codes.get_by_role("listitem").first.inner_text()
    codes.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Authenticator app, added")).to_be_visible()
    return secret, recovery
