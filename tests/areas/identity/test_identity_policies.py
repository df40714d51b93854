"""Policies: validation, roles, login throttling."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.core.names import is_printable
from unificx.identity import ASSIGNABLE, NEEDS, Action, Principal, Role, may, may_grant, may_hold, source_key
from unificx.identity.policies import provider_validation, validation
from unificx.identity.policies.login_throttle import (
    ACCOUNT_AND_SOURCE_LIMIT,
    ACCOUNT_LIMIT,
    SOURCE_LIMIT,
    LoginThrottle,
)
from unificx.identity.policies.permissions import granted_by

OWNER, ATTACKER = "203.0.113.1", "198.51.100.66"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("PBX.Example.COM", "pbx.example.com"),
        ("pbx.example.com.", "pbx.example.com"),
        ("localhost", "localhost"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_valid_domains(text: str, stored: str) -> None:
    assert validation.domain(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "192.0.2.1",
        "[2001:db8::1]",
        "a_b.example",
        "münchen.example",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "a b.example",
        "a.example:5060",
        "example.1",
    ],
)
def test_invalid_domains(text: str) -> None:
    with pytest.raises(Invalid):
        validation.domain(text)


@given(st.text(max_size=80))
def test_any_text_is_normalized_or_rejected(text: str) -> None:
    for check in (
        validation.slug,
        validation.domain,
        validation.email,
        validation.name,
        validation.number,
        validation.password,
    ):
        try:
            stored = check(text)
        except Invalid:
            continue
        assert check(stored) == stored
        assert check is validation.password or is_printable(stored)


@pytest.mark.parametrize(
    "text",
    [
        "ada",
        "@x.example",
        "ada@",
        "a da@x.example",
        "<ada@x.example>",
        "ada@x..y",
        "ada@1.2.3.4",
        "müller@x.example",
        "a..b@x.example",
        "anna.@x.example",
        ".anna@x.example",
        '"anna"@x.example',
        "a" * 65 + "@x.example",
    ],
)
def test_invalid_addresses(text: str) -> None:
    with pytest.raises(Invalid):
        validation.email(text)


@given(st.text(st.sampled_from("aZ0!#$%&'*+/=?^_`{|}~-.@ü \"(\\"), max_size=70))
def test_accepted_address_is_deliverable(local: str) -> None:
    try:
        stored = validation.email(f"{local}@x.example")
    except Invalid:
        assert not (local.isascii() and local.isalnum() and len(local) <= 64)
        return
    email = EmailMessage(policy=SMTP)
    email["To"] = Address("Ada", addr_spec=stored)
    assert email["To"].addresses[0].addr_spec == stored
    assert email.as_bytes().isascii()


@pytest.mark.promise("T3")
def test_only_operators_may_access_other_tenants() -> None:
    for role in Role:
        for action in Action:
            user = Principal("p", "acme", role)
            expected = role is Role.OPERATOR and action is not Action.CALLS_MONITOR
            assert may(user, action, "globex") is expected


@pytest.mark.promise("T3", "S2", "U3")
def test_permissions_of_each_role_in_its_tenant() -> None:
    allowed = {
        role: {action for action in Action if may(Principal("p", "acme", role), action, "acme")} for role in Role
    }
    assert allowed[Role.USER] == {Action.OWN, Action.DIRECTORY, Action.CONTACTS, Action.TENANT_READ} | {
        Action.ASSISTANT,
        Action.ASSISTANT_ACTS,
    }
    assert allowed[Role.TENANT_ADMIN] == set(Action) - {Action.BILLING_CHANGE, Action.INSTALLATION}
    assert allowed[Role.OPERATOR] == set(Action)


@pytest.mark.promise("T3", "S3")
def test_custom_roles_add_what_is_assignable_and_manage_at_most_their_own() -> None:
    people, billing = frozenset({Action.PEOPLE_READ, Action.PEOPLE_CHANGE}), frozenset({Action.BILLING_READ})
    holder = Principal("p", "acme", Role.USER, granted=people)
    added = {action for action in Action if may(holder, action, "acme")}
    assert added - {action for action in Action if may(Principal("p", "acme", Role.USER), action, "acme")} == people
    assert not any(may(holder, action, "globex") for action in Action)
    assert may_grant(holder, Role.USER, people)
    assert not may_grant(holder, Role.USER, billing)
    assert not may_grant(holder, Role.TENANT_ADMIN)
    everything = frozenset(action for actions in ASSIGNABLE.values() for action in actions)
    assert not may_grant(Principal("p", "acme", Role.USER, granted=everything), Role.TENANT_ADMIN)
    assert may_hold(holder, people)
    assert not may_hold(holder, people | billing)
    key = replace(holder, key_id="k", scopes=frozenset({Action.PEOPLE_READ}))
    assert {action for action in Action if may(key, action, "acme")} == {Action.PEOPLE_READ}
    assert not may_hold(key, people)
    assert not may_grant(key, Role.USER, people)


def test_assignable_permissions_are_those_of_administrators() -> None:
    administrator = Principal("p", "acme", Role.TENANT_ADMIN)
    everything = {action for actions in ASSIGNABLE.values() for action in actions}
    assert all(may(administrator, action, "acme") for action in everything)
    assert everything.isdisjoint(
        {
            Action.OWN,
            Action.INSTALLATION,
            Action.BILLING_CHANGE,
            Action.RESELL,
            Action.SCIM,
            Action.EMAILS_READ,
            Action.TENANT_CONTROL,
        }
    )
    assert granted_by(" ".join(Action)) == everything
    assert granted_by(None) == granted_by("") == granted_by("gone") == frozenset()
    assert set(NEEDS) | set(NEEDS.values()) <= everything


def test_roles_cannot_grant_more_than_their_own() -> None:
    granted = {role: {other for other in Role if may_grant(Principal("p", "acme", role), other)} for role in Role}
    assert granted == {
        Role.USER: set(),
        Role.TENANT_ADMIN: {Role.TENANT_ADMIN, Role.USER},
        Role.OPERATOR: set(Role),
    }


@pytest.fixture
def attempts(clock: ManualClock) -> LoginThrottle:
    return LoginThrottle(LocalCounters(clock))


async def attempt(attempts: LoginThrottle, times: int, address: str, clock: ManualClock) -> list[float]:
    """Guess Ada's password `times` times, each as soon as allowed; return the delays."""
    waits = []
    for _ in range(times):
        wait = (await attempts.attempt("ada@acme.example", address)).delay
        if wait > 0:
            clock.advance(wait)
            assert not (await attempts.attempt("ada@acme.example", address)).delay
        waits.append(wait)
    return waits


