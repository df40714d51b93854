"""Passkeys and single sign-on in a real browser, at a real server."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from browser import PAGE_HTML, PAGE_PATH, fetch_in_page, shared_browser
from oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_provider
from playwright.sync_api import BrowserContext, Page, Playwright
from server import Server

from unificx.core.clock import SystemClock

EMAIL, PASSWORD = "dora@example.com", "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CREATE_SCRIPT = """async (options) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return (await navigator.credentials.create({publicKey})).toJSON()
}"""
GET_SCRIPT = """async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return (await navigator.credentials.get({publicKey})).toJSON()
}"""


@pytest.fixture(scope="module")
def context(playwright: Playwright) -> Iterator[BrowserContext]:
    context = shared_browser(playwright).new_context()
    yield context
    context.close()


@pytest.fixture(scope="module")
def dora(server: Server) -> str:
    """Create a user of the tenant with a password; return the id."""
    with server.rest() as operator:
        new = {"name": "Dora Example", "email": EMAIL, "password": PASSWORD}
        made = operator.post("/api/v1/persons", params={"tenant": server.tenant}, json=new)
        assert made.status_code == 201, made.text
        return made.json()["id"]


@pytest.fixture(params=["http", "https"])
def page(request: pytest.FixtureRequest, server: Server, context: BrowserContext) -> Iterator[Page]:
    """Page opened by host name, as passkeys require, with a virtual authenticator."""
    context.clear_cookies()
    page = context.new_page()
    address = urlsplit(server.ready[request.param])
    place = f"{address.scheme}://localhost:{address.port}{PAGE_PATH}"
    page.route(place, lambda route: route.fulfill(body=PAGE_HTML, content_type="text/html"))
    page.goto(place)
    debugging = context.new_cdp_session(page)
    debugging.send("WebAuthn.enable")
    debugging.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    page.close()


def accept_terms(page: Page) -> None:
    """Accept the current terms and policy: everything else is refused before."""
    versions = fetch_in_page(page, "GET", "/sign-in/options")[1]
    yes = {"of_age": True} | {name: versions[name] for name in ("terms_version", "policy_version")}
    assert fetch_in_page(page, "POST", "/me/acceptances", yes)[0] == 204


@pytest.mark.promise("T3")
def test_browser_passkey_signs_in_alone_and_as_a_second_factor(page: Page, dora: str, server: Server) -> None:
    password = {"email": EMAIL, "password": PASSWORD, "keep": "cookie"}
    assert fetch_in_page(page, "POST", "/sessions", password)[0] == 201
    accept_terms(page)
    status, options = fetch_in_page(page, "POST", "/me/passkeys/options")
    assert status == 200, options
    status, added = fetch_in_page(
        page, "POST", "/me/passkeys", {"name": "Key", "credential": page.evaluate(CREATE_SCRIPT, options)}
    )
    assert (status, len(added.get("recovery_codes", []))) == (201, 10), added
    assert fetch_in_page(page, "DELETE", "/sessions/current")[0] == 204

    asked = fetch_in_page(page, "POST", "/sessions/passkey/options")[1]
    given = {"ticket": asked["ticket"], "credential": page.evaluate(GET_SCRIPT, asked["options"]), "keep": "cookie"}
    status, signed = fetch_in_page(page, "POST", "/sessions/by-passkey", given)
    assert (status, signed["person_id"]) == (201, dora)
    assert fetch_in_page(page, "POST", "/sessions/by-passkey", given)[0] == 401
    assert fetch_in_page(page, "DELETE", "/sessions/current")[0] == 204

    status, needed = fetch_in_page(page, "POST", "/sessions", password)
    assert (status, needed["kinds"]) == (202, ["passkey", "recovery_code"])
    options = fetch_in_page(page, "POST", "/sessions/second-factor/options", {"ticket": needed["ticket"]})[1]
    proof = {"ticket": needed["ticket"], "passkey": page.evaluate(GET_SCRIPT, options), "keep": "cookie"}
    assert fetch_in_page(page, "POST", "/sessions/second-factor", proof)[0] == 201
    assert fetch_in_page(page, "DELETE", f"/me/factors/{added['factor']['id']}")[0] == 204
    assert fetch_in_page(page, "GET", "/me/factors")[1]["items"] == []


@contextmanager
def provider_in_thread() -> Iterator[OidcProvider]:
    """OpenID Connect provider in a thread, with the system clock."""
    begun, ended = threading.Event(), threading.Event()
    made: list[OidcProvider] = []

    async def run() -> None:
        async with running_provider(SystemClock()) as provider:
            made.append(provider)
            begun.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert begun.wait(10)
    yield made[0]
    ended.set()
    thread.join()


def test_browser_signs_in_at_the_provider_of_the_tenant(page: Page, dora: str, server: Server) -> None:
    with provider_in_thread() as provider, server.rest() as operator:
        provider.user_claims = {"sub": "0001", "email": EMAIL, "email_verified": True}
        setting = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        answer = operator.put(
            f"/api/v1/tenants/{server.tenant}/single-sign-on", json={**setting, "link_by_email": True}
        )
        assert answer.status_code == 200, answer.text
        server.canaries.add(CLIENT_SECRET)
        (option,) = fetch_in_page(page, "GET", f"/sign-in/options?tenant={server.tenant}")[1]["single_sign_on"]
        page.goto(page.url.replace(PAGE_PATH, f"/api/v1/sign-in/sso/{option['slug']}/start"))
        assert urlsplit(page.url).path == "/app/"
        assert fetch_in_page(page, "GET", "/me")[1]["person"]["id"] == dora
        assert "__Host-unificx-sso" not in {cookie["name"] for cookie in page.context.cookies()}
        assert operator.delete(f"/api/v1/tenants/{server.tenant}/single-sign-on").status_code == 204
