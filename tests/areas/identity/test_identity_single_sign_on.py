"""Single sign-on with a real OpenID Connect provider on a local port."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fake_notifier import FakeAccountNotifier
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_provider
from pyotp.totp import TOTP
from sqlalchemy import text

from unificx.cluster import local_cluster
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, DomainError, Expired, Forbidden, Invalid, NotFound, Unauthenticated
from unificx.db import Database
from unificx.identity import (
    AccountSuspended,
    Identity,
    NewPerson,
    NewProvider,
    PasswordHashing,
    Person,
    PersonChange,
    Role,
    SignedIn,
    SignInContext,
    SignInResult,
    Source,
    SsoCallback,
    SsoRequest,
    SsoTest,
    Tenant,
    TenantChange,
    build_identity,
    oidc,
)
from unificx.identity.schemas import SecondFactorRequired
from unificx.integrations.http_client import HttpClient
from unificx.privacy import KeyStore

HERE = SignInContext(Source("203.0.113.1", "Home/1"), token_delivery="cookie")
BACK = "https://pbx.example.com/api/v1/sign-in/sso/callback"
EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture
async def people(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[Identity]:
    room = build_identity(
        database,
        keys,
        clock,
        hashing=PasswordHashing(),
        notifier=FakeAccountNotifier(can_send=False),
        fetch=HttpClient(),
        cluster=local_cluster(clock, print),
    )
    await room.start()
    yield room
    await room.join_background_tasks()


@pytest.fixture
async def provider(clock: ManualClock) -> AsyncIterator[OidcProvider]:
    async with running_provider(clock) as running:
        yield running


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, Role.USER, PASSWORD))


@pytest.fixture
async def linked(people: Identity, acme: Tenant, provider: OidcProvider) -> NewProvider:
    """Provider of acme with linking by verified address."""
    new = NewProvider(provider.issuer, CLIENT_ID, link_by_email=True, inside=True, client_secret=CLIENT_SECRET)
    await people.sso_providers.set(acme.id, new)
    return new


async def authorize(request: SsoRequest) -> SsoCallback:
    """Sign in at the provider and return the callback."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(request.url)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK)
    params = httpx.URL(answer.headers["location"]).params
    return SsoCallback(
        request.flow, params["state"], params.get("code", ""), params.get("error", ""), params.get("iss")
    )


async def sign_in(people: Identity, tenant: Tenant) -> SignInResult | SsoTest | None:
    return await people.sso.finish(await authorize(await people.sso.start(tenant.id, BACK)), HERE)


async def failed_sign_in(people: Identity, tenant: Tenant) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        await sign_in(people, tenant)
    return refusal.value


