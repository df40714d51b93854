"""Sign-in methods that need another program: passkeys and single sign-on."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from client_pages import Client, Clients
from oidc_provider import CLIENT_ID, CLIENT_SECRET
from playwright.sync_api import Page, expect
from portal_pages import PASSWORD, accept_terms, create_administrator, give_password, portal, skip_set_up
from server import Household, Server
from test_sign_in_methods_browser import AUTHENTICATOR, provider_in_thread


def with_password(server: Server, name: str, email: str) -> None:
    with server.rest() as operator:
        new = {"name": name, "email": email, "password": PASSWORD}
        assert operator.post("/api/v1/persons", params={"tenant": server.tenant}, json=new).status_code == 201
    server.canaries |= {email, PASSWORD}


def inside(client: Client) -> None:
    skip_set_up(client.page)
    expect(client.page.get_by_role("heading", name="Calls")).to_be_visible()


@pytest.mark.promise("T3")
def test_a_passkey_signs_in_alone_and_serves_as_second_factor(clients: Clients, server: Server) -> None:
    email = "gunda@example.com"
    with_password(server, "Gunda Schlüsselbart", email)
    device = clients()
    address = urlsplit(device.origin)
    here = f"http://localhost:{address.port}/app"  # passkeys are bound to a host name, not an IP address
    debugging = device.context.new_cdp_session(device.page)
    debugging.send("WebAuthn.enable")
    debugging.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page = device.page
    page.goto(f"{here}/sign-in")
    give_password(page, email, PASSWORD)
    accept_terms(page)
    inside(device)
    page.goto(f"{here}/settings/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Passkey, added")).to_be_visible()

    for way in ("alone", "beside"):
        page.goto(f"{here}/settings")
        page.get_by_role("button", name="Sign out").click()
        if way == "beside":
            give_password(page, email, PASSWORD)
            expect(page.get_by_role("heading", name="Two-step verification")).to_be_visible()
        page.get_by_role("button", name="Use a passkey").click()
        inside(device)
    assert device.complaints == []


@pytest.mark.promise("U3")
def test_single_sign_on_signs_in(clients: Clients, server: Server, household: Household) -> None:
    device = clients()
    with provider_in_thread() as provider, server.rest() as operator:
        email = owner_of(server, operator, household.berta.number)
        provider.user_claims = {"sub": "0007", "email": email, "email_verified": True}
        setting = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        answer = operator.put(
            f"/api/v1/tenants/{server.tenant}/single-sign-on", json={**setting, "link_by_email": True}
        )
        assert answer.status_code == 200, answer.text
        server.canaries.add(CLIENT_SECRET)
        settings = settings_page(clients, server)
        check_result_of_test(settings, "Single sign-on works")
        provider.extra_parameters = {"error": "access_denied"}
        check_result_of_test(settings, "The provider has not signed you in")
        provider.extra_parameters = {}
        device.page.goto(f"{device.origin}/app/sign-in?tenant={server.tenant}")
        device.page.get_by_role("button", name=f"Sign in with {server.tenant.title()}").click()
        accept_terms(device.page)
        inside(device)
        assert device.api("GET", "/me")["extensions"][0]["number"] == household.berta.number

        device.page.goto(f"{device.origin}/app/settings/security")
        expect(device.page.get_by_role("button", name="Unlink account")).to_be_visible()
        device.page.goto(f"{device.origin}/app/settings")
        device.page.get_by_role("button", name="Sign out").click()
        expect(device.page).to_have_url(f"{device.origin}/app/sign-in")
        provider.user_claims = {"sub": "0008", "email": "stranger@example.com", "email_verified": True}
        device.page.goto(f"{device.origin}/app/sign-in?tenant={server.tenant}")
        device.page.get_by_role("button", name=f"Sign in with {server.tenant.title()}").click()
        expect(device.page.get_by_role("alert")).to_be_visible()
        assert urlsplit(device.page.url).path == "/app/sign-in"
        settings.get_by_role("button", name="Remove single sign-on").click()
        settings.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(settings.get_by_text("Single sign-on is not set up yet.")).to_be_visible()
        assert operator.get(f"/api/v1/tenants/{server.tenant}/single-sign-on").status_code == 404


def settings_page(clients: Clients, server: Server) -> Page:
    """The page of an administrator, with the addresses to enter at the provider."""
    create_administrator(server)
    desk = portal(clients)
    desk.page.goto(f"{desk.origin}/portal/single-sign-on")
    expect(desk.page.get_by_text(f"{desk.origin}/api/v1/sign-in/sso/callback")).to_be_visible()
    expect(desk.page.get_by_label("Client ID")).to_have_value(CLIENT_ID)
    expect(desk.page.get_by_label("Client secret")).to_have_value("")
    return desk.page


def check_result_of_test(settings: Page, result: str) -> None:
    settings.get_by_role("button", name="Test the sign-in").click()
    expect(settings.get_by_role("alert").filter(has_text=result)).to_be_visible()


def owner_of(server: Server, operator: Any, number: str) -> str:
    """E-mail address of the owner of an extension."""
    tenant = {"tenant": server.tenant}
    person = operator.get(f"/api/v1/extensions/{number}", params=tenant).json()["person_id"]
    return operator.get(f"/api/v1/persons/{person}", params=tenant).json()["email"]
