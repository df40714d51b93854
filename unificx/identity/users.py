"""Users."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Page, PageById
from unificx.identity.api_keys import ApiKeys
from unificx.identity.cache import OPERATOR_SLUG
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.events import (
    NameChanged,
    PermissionsChanged,
    PersonClosed,
    PersonCreated,
    PersonResumed,
    PersonSuspended,
)
from unificx.identity.password_changes import PasswordStore
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.policies import validation
from unificx.identity.provisioned_aliases import release_provisioned
from unificx.identity.repository import (
    accounts,
    credentials,
    custom_roles,
    factors,
    imports,
    links,
    people,
    phones,
    provisioned,
    provisioned_groups,
)
from unificx.identity.schemas import (
    CurrentAccount,
    NewPerson,
    Person,
    PersonChange,
    PersonState,
    Principal,
    Role,
    Tenant,
)
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import Check, IdentityStore, Transaction, unchecked
from unificx.identity.suspension_records import begin_suspension, end_suspension, require_other_author
from unificx.identity.suspension_schemas import NewSuspension
from unificx.identity.terms import standing
from unificx.privacy import DataSubject, delete_consents


class Users:
    """Management of users."""

    def __init__(
        self,
        store: IdentityStore,
        emails: EmailAliases,
        passwords: PasswordStore,
        closer: SessionCloser,
        phone_records: PhoneRecords,
        *,
        api_keys: ApiKeys,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory
        self._emails = emails
        self._passwords = passwords
        self._closer = closer
        self._phones = phone_records
        self._api_keys = api_keys

    async def create(self, tenant_id: str, new: NewPerson) -> Person:
        """Create a user. Raise Conflict if the e-mail address has an account in this tenant."""
        hashed = await self.hash_password(new)
        async with self._store.transaction() as tx:
            return await self.add_with_password(tx, tenant_id, new, hashed)

    async def hash_password(self, new: NewPerson) -> str | None:
        """Return the hash of a new user's password, None without one. Takes long: not within a transaction."""
        return await self._passwords.hash(new.password) if new.password is not None else None

    async def page(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Person]:
        """List open accounts, oldest first. Raise Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._store.read() as session:
            found = await accounts.persons(session, self._keys, tenant_id, request)
        return request.of_rows(found, lambda person: person.id)

    async def get(self, tenant_id: str, person_id: str) -> Person:
        """Return a user. Raise NotFound, also for a closed account."""
        async with self._store.read() as session:
            return await self._store.person(session, tenant_id, person_id)

    async def names(self, tenant_id: str, person_ids: Sequence[str]) -> dict[str, str]:
        """Return the names of users by id, without those whose account is closed."""
        async with self._store.read_one() as connection:
            return await accounts.names(connection, self._keys, tenant_id, person_ids)

    async def of_subject(self, tenant_id: str, subject: str) -> Person | None:
        """Return the open account of a data subject."""
        async with self._store.read() as session:
            return await accounts.person_of_subject(session, self._keys, tenant_id, subject)

    async def get_to_erase(self, tenant_id: str, person_id: str) -> tuple[Person, DataSubject]:
        """Return an account, also a closed one, with what identifies its data. Raise NotFound."""
        async with self._store.read() as session:
            person = await accounts.person_or_closed(session, self._keys, tenant_id, person_id)
        if person is None:
            raise NotFound("There is no such person.")
        extension_ids = self._directory.extension_ids_of(person_id)
        return person, DataSubject(tenant_id, person.subject, person_id, extension_ids)

    async def has_administrator(self, tenant_id: str) -> bool:
        """Return whether a tenant has an active administrator."""
        async with self._store.read() as session:
            return await accounts.count_active(session, tenant_id, Role.TENANT_ADMIN) > 0

    async def require_erasable(self, owner: DataSubject) -> None:
        """Raise Conflict for the last operator, and for the last administrator of a tenant."""
        async with self._store.read() as session:
            await self.require_other(session, owner, ())

    async def require_other(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        """Like `require_erasable`, within a transaction. `leaving` are ids of accounts that do not count any more."""
        person = await accounts.person_or_closed(session, self._keys, owner.tenant_id, owner.person_id)
        if person is None:
            raise NotFound("There is no such person.")
        if person.role is Role.USER or person.state != "active":
            return
        without = {owner.person_id, *leaving}
        if not await accounts.count_active(session, owner.tenant_id, person.role, without):
            one = "This is the last operator."
            other = "This is the last administrator of this tenant."
            last = one if person.role is Role.OPERATOR else other
            raise Conflict(last, hint="Give another person this role first.")

    async def current(self, principal: Principal) -> CurrentAccount:
        """Return the account of the caller. Raise NotFound once it is closed."""
        async with self._store.read() as session:
            person = await self._store.person(session, principal.tenant_id, principal.person_id)
            extensions = await phones.extensions_of_person(
                session, self._keys, principal.tenant_id, principal.person_id
            )
            must_change = await credentials.must_change(session, principal.tenant_id, principal.person_id)
            acceptance = await credentials.latest_acceptance(
                session, self._keys, principal.tenant_id, principal.person_id, principal.by
            )
        return CurrentAccount(person, tuple(extensions), must_change, standing(acceptance))

    async def update(self, tenant_id: str, person_id: str, change: PersonChange) -> Person:
        """Change, promote, suspend or resume a user. Extensions that showed the old name get the new one. Raise
        Conflict for one's own suspension, and where the last operator or administrator would lose that role."""
        if change.state == "suspended" and change.suspension is not None:
            require_other_author(change.suspension, person_id)
        async with self._store.transaction() as tx:
            before = await self._store.person(tx.session, tenant_id, person_id)
            return await self.change(tx, before, change)

    async def change(self, tx: Transaction, before: Person, change: PersonChange) -> Person:
        """Like `update`, within a transaction of another service."""
        tenant_id, person_id = before.tenant_id, before.id
        after = _apply_person_change(before, change)
        if before.state == "suspended" and after.state == "active" and not await self._has_signed_in(tx, before):
            # An invitation that was pending before can be sent again.
            after = replace(after, state="invited")
        _check_role(self._store.tenant(tenant_id), after.role)
        was_operator = before.role is Role.OPERATOR
        is_demoted = after.role is not before.role and (was_operator or after.role is Role.USER)
        if is_demoted or (was_operator and after.state == "suspended"):
            await self.require_other_than(tx, before)
        await accounts.save_person(tx.session, self._keys, after)
        if validation.email_key(after.email) != validation.email_key(before.email):
            await self._emails.bind(tx, after)
            # Pending links were sent to the previous address.
            await links.delete_for_person(tx.session, tenant_id, person_id)
            tx.on_commit.append(lambda: self._emails.release(before))
        if after.department != before.department:
            await self._phones.move_extensions(tx, after)
        if after.name != before.name:
            await self._phones.rename_extensions(tx, before, after.name)
            await provisioned.rename(tx.session, self._keys, after)
            tx.publish(NameChanged(self._clock.new_id(), tenant_id, after.subject, person_id))
        if after.role is not before.role:
            tx.publish(PermissionsChanged(self._clock.new_id(), tenant_id, person_id))
        await self._publish_state_change(tx, before, after, change.suspension or NewSuspension())
        return after

    async def close(self, tenant_id: str, person_id: str, check: Check = unchecked) -> None:
        """Close the account: delete extensions, devices, password, sessions, name and e-mail address. Raise Conflict
        for the last operator, and for the last administrator of a tenant; what `check` raises."""
        async with self._store.transaction() as tx:
            await check(tx)
            person = await self._store.person(tx.session, tenant_id, person_id)
            await self.require_other_than(tx, person)
            await self.close_in(tx, person)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete account, extensions and devices of an erased subject, whose key may be destroyed already. Idempotent.

        If it is, `DirectoryCache.evict_subject` has blocked the devices at that moment.
        """
        async with self._store.transaction() as tx:
            person = await accounts.person_of_subject(tx.session, self._keys, tenant_id, subject)
            if person is not None:
                await self.close_in(tx, person)
            await self._phones.delete_of_subject(tx, tenant_id, subject)

    async def add_with_password(
        self, tx: Transaction, tenant_id: str, new: NewPerson, hashed: str | None, by: str = ""
    ) -> Person:
        """Like `add`, with the result of `hash_password`; `by`: the other person who chose it, or `CONSOLE`."""
        person = await self.add(tx, tenant_id, new, "invited" if hashed is None else "active")
        if hashed is not None:
            await self._passwords.write(tx, person, hashed, must_change=False, by=by)
        return person

    async def add(
        self, tx: Transaction, tenant_id: str, new: NewPerson, state: PersonState, subject: str = ""
    ) -> Person:
        """Create a user within a transaction of another service. `subject` may already have a key. Raise Conflict,
        Invalid."""
        [person] = await self.add_all(tx, tenant_id, [(new, subject)], state)
        return person

    async def add_all(
        self, tx: Transaction, tenant_id: str, new: Sequence[tuple[NewPerson, str]], state: PersonState
    ) -> list[Person]:
        """Like `add`, several users with their subjects, at least one."""
        tenant = self._store.tenant(tenant_id, tx)
        persons = [self._new_person(tenant, one, state, subject) for one, subject in new]
        await accounts.add_persons(tx.session, self._keys, tenant_id, persons)
        for person in persons:
            await self._emails.bind(tx, person)
            tx.publish(PersonCreated(self._clock.new_id(), tenant_id, person.id))
            put = partial(self._directory.put_person, person.id, person.subject, person.language, suspended=False)
            tx.on_commit.append(put)
        return persons

    def _new_person(self, tenant: Tenant, new: NewPerson, state: PersonState, subject: str) -> Person:
        _check_role(tenant, new.role)
        return Person(
            id=self._clock.new_id(),
            tenant_id=tenant.id,
            subject=subject or random_id(self._clock),
            role=new.role,
            state=state,
            created=self._clock.now(),
            name=validation.name(new.name),
            email=validation.email(new.email) if new.email else "",
            language=new.language,
            department=validation.department(new.department),
        )

    async def close_in(self, tx: Transaction, person: Person) -> None:
        """Like `close`, within a transaction of another service, which knows that it is not the last one."""
        tenant_id, person_id = person.tenant_id, person.id
        await self._closer.end(tx, tenant_id, person_id)
        await self._api_keys.end_all(tx, tenant_id, person_id)
        await self._phones.delete_of_person(tx, person)
        await credentials.delete_password(tx.session, tenant_id, person_id)
        await factors.delete_all(tx.session, tenant_id, person_id)
        await credentials.delete_acceptances(tx.session, tenant_id, person_id)
        await delete_consents(tx.session, tenant_id, person.subject)
        await links.delete_for_person(tx.session, tenant_id, person_id)
        await provisioned.remove(tx.session, tenant_id, person_id)
        await imports.remove_person(tx.session, tenant_id, person_id)
        await custom_roles.withdraw(tx.session, tenant_id, person_id)
        await provisioned_groups.leave_all(tx.session, tenant_id, person_id)
        await end_suspension(self._store, tx, tenant_id, person_id)
        await accounts.close_person(tx.session, tenant_id, person_id)
        tx.publish(PersonClosed(self._clock.new_id(), tenant_id, person_id, person.subject))
        tx.on_commit.append(lambda: self._directory.drop_person(person_id))
        tx.on_commit.append(lambda: release_provisioned(self._keys, person))
        tx.on_commit.append(lambda: self._emails.release(person))

    async def _has_signed_in(self, tx: Transaction, person: Person) -> bool:
        who = person.tenant_id, person.id
        return await credentials.has_password(tx.session, *who) or await people.has_accepted(tx.session, *who)

    async def require_other_than(self, tx: Transaction, person: Person) -> None:
        """Like `require_other`, for an account that was read."""
        await self.require_other(tx.session, DataSubject(person.tenant_id, person.subject, person.id, ()), ())

    async def _publish_state_change(
        self, tx: Transaction, before: Person, after: Person, suspension: NewSuspension
    ) -> None:
        suspended = after.state == "suspended"
        if suspended and before.state != "suspended":
            await self._closer.end(tx, after.tenant_id, after.id)
            await begin_suspension(self._store, tx, after.tenant_id, suspension, (after.id, after.subject))
            tx.publish(PersonSuspended(self._clock.new_id(), after.tenant_id, after.id))
        if before.state == "suspended" and not suspended:
            review_id = await end_suspension(self._store, tx, after.tenant_id, after.id)
            tx.publish(PersonResumed(self._clock.new_id(), after.tenant_id, after.id, review_id))
        tx.on_commit.append(
            lambda: self._directory.put_person(after.id, after.subject, after.language, suspended=suspended)
        )


def _apply_person_change(person: Person, change: PersonChange) -> Person:
    if change.name is not None:
        person = replace(person, name=validation.name(change.name))
    if change.email is not None:
        person = replace(person, email=validation.email(change.email) if change.email else "")
    if change.role is not None:
        person = replace(person, role=change.role)
    if change.state is not None:
        person = replace(person, state=change.state)
    if change.language is not None:
        person = replace(person, language=change.language or None)
    if change.department is not None:
        person = replace(person, department=validation.department(change.department))
    return person


def _check_role(tenant: Tenant, role: Role) -> None:
    if role is Role.OPERATOR and tenant.slug != OPERATOR_SLUG:
        raise Invalid("Operators have to belong to the operator's own tenant.", field="role")