@pytest.mark.promise("U9", "T3")
async def test_failed_attempts_from_one_source_are_delayed_increasingly(
    attempts: LoginThrottle, clock: ManualClock
) -> None:
    waits = await attempt(attempts, 40, ATTACKER, clock)
    free, delays = waits[: ACCOUNT_AND_SOURCE_LIMIT.free_attempts], waits[ACCOUNT_AND_SOURCE_LIMIT.free_attempts :]
    assert set(free) == {0.0}
    assert delays[0] == 1.0
    assert delays[:6] == sorted(delays[:6])
    assert max(delays) == pytest.approx(ACCOUNT_AND_SOURCE_LIMIT.max_delay)
    assert sum(delays) > 3 * 3600  # forty guesses take hours


@pytest.mark.promise("U9", "T3")
async def test_guessing_elsewhere_does_not_lock_out_the_owner(attempts: LoginThrottle, clock: ManualClock) -> None:
    await attempts.record_success(await attempts.attempt("ada@acme.example", OWNER))
    clock.advance(1.0)
    for place in range(200):
        await attempts.attempt("ada@acme.example", f"198.51.{place}.1")
    assert 0 < (await attempts.attempt("ada@acme.example", "192.0.2.200")).delay <= ACCOUNT_LIMIT.max_delay
    assert not (await attempts.attempt("ada@acme.example", OWNER)).delay


async def test_one_source_trying_many_accounts_is_throttled(attempts: LoginThrottle) -> None:
    for number in range(SOURCE_LIMIT.free_attempts):
        assert not (await attempts.attempt(f"{number}@acme.example", ATTACKER)).delay
    assert (await attempts.attempt("another@acme.example", ATTACKER)).delay
    assert not (await attempts.attempt("another@acme.example", OWNER)).delay


async def test_a_right_sign_in_does_not_prolong_the_delay_of_its_source(
    attempts: LoginThrottle, clock: ManualClock
) -> None:
    """Others may guess from the same address."""
    accounts = (f"{number}@acme.example" for number in itertools.count())
    while (delay := (await attempts.attempt(next(accounts), ATTACKER)).delay) < 100.0:
        clock.advance(delay)
    clock.advance(delay)
    right = await attempts.attempt("ada@acme.example", ATTACKER)
    assert not right.delay
    await attempts.record_success(right)
    assert not (await attempts.attempt(next(accounts), ATTACKER)).delay


async def test_successful_attempts_are_free_and_failures_decay(attempts: LoginThrottle, clock: ManualClock) -> None:
    for _ in range(500):
        right = await attempts.attempt("ada@acme.example", OWNER)
        assert not right.delay
        await attempts.record_success(right)
    assert (await attempt(attempts, 9, ATTACKER, clock))[-1] > 0
    clock.advance(86_400.0)
    assert (
        await attempt(attempts, ACCOUNT_AND_SOURCE_LIMIT.free_attempts, ATTACKER, clock)
        == [0.0] * ACCOUNT_AND_SOURCE_LIMIT.free_attempts
    )


async def test_failed_attempt_store_is_bounded(clock: ManualClock) -> None:
    counters = LocalCounters(clock)
    attempts = LoginThrottle(counters, capacity=100)
    for number in range(1000):
        right = await attempts.attempt(f"{number}@acme.example", f"10.0.{number // 250}.{number % 250}")
        await attempts.record_success(right)
    assert len(counters._kinds) == 2
    assert all(len(each) <= 100 for each in counters._kinds.values())


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("not an address", ""),
    ],
)
def test_source_key_is_an_ipv4_address_or_an_ipv6_64(address: str, same: str) -> None:
    assert source_key(address) == source_key(same)
    assert source_key("2001:db8:1:3::1") != source_key("2001:db8:1:2::1")
    assert source_key("192.0.2.1") != source_key("192.0.2.2")


@pytest.mark.parametrize(
    ("check", "fits", "refused", "field"),
    [
        (
            validation.department,
            "d" * validation.DEPARTMENT_LENGTH,
            "d" * (validation.DEPARTMENT_LENGTH + 1),
            "department",
        ),
        (provider_validation.client_id, "c" * 255, "", "client_id"),
        (provider_validation.client_id, "c", "c" * 1_001, "client_id"),
        (provider_validation.client_id, "a b", "a\x07b", "client_id"),
        (provider_validation.client_id, "a b", "ä", "client_id"),
        (provider_validation.client_secret, "", "s" * 1_001, "client_secret"),
        (provider_validation.client_secret, "50% & more", "s\n", "client_secret"),
        (provider_validation.client_secret, "50% & more", "ß", "client_secret"),
    ],
)
def test_texts_of_departments_and_providers_are_limited(
    check: Callable[[str], str], fits: str, refused: str, field: str
) -> None:
    assert check(fits) == fits
    with pytest.raises(Invalid) as refusal:
        check(refused)
    assert refusal.value.field == field
