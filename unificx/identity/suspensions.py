"""Suspension of accounts and tenants with a reason, its end, and the state of its review.

The state of an account is changed by `Users` and that of a tenant by `Tenants`, which write and delete the record of
the suspension in the same transaction. So there is one however a suspension came about.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from unificx.core.errors import Conflict, Invalid
from unificx.core.phrases import Phrase
from unificx.db import log_and_continue
from unificx.identity.challenges import TokenSigner
from unificx.identity.policies import signed_tokens
from unificx.identity.repository import credentials, suspensions
from unificx.identity.schemas import Person, PersonChange, Role, TenantChange
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.suspension_records import require_other_author
from unificx.identity.suspension_schemas import MAX_TEXT, NewSuspension, ReviewState, SuspendedAccount, Suspension
from unificx.identity.tenants import Tenants
from unificx.identity.users import Users

REFERENCE_LIFETIME = timedelta(hours=1)
"""How long a refused sign-in gives access to the reason and to the form that asks for a review."""
_PURPOSE = "suspended account"


class SuspensionReferences:
    """References to suspended accounts, handed out by a sign-in that proved whose account it is."""

    def __init__(self, store: IdentityStore, signer: TokenSigner) -> None:
        self._store = store
        self._signer = signer

    def issue(self, account: credentials.SignInAccount) -> str:
        """Return a reference, valid for REFERENCE_LIFETIME."""
        payload = json.dumps([account.tenant_id, account.person_id, account.role is not Role.USER]).encode()
        return signed_tokens.encode(self._signer.sign(_PURPOSE, payload, REFERENCE_LIFETIME))

    async def resolve(self, reference: str) -> SuspendedAccount:
        """Return the suspended account with the suspension in force. Raise TicketExpired."""
        payload = self._signer.unsign(_PURPOSE, signed_tokens.decode(reference))
        tenant_id, person_id, is_administrator = json.loads(payload)
        whole_tenant = not self._store.is_tenant_active(tenant_id)
        async with self._store.read() as session:
            found = await suspensions.of(session, self._store.keys, tenant_id, "" if whole_tenant else person_id)
        return SuspendedAccount(tenant_id, person_id, whole_tenant, found, is_administrator)


class Suspensions:
    """Suspends and resumes accounts and tenants."""

    def __init__(self, store: IdentityStore, tenants: Tenants, users: Users, references: SuspensionReferences) -> None:
        self._store = store
        self._tenants = tenants
        self._users = users
        self.references = references

    async def suspend(self, person: Person, new: NewSuspension) -> Suspension:
        """Suspend a user: sessions end, devices are refused except for emergency calls. Raise Conflict, Invalid."""
        checked = self._checked(new)
        require_other_author(new, person.id)
        async with self._store.transaction() as tx:
            before = await self._store.person(tx.session, person.tenant_id, person.id)
            if before.state == "suspended":
                raise Conflict("This account is suspended already.", hint="Resume it first to give another reason.")
            await self._users.change(tx, before, PersonChange(state="suspended", suspension=checked))
        return await self.require(person.tenant_id, person.id)

    async def suspend_tenant(self, tenant_id: str, new: NewSuspension) -> Suspension:
        """Suspend a tenant with all its users. Raise Conflict, Invalid."""
        if not self._store.tenant(tenant_id).active:
            raise Conflict("This tenant is suspended already.", hint="Resume it first.")
        await self._tenants.update(tenant_id, TenantChange(state="suspended", suspension=self._checked(new)))
        return await self.require(tenant_id, "")

    async def resume(self, tenant_id: str, person_id: str) -> None:
        """End the suspension of a person; with "" that of the tenant itself. Raise NotFound."""
        async with self._store.transaction() as tx:
            await self.end(tx, tenant_id, person_id)

    async def end(self, tx: Transaction, tenant_id: str, person_id: str) -> None:
        """Like `resume`, within a transaction of another service."""
        if person_id:
            before = await self._store.person(tx.session, tenant_id, person_id)
            await self._users.change(tx, before, PersonChange(state="active"))
        else:
            await self._tenants.change(tx, tenant_id, TenantChange(state="active"))

    async def current(self, tenant_id: str, person_id: str) -> Suspension | None:
        """Return the suspension of a person in force; with "" that of the tenant itself."""
        async with self._store.read() as session:
            return await suspensions.of(session, self._store.keys, tenant_id, person_id)

    async def of_tenant(self, tx: Transaction, tenant_id: str) -> Suspension | None:
        """Return the suspension of a tenant in force, as `tx` sees it."""
        return await suspensions.of(tx.session, self._store.keys, tenant_id, "")

    async def require(self, tenant_id: str, person_id: str) -> Suspension:
        """Like `current`. Raise Conflict if there is none."""
        found = await self.current(tenant_id, person_id)
        if found is None:
            raise Conflict("There is no suspension with a reason.")
        return found

    async def of_review(self, review_id: str) -> Suspension | None:
        """Return the suspension in force whose review is this request."""
        async with self._store.read() as session:
            return await suspensions.of_review(session, self._store.keys, review_id)

    async def set_review(
        self, tx: Transaction, suspension: Suspension, state: ReviewState, review_id: str | None
    ) -> None:
        """Set the state of the review, within a transaction of another service. Raise Conflict if it has changed
        meanwhile."""
        if not await suspensions.set_review(tx.session, suspension, state, review_id):
            raise Conflict("The review has changed meanwhile.", hint="Sign in again.")

    async def end_expired(self) -> None:
        """Resume accounts and tenants whose suspension has reached its end. Called every few minutes."""
        async with self._store.read() as session:
            ended = await suspensions.ended(session, self._store.clock.now())
        for tenant_id, person_id in ended:
            with log_and_continue("suspension_not_ended", tenant=tenant_id, person=person_id):
                await self._end_expired(tenant_id, person_id)

    async def _end_expired(self, tenant_id: str, person_id: str) -> None:
        """End a suspension unless another one is in force meanwhile."""
        async with self._store.transaction() as tx:
            found = await suspensions.of(tx.session, self._store.keys, tenant_id, person_id)
            if found is not None and found.until is not None and found.until <= self._store.clock.now():
                await self.end(tx, tenant_id, person_id)

    async def undecided(self, before: datetime) -> Sequence[tuple[str, str]]:
        """Return the organisations that have waited for approval since before a time: tenant, and id of the request,
        "" for none."""
        async with self._store.read() as session:
            return await suspensions.undecided(session, before)

    def _checked(self, new: NewSuspension) -> NewSuspension:
        if len(new.text) > MAX_TEXT:
            raise Invalid(Phrase("Use at most {} characters.", MAX_TEXT), field="text")
        if new.until is not None and new.until <= self._store.clock.now():
            raise Invalid("Choose a time in the future.", field="until")
        return replace(new, text=new.text.strip())
