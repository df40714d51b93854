"""Single sign-on over HTTP: redirect, callback, linking, settings."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from http_world import ORIGIN, PASSWORD, World
from oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_provider
from pyotp.totp import TOTP

from unificx.identity import NewTenant, Role

API, HOME = "/api/v1", {"Sec-Fetch-Site": "same-origin"}
SETTING = f"{API}/tenants/acme/single-sign-on"
CALLBACK = f"{ORIGIN}{API}/sign-in/sso/callback"
FLOW = "__Host-unificx-sso"


@pytest.fixture
async def provider(world: World) -> AsyncIterator[OidcProvider]:
    """Provider of acme set by the operator, and its user Ada."""
    async with running_provider(world.clock) as running:
        await world.person(world.acme, "ada@example.com")
        answer = await world.client(operator=True).put(SETTING, json=provider_settings(running, link_by_email=True))
        assert answer.status_code == 200, answer.text
        yield running


def provider_settings(provider: OidcProvider, **more: Any) -> dict[str, Any]:
    return {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **more}


async def start_and_authorize(browser: httpx.AsyncClient, tenant: str = "acme") -> str:
    """Start the flow and sign in at the provider; return the callback URL."""
    answer = await browser.get(f"{API}/sign-in/sso/{tenant}/start", headers={"Sec-Fetch-Site": "none"})
    assert answer.status_code == 303, answer.text
    return await authorize(answer.headers["location"])


async def authorize(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as outside:
        answer = await outside.get(url)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return answer.headers["location"]


async def finish(browser: httpx.AsyncClient, url: str) -> str:
    """Return the redirect target of the callback."""
    answer = await browser.get(url, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303, answer.text
    assert FLOW not in browser.cookies
    return answer.headers["location"]


async def test_browser_signs_in_at_the_provider(world: World, provider: OidcProvider) -> None:
    browser = world.client()
    answer = await browser.get(f"{API}/sign-in/sso/acme/start")
    words = {word.strip().lower() for word in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=300"} <= words
    assert answer.headers["set-cookie"].startswith(f"{FLOW}=")
    url = httpx.URL(answer.headers["location"])
    assert {"state", "nonce", "code_challenge"} <= set(url.params)
    assert url.params["redirect_uri"] == CALLBACK
    assert await finish(browser, await authorize(str(url))) == "/app/"
    assert (await browser.get(f"{API}/me")).json()["person"]["email"] == "ada@example.com"
    (session,) = (await browser.get(f"{API}/sessions")).json()["items"]
    assert session["kind"] == "browser"
    refreshed = await browser.post(f"{API}/sessions/refresh", json={}, headers=HOME)
    assert refreshed.status_code == 200


async def test_callback_is_bound_to_the_browser(world: World, provider: OidcProvider) -> None:
    attacker, victim = world.client(), world.client()
    url = await start_and_authorize(attacker)
    assert await finish(victim, url) == "/app/#sign-in-failed=ticket_over"
    assert not victim.cookies
    await start_and_authorize(victim)
    assert await finish(victim, url) == "/app/#sign-in-failed=ticket_over"
    assert (await victim.get(f"{API}/me")).status_code == 401


async def test_errors_are_returned_in_the_fragment(world: World, provider: OidcProvider) -> None:
    browser = world.client()
    for parameters in ("", "?state=x&code=y", f"?state={'x' * 5000}", "?error=access_denied"):
        assert await finish(browser, f"{CALLBACK}{parameters}") == "/app/#sign-in-failed=ticket_over"
    provider.claims = {"nonce": "another"}
    assert await finish(browser, await start_and_authorize(browser)) == "/app/#sign-in-failed=single_sign_on_failed"
    provider.claims = {"email_verified": False}
    assert await finish(browser, await start_and_authorize(browser)) == "/app/#sign-in-failed=not_linked"
    for tenant in ("globex", "nobody"):
        answer = await browser.get(f"{API}/sign-in/sso/{tenant}/start")
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/#sign-in-failed=not-found")
    world.clock.advance(301)
    provider.unavailable = True
    answer = await browser.get(f"{API}/sign-in/sso/acme/start")
    assert answer.headers["location"] == "/app/#sign-in-failed=single_sign_on_failed"
    assert (await browser.get(f"{API}/me")).status_code == 401


async def test_second_factor_is_required(world: World, provider: OidcProvider) -> None:
    ada = await world.signed_in("ada@example.com")
    begun = (await ada.post(f"{API}/me/factors/totp", json={})).json()
    totp = TOTP(begun["secret"])
    code = totp.at(int(world.clock.now().timestamp()))
    assert (await ada.post(f"{API}/me/factors/totp/{begun['id']}/confirm", json={"code": code})).status_code == 200
    world.clock.advance(30)
    browser = world.client()
    where = await finish(browser, await start_and_authorize(browser))
    parameters = httpx.QueryParams(where.partition("#")[2])
    assert (where.partition("#")[0], parameters["kinds"]) == ("/app/", "totp,recovery_code")
    assert (await browser.get(f"{API}/me")).status_code == 401
    body = {
        "ticket": parameters["second-factor"],
        "totp": totp.at(int(world.clock.now().timestamp())),
        "keep": "cookie",
    }
    assert (await browser.post(f"{API}/sessions/second-factor", json=body, headers=HOME)).status_code == 201
    assert (await browser.get(f"{API}/me")).status_code == 200


async def test_user_links_their_account(world: World, provider: OidcProvider) -> None:
    await world.client(operator=True).put(SETTING, json=provider_settings(provider))
    browser = world.client()
    assert await finish(browser, await start_and_authorize(browser)) == "/app/#sign-in-failed=not_linked"
    body = {"email": "ada@example.com", "password": PASSWORD, "keep": "cookie"}
    assert (await browser.post(f"{API}/sessions", json=body, headers=HOME)).status_code == 201
    early = await browser.post(f"{API}/me/single-sign-on", headers=HOME)
    assert (early.status_code, early.json()["code"]) == (403, "acceptance_needed")
    await accept_terms(browser)
    assert (await browser.get(f"{API}/me/single-sign-on")).json() == {"linked": False}
    foreign = await browser.post(f"{API}/me/single-sign-on", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    begun = await browser.post(f"{API}/me/single-sign-on", headers=HOME)
    assert begun.status_code == 200, begun.text
    assert await finish(browser, await authorize(begun.json()["url"])) == "/app/#single-sign-on=linked"
    fresh = world.client()
    assert await finish(fresh, await start_and_authorize(fresh)) == "/app/"
    assert (await fresh.get(f"{API}/me")).json()["person"]["email"] == "ada@example.com"

    assert (await browser.get(f"{API}/me/single-sign-on")).json() == {"linked": True}
    assert (await browser.delete(f"{API}/me/single-sign-on", headers=HOME)).status_code == 204
    assert (await browser.get(f"{API}/me/single-sign-on")).json() == {"linked": False}
    again = world.client()
    assert await finish(again, await start_and_authorize(again)) == "/app/#sign-in-failed=not_linked"


async def accept_terms(browser: httpx.AsyncClient) -> None:
    """Accept the current terms and policy."""
    options = (await browser.get(f"{API}/sign-in/options")).json()
    parameters = {"of_age": True, **{name: options[name] for name in ("terms_version", "policy_version")}}
    assert (await browser.post(f"{API}/me/acceptances", json=parameters, headers=HOME)).status_code == 204


async def test_administrators_set_the_provider_and_the_secret_is_not_returned(
    world: World, provider: OidcProvider
) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    shown = await admin.get(SETTING)
    assert shown.json() == {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "link_by_email": True,
        "has_secret": True,
        "changed": shown.json()["changed"],
        "redirect_uri": CALLBACK,
    }
    assert CLIENT_SECRET not in shown.text
    assert (await admin.get(f"{SETTING}/setup")).json()["provider"] == shown.json()
    for method in ("GET", "PUT", "DELETE"):
        assert (await user.request(method, SETTING, json=provider_settings(provider))).status_code == 403
    refused = await admin.put(SETTING, json=provider_settings(provider))
    assert (refused.status_code, refused.json()["field"]) == (422, "issuer"), "what is inside is an operator's to name"
    assert (await admin.delete(SETTING)).status_code == 204
    assert (await admin.get(SETTING)).status_code == 404


async def test_addresses_are_shown_before_a_provider_is_set(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    assert (await admin.get(SETTING)).status_code == 404
    assert (await admin.get(f"{SETTING}/setup")).json() == {
        "redirect_uri": CALLBACK,
        "initiate_login_uri": f"{ORIGIN}{API}/sign-in/sso/acme/start",
        "provider": None,
    }
    assert (await admin.post(f"{SETTING}/test", headers=HOME)).status_code == 404
    assert (await user.get(f"{SETTING}/setup")).status_code == 403
    assert (await user.post(f"{SETTING}/test", headers=HOME)).status_code == 403


async def run_test(world: World, tester: httpx.AsyncClient) -> str:
    """Test the provider in a browser; return the result from the fragment."""
    begun = await tester.post(f"{SETTING}/test", headers=HOME)
    assert begun.status_code == 200, begun.text
    tester.cookies.update(begun.cookies)
    page, _, result = (await finish(tester, await authorize(begun.json()["url"]))).partition("#single-sign-on-test=")
    assert page == "/portal/single-sign-on"
    return result


async def test_a_test_shows_which_account_is_found_and_links_none(world: World, provider: OidcProvider) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    assert await run_test(world, admin) == "other_account"
    provider.user_claims = {"sub": "0001", "email": f"admin@{world.acme.domain}", "email_verified": True}
    assert await run_test(world, admin) == "own_account"
    provider.user_claims = {"sub": "0002", "email": "stranger@example.com", "email_verified": True}
    assert await run_test(world, admin) == "no_account"
    provider.user_claims = {"sub": "0001", "email": "ada@example.com", "email_verified": False}
    assert await run_test(world, admin) == "no_email"
    await operator.put(SETTING, json=provider_settings(provider))
    provider.user_claims = {"sub": "0001", "email": "ada@example.com", "email_verified": True}
    assert await run_test(world, admin) == "not_linked", "the tests before have linked no account"
    assert await finish(browser := world.client(), await start_and_authorize(browser)) == (
        "/app/#sign-in-failed=not_linked"
    )


async def test_a_test_names_the_step_that_fails(world: World, provider: OidcProvider) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    provider.extra_parameters = {"error": "access_denied"}
    assert await run_test(world, admin) == "authorization"
    provider.extra_parameters = {}
    provider.claims = {"aud": "another client"}
    assert await run_test(world, admin) == "identity"
    provider.claims = {}
    await operator.put(SETTING, json=provider_settings(provider) | {"client_secret": "expired"})
    assert await run_test(world, admin) == "token"
    provider.unavailable = True
    world.clock.advance(301)
    begun = await admin.post(f"{SETTING}/test", headers=HOME)
    assert begun.json()["code"] == "single_sign_on_failed"


async def test_sign_in_options_include_the_provider(world: World, provider: OidcProvider) -> None:
    outsider = world.client()
    there = [{"slug": "acme", "name": "Acme Ltd"}]
    for reference, options in (("acme", there), (world.acme.id, there), ("globex", []), ("nobody", []), (None, [])):
        query = {"tenant": reference} if reference else {}
        answer = await outsider.get(f"{API}/sign-in/options", params=query)
        assert answer.json()["single_sign_on"] == options
    await world.identity.tenants.delete(world.globex.id)
    assert (await outsider.get(f"{API}/sign-in/options")).json()["single_sign_on"] == there
    await world.identity.tenants.create(NewTenant("third", "Third", "third.example"))
    assert (await outsider.get(f"{API}/sign-in/options")).json()["single_sign_on"] == []


async def test_redirect_uri_uses_the_configured_public_url(world: World, provider: OidcProvider) -> None:
    world.services.public_address.configure("https://phones.example.org", b"", "closed")
    answer = await world.client().get(f"{API}/sign-in/sso/acme/start")
    back = httpx.URL(answer.headers["location"]).params["redirect_uri"]
    assert back == f"https://phones.example.org{API}/sign-in/sso/callback"


async def test_administrator_may_sign_in_by_sso(world: World, provider: OidcProvider) -> None:
    await world.person(world.acme, "boss@example.com", Role.TENANT_ADMIN)
    provider.user_claims = {"sub": "0002", "email": "Boss@Example.com", "email_verified": True}
    browser = world.client()
    assert await finish(browser, await start_and_authorize(browser)) == "/app/"
    assert (await browser.get(f"{API}/me")).json()["role"] == "tenant_admin"