async def test_verified_address_links_its_account_permanently(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    signed_in = await sign_in(people, acme)
    assert isinstance(signed_in, SignedIn)
    assert (await people.sessions.authenticate(signed_in.token)).person_id == ada.id
    await people.sso_providers.set(acme.id, replace(linked, link_by_email=False))
    provider.user_claims["email"] = "another@example.com"
    again = await sign_in(people, acme)
    assert isinstance(again, SignedIn)
    assert again.principal.person_id == ada.id


async def test_unverified_address_is_not_linked(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    for bent in (*({"email_verified": each} for each in (False, None, "true", 1)), {"email": "\ud800@example.com"}):
        provider.claims = bent
        assert (await failed_sign_in(people, acme)).code == "not_linked", bent


async def test_without_link_by_email_no_account_is_linked_or_created(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    await people.sso_providers.set(acme.id, replace(linked, link_by_email=False))
    assert (await failed_sign_in(people, acme)).code == "not_linked"
    await people.sso_providers.set(acme.id, linked)
    provider.user_claims = {"sub": "0002", "email": "nobody@example.com", "email_verified": True}
    assert (await failed_sign_in(people, acme)).code == "not_linked"
    assert len((await people.users.page(acme.id)).items) == 1


async def test_signed_in_user_links_their_account(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider, clock: ManualClock
) -> None:
    await people.sso_providers.set(acme.id, replace(linked, link_by_email=False))
    ben = await people.users.create(acme.id, NewPerson("Ben Example", "ben@example.com", Role.USER, PASSWORD))
    here = await people.sign_in.by_password("ben@example.com", PASSWORD, HERE)
    assert isinstance(here, SignedIn)
    back = await authorize(await people.sso.start_link(here.principal, BACK))
    assert await people.sso.finish(back, HERE) is None
    signed_in = await sign_in(people, acme)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.principal.person_id == ben.id != ada.id
    adas = await people.sign_in.by_password(EMAIL, PASSWORD, HERE)
    assert isinstance(adas, SignedIn)
    back = await authorize(await people.sso.start_link(adas.principal, BACK))
    with pytest.raises(Conflict):
        await people.sso.finish(back, HERE)
    clock.advance(601)
    with pytest.raises(Forbidden):
        await people.sso.start_link(adas.principal, BACK)
    await people.users.close(acme.id, ben.id)
    assert (await failed_sign_in(people, acme)).code == "not_linked"
    await people.sso_providers.set(acme.id, linked)
    signed_in = await sign_in(people, acme)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.principal.person_id == ada.id, "a name that leads to nobody is free again"


async def test_the_only_way_to_sign_in_is_not_unlinked(
    people: Identity, acme: Tenant, provider: OidcProvider, linked: NewProvider
) -> None:
    ada = await people.users.create(acme.id, NewPerson("Ada Example", EMAIL))
    signed_in = await sign_in(people, acme)
    assert isinstance(signed_in, SignedIn)
    with pytest.raises(Conflict, match="only sign-in method"):
        await people.sso_links.unlink(signed_in.principal)
    assert await people.sso_links.is_linked(signed_in.principal)
    await people.passwords.set(acme.id, ada.id, PASSWORD)
    here = await people.sign_in.by_password(EMAIL, PASSWORD, HERE)
    assert isinstance(here, SignedIn)
    await people.sso_links.unlink(here.principal)
    assert not await people.sso_links.is_linked(here.principal)


@pytest.mark.promise("T3")
async def test_provider_cannot_sign_in_users_of_another_tenant(
    people: Identity, acme: Tenant, globex: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    await people.sso_providers.set(globex.id, linked)
    assert (await failed_sign_in(people, globex)).code == "not_linked"
    assert isinstance(await sign_in(people, acme), SignedIn)
    assert (await failed_sign_in(people, globex)).code == "not_linked"


async def test_second_factor_is_required_after_sso(
    people: Identity, acme: Tenant, ada: Person, linked: NewProvider, clock: ManualClock
) -> None:
    here = await sign_in(people, acme)
    assert isinstance(here, SignedIn)
    begun = await people.mfa.start_totp_enrollment(here.principal, "Phone")
    code = TOTP(begun.secret).at(int(clock.now().timestamp()))
    await people.mfa.confirm_totp(here.principal, begun.id, code, HERE.source)
    needed = await sign_in(people, acme)
    assert isinstance(needed, SecondFactorRequired)


async def test_suspended_users_and_tenants_are_rejected(
    people: Identity, acme: Tenant, ada: Person, linked: NewProvider
) -> None:
    await people.users.update(acme.id, ada.id, PersonChange(state="suspended"))
    assert isinstance(await failed_sign_in(people, acme), AccountSuspended)
    await people.users.update(acme.id, ada.id, PersonChange(state="active"))
    under_way = await authorize(await people.sso.start(acme.id, BACK))
    await people.tenants.update(acme.id, TenantChange(state="suspended"))
    with pytest.raises(AccountSuspended):
        await people.sso.finish(under_way, HERE)
    with pytest.raises(NotFound):
        await people.sso.start(acme.id, BACK)
    assert not await people.sso_providers.is_offered(acme.id)


@pytest.mark.promise("D3", "R4")
async def test_erased_user_has_no_sso_alias(
    people: Identity, acme: Tenant, ada: Person, linked: NewProvider, keys: KeyStore
) -> None:
    assert isinstance(await sign_in(people, acme), SignedIn)
    keys.destroy(acme.id, ada.subject)
    assert keys.find(acme.id, "single_sign_on", f"{linked.issuer} 0001") is None
    assert await failed_sign_in(people, acme)


BENT_CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://login.example.net"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": ["another client"]},
    {"aud": None},
    {"aud": [CLIENT_ID, "another client"]},
    {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"nonce": "another nonce"},
    {"nonce": None},
    {"exp": 1},
    {"exp": None},
    {"iat": 4_000_000_000, "exp": 4_000_000_300},
    {"nbf": 4_000_000_000},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 300},
    {"sub": "\ud800"},
    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
]


async def test_invalid_id_token_is_rejected(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    for bent in BENT_CLAIMS:
        provider.claims = bent
        assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed", bent
    provider.claims = {}
    assert isinstance(await sign_in(people, acme), SignedIn)


async def test_expired_id_token_is_accepted_within_the_leeway(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider, clock: ManualClock
) -> None:
    now = int(clock.now().timestamp())
    provider.claims = {"exp": now - 30}
    assert isinstance(await sign_in(people, acme), SignedIn)
    provider.claims = {"exp": now - 61}
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"


async def test_wrong_shared_or_missing_signature_is_rejected(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    outsider = ECKey.generate_key("P-256", {"kid": "one"})
    shared = OctKey.import_key(CLIENT_SECRET.ljust(32))
    good = provider.encode

    def altered(claims: dict[str, Any]) -> str:
        head, _, signature = good(claims).split(".")
        body = good({**claims, "sub": "0009"}).split(".")[1]
        return f"{head}.{body}.{signature}"

    for sign in (
        lambda claims: provider.encode(claims, outsider),
        lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared),
        lambda claims: f"eyJhbGciOiJub25lIn0.{good(claims).split('.')[1]}.",
        altered,
        lambda claims: good(claims)[:-4],
        lambda claims: "not a token",
        lambda claims: 7,
    ):
        provider.sign = sign
        assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"
    provider.sign = good
    assert isinstance(await sign_in(people, acme), SignedIn)


async def test_rotated_key_is_used_at_once(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    assert isinstance(await sign_in(people, acme), SignedIn)
    provider.key = provider.published_key = ECKey.generate_key("P-256", {"kid": "one"})
    assert isinstance(await sign_in(people, acme), SignedIn)


async def test_keys_that_are_not_understood_are_ignored(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    """A provider may publish keys for others, too (RFC 7517 section 5)."""
    other = ECKey.generate_key("P-256", {"kid": "two"}).as_dict(private=False)
    provider.further_keys = [
        {"kty": "EC", "crv": "BP-256", "kid": "two", "x": "AA", "y": "AA"},
        {**other, "use": "another"},
        {"kid": "three"},
    ]
    assert isinstance(await sign_in(people, acme), SignedIn)


async def test_private_keys_of_a_provider_are_not_used(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    """They are checked in a tenth of a second each (RSA), of which an answer has room for a hundred."""
    provider.further_keys = [{**provider.key.as_dict(private=True), "kid": "private"}]
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "private"}, claims, provider.key)
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"


async def test_callback_is_bound_to_browser_and_state(
    people: Identity, acme: Tenant, ada: Person, linked: NewProvider, clock: ManualClock
) -> None:
    victims = await people.sso.start(acme.id, BACK)
    attackers = await authorize(await people.sso.start(acme.id, BACK))
    for wrong in (
        replace(attackers, flow=victims.flow),
        replace(attackers, flow=""),
        replace(attackers, flow="x" * 500),
        replace(attackers, state="another"),
        replace(attackers, state=""),
    ):
        with pytest.raises(Expired) as over:
            await people.sso.finish(wrong, HERE)
        assert over.value.code == "ticket_over"
    late = await authorize(await people.sso.start(acme.id, BACK))
    clock.advance(301)
    with pytest.raises(Expired):
        await people.sso.finish(late, HERE)


async def test_foreign_replayed_or_denied_response_is_rejected(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    returned = await authorize(await people.sso.start(acme.id, BACK))
    for wrong in (
        replace(returned, issuer="https://login.example.net"),
        replace(returned, error="access_denied"),
        replace(returned, code=""),
        replace(returned, code="made up"),
    ):
        with pytest.raises(Unauthenticated) as refusal:
            await people.sso.finish(wrong, HERE)
        assert refusal.value.code == "single_sign_on_failed"
    assert isinstance(await people.sso.finish(replace(returned, issuer=provider.issuer), HERE), SignedIn)
    with pytest.raises(Unauthenticated):
        await people.sso.finish(returned, HERE)


async def test_announced_iss_parameter_is_required(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider
) -> None:
    provider.discovery = {"authorization_response_iss_parameter_supported": True}
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"
    provider.extra_parameters = {"iss": provider.issuer}
    assert isinstance(await sign_in(people, acme), SignedIn)


async def test_changing_the_provider_invalidates_flows_in_progress(
    people: Identity, acme: Tenant, ada: Person, linked: NewProvider, clock: ManualClock
) -> None:
    returned = await authorize(await people.sso.start(acme.id, BACK))
    async with running_provider(clock) as other:
        await people.sso_providers.set(acme.id, replace(linked, issuer=other.issuer))
        with pytest.raises(Expired):
            await people.sso.finish(returned, HERE)
    await people.sso_providers.delete(acme.id)
    with pytest.raises(Expired):
        await people.sso.finish(returned, HERE)


async def test_client_secret_is_sent_by_the_supported_method(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider, clock: ManualClock
) -> None:
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert isinstance(await sign_in(people, acme), SignedIn)
    await people.sso_providers.set(acme.id, replace(linked, client_secret="wrong"))
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"
    await people.sso_providers.set(acme.id, replace(linked, client_secret=None))
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed", "the stored one is kept"


@pytest.mark.promise("T3")
async def test_client_secret_is_not_sent_for_another_provider_or_client(
    people: Identity, acme: Tenant, linked: NewProvider, clock: ManualClock
) -> None:
    stored = replace(linked, client_secret=None)
    async with running_provider(clock) as other:
        for changed in (replace(stored, issuer=other.issuer), replace(stored, client_id="another")):
            with pytest.raises(Invalid) as refusal:
                await people.sso_providers.set(acme.id, changed)
            assert refusal.value.field == "client_secret"
            assert (await people.sso_providers.get(acme.id)).issuer == linked.issuer
        await people.sso_providers.set(acme.id, replace(stored, issuer=other.issuer, client_secret=""))
        assert (await people.sso_providers.get(acme.id)).issuer == other.issuer
        await people.sso_providers.set(acme.id, replace(stored, issuer=other.issuer, client_id="another"))


async def test_client_secret_is_sealed_and_deleted_with_the_tenant(
    people: Identity, acme: Tenant, linked: NewProvider, database: Database
) -> None:
    async with database.read() as session:
        row = (await session.execute(text("SELECT * FROM sign_in_provider"))).one()
    assert linked.issuer in row
    assert not any(CLIENT_SECRET in str(bytes(each) if isinstance(each, memoryview) else each) for each in row)
    assert CLIENT_SECRET not in repr(await people.sso_providers.get(acme.id))
    await people.tenants.delete(acme.id)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_provider")) == 0


async def test_provider_is_checked_before_it_is_set(people: Identity, acme: Tenant, provider: OidcProvider) -> None:
    new = NewProvider(provider.issuer, CLIENT_ID, inside=True)
    for bent in (
        {"issuer": "https://login.example.net"},
        {"issuer": None},
        {"token_endpoint": "http://login.example.net/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
    ):
        provider.discovery = bent
        with pytest.raises(Invalid):
            await people.sso_providers.set(acme.id, new)
    provider.discovery, provider.unavailable = {}, True
    with pytest.raises(Invalid):
        await people.sso_providers.set(acme.id, new)
    with pytest.raises(NotFound):
        await people.sso_providers.get(acme.id)
    provider.unavailable = False
    assert (
        await people.sso_providers.set(acme.id, replace(new, issuer=f" {provider.issuer}/ "))
    ).issuer == provider.issuer
    await people.sso_providers.delete(acme.id)
    with pytest.raises(NotFound):
        await people.sso_providers.delete(acme.id)


async def test_private_provider_requires_an_operator(people: Identity, acme: Tenant, provider: OidcProvider) -> None:
    for issuer in (
        provider.issuer,
        provider.issuer.replace("http:", "https:"),
        "http://login.example.com",
        "https://user:secret@login.example.com",
        "https://login.example.com/?a=b",
        "https://login.example.com:port",
        "ftp://login.example.com",
        "login.example.com",
        "",
    ):
        with pytest.raises(Invalid) as refusal:
            await people.sso_providers.set(acme.id, NewProvider(issuer, CLIENT_ID))
        assert refusal.value.field == "issuer"
    assert provider.requests == []


async def test_unavailable_provider_is_not_a_server_error(
    people: Identity, acme: Tenant, ada: Person, provider: OidcProvider, linked: NewProvider, clock: ManualClock
) -> None:
    provider.unavailable = True
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"
    provider.unavailable = False
    provider.discovery = {"issuer": f"{provider.issuer}/"}
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed", "it has another name than before"
    provider.discovery = {}
    returned = await authorize(await people.sso.start(acme.id, BACK))
    clock.advance(299)
    provider.unavailable = True
    assert isinstance(await people.sso.finish(returned, HERE), SignedIn), "what it said of itself is remembered"
    clock.advance(2)
    assert (await failed_sign_in(people, acme)).code == "single_sign_on_failed"


async def test_a_description_that_is_no_object_is_refused() -> None:
    async def fetch(url: str, **_: object) -> bytes:
        return b"[]"

    with pytest.raises(oidc.ProviderError) as refused:
        await oidc.discover(fetch, "https://login.example.com", inside=False)
    assert refused.value.step == "discovery"
