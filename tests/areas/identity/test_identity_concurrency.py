"""Transactions of two processes: what one has checked still holds when it writes."""

import asyncio

import pytest
from fake_notifier import FakeAccountNotifier
from identity_factory import identity_on
from pyotp import TOTP

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict
from unificx.db import Database
from unificx.identity import Identity, NewPerson, NewTenant, SignedIn, SignInContext, Source, Tenant
from unificx.identity.factor_schemas import Proof, WebOrigin
from unificx.privacy import KeyStore

PASSWORD = "a password of my own"
ORIGIN = WebOrigin("https://pbx.acme.example")


async def test_a_one_time_password_is_accepted_by_one_of_two_processes(
    people: Identity, acme: Tenant, database_url: str, keys: KeyStore, clock: ManualClock
) -> None:
    database = Database(database_url, clock)
    other = identity_on(database, keys, clock, notifier=FakeAccountNotifier())
    ada = await people.users.create(acme.id, NewPerson("Ada Example", "ada@acme.example"))
    await people.passwords.set(acme.id, ada.id, PASSWORD)
    await other.start()
    context = SignInContext(Source("203.0.113.1", "Phone/1"))
    signed_in = await people.sign_in.by_password("ada@acme.example", PASSWORD, context)
    assert isinstance(signed_in, SignedIn)
    begun = await people.mfa.start_totp_enrollment(signed_in.principal, "Phone")
    code = TOTP(begun.secret).at(int(clock.now().timestamp()))
    await people.mfa.confirm_totp(signed_in.principal, begun.id, code, context.source)
    for _ in range(6):
        clock.advance(60)
        code = TOTP(begun.secret).at(int(clock.now().timestamp()))
        tickets = [await each.sign_in.by_password("ada@acme.example", PASSWORD, context) for each in (people, other)]
        results = await asyncio.gather(
            *(
                each.second_factor.complete(ticket.ticket, Proof(totp=code), ORIGIN, context)
                for each, ticket in zip((people, other), tickets, strict=True)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(each, SignedIn) for each in results) == 1, results
    await people.join_background_tasks()
    await other.join_background_tasks()
    await database.close()


async def test_of_two_processes_one_creates_a_tenant(
    people: Identity, database_url: str, keys: KeyStore, clock: ManualClock
) -> None:
    database = Database(database_url, clock)
    other = identity_on(database, keys, clock)
    await other.start()
    await people.tenants.create(NewTenant("initech", "Initech", "initech.example"))
    with pytest.raises(Conflict):
        await other.tenants.create(NewTenant("initech", "Initech", "initech.example"))
    await other.join_background_tasks()
    await database.close()
