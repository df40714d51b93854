"""Answers to new versions of the privacy policy: notice, consent step and refusal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from unificx.core.errors import Conflict, Invalid
from unificx.db import Database
from unificx.identity import (
    TERMS_VERSION,
    Acceptance,
    Identity,
    NewPerson,
    Principal,
    SignInContext,
    Tenant,
    policy_version,
)
from unificx.identity.errors import AcceptanceRequired, ConsentRequired
from unificx.privacy import Consents, KeyStore, PolicyVersion, released_versions

PASSWORD = "correct horse battery staple"
Release = Callable[..., str]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    """Release a further version of the policy; returns its id."""
    versions: list[PolicyVersion] = list(released_versions())
    monkeypatch.setattr("unificx.identity.terms.released_versions", lambda: versions)

    def add(*, significant: bool) -> str:
        number = len(versions) + 1
        versions.append(replace(versions[-1], number=number, version=f"v{number}", significant=significant))
        return versions[-1].version

    return add


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Principal:
    """A user who has accepted the first version."""
    await people.users.create(acme.id, NewPerson("Ada", "ada@acme.example", password=PASSWORD))
    signed: Any = await people.sign_in.by_password("ada@acme.example", PASSWORD, SignInContext(), acme.id)
    await people.acceptances.accept(signed.principal, Acceptance(True, TERMS_VERSION, policy_version()))
    return signed.principal


async def standing(people: Identity, ada: Principal) -> str:
    found = await people.acceptances.policy_status(ada)
    assert found.standing == (await people.users.current(ada)).policy
    return found.standing


async def ledger(people: Identity, database: Database, keys: KeyStore, ada: Principal) -> list[tuple[str, str, str]]:
    subject = (await people.users.get(ada.tenant_id, ada.person_id)).subject
    records = await Consents(database, keys).records(ada.tenant_id, subject)
    return [(each.state, each.method, each.notice) for each in records]


@pytest.mark.promise("V2", whole=True)
async def test_going_on_after_the_notice_is_recorded(
    people: Identity, ada: Principal, release: Release, database: Database, keys: KeyStore
) -> None:
    """V2 as a whole: an ordinary version is announced, stops nothing, and going on is recorded as its acceptance, once
    and with the version."""
    first = policy_version()
    assert await standing(people, ada) == "current"
    ordinary = release(significant=False)
    assert await standing(people, ada) == "notice"
    await people.acceptances.require(ada)
    await people.acceptances.require_consent(ada)
    await people.acceptances.answer_policy(ada, ordinary, "continued", "de")
    assert await standing(people, ada) == "current"
    await people.acceptances.answer_policy(ada, ordinary, "continued", "de")
    assert await ledger(people, database, keys, ada) == [
        ("given", "form", first),
        ("given", "continued_use", ordinary),
    ]


@pytest.mark.promise("V3")
async def test_a_significant_version_needs_consent(people: Identity, ada: Principal, release: Release) -> None:
    release(significant=True)
    newest = release(significant=False)
    assert await standing(people, ada) == "consent"
    assert (await people.users.current(ada)).acceptance_needed
    with pytest.raises(ConsentRequired):
        await people.acceptances.require(ada)
    with pytest.raises(ConsentRequired):
        await people.acceptances.require_consent(ada)
    with pytest.raises(Conflict):
        await people.acceptances.answer_policy(ada, newest, "continued", "en")
    with pytest.raises(Invalid):
        await people.acceptances.answer_policy(ada, "v0", "agreed", "en")
    await people.acceptances.answer_policy(ada, newest, "agreed", "en")
    await people.acceptances.require(ada)
    await people.acceptances.require_consent(ada)


@pytest.mark.promise("V3")
async def test_a_refusal_is_recorded_and_can_be_reconsidered(
    people: Identity, ada: Principal, release: Release, database: Database, keys: KeyStore
) -> None:
    newest = release(significant=True)
    await people.acceptances.answer_policy(ada, newest, "refused", "en")
    with pytest.raises(ConsentRequired):
        await people.acceptances.require_consent(ada)
    assert (await ledger(people, database, keys, ada))[-1] == ("refused", "form", newest)
    await people.acceptances.answer_policy(ada, newest, "agreed", "en")
    assert await standing(people, ada) == "current"


@pytest.mark.promise("V3")
async def test_an_unknown_accepted_version_needs_consent(
    people: Identity, ada: Principal, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(significant=False)
    older = [replace(each, version=f"other {each.number}") for each in released_versions()]
    monkeypatch.setattr("unificx.identity.terms.released_versions", lambda: older)
    assert await standing(people, ada) == "consent"


async def test_users_without_acceptance_are_asked_for_the_terms(
    people: Identity, acme: Tenant, release: Release
) -> None:
    newest = release(significant=True)
    await people.users.create(acme.id, NewPerson("Bob", "bob@acme.example", password=PASSWORD))
    signed: Any = await people.sign_in.by_password("bob@acme.example", PASSWORD, SignInContext(), acme.id)
    with pytest.raises(AcceptanceRequired) as refused:
        await people.acceptances.require(signed.principal)
    assert refused.value.code == "acceptance_needed"
    await people.acceptances.require_consent(signed.principal)
    with pytest.raises(Conflict):
        await people.acceptances.answer_policy(signed.principal, newest, "agreed", "en")


async def test_a_closed_account_leaves_no_decisions(
    people: Identity, ada: Principal, database: Database, keys: KeyStore
) -> None:
    subject = (await people.users.get(ada.tenant_id, ada.person_id)).subject
    await people.users.close(ada.tenant_id, ada.person_id)
    assert await Consents(database, keys).records(ada.tenant_id, subject) == []
