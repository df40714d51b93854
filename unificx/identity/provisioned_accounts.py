"""Accounts that an identity provider creates, changes and deactivates (SCIM, RFC 7644).

It sees all accounts of its tenant, so that it can take over those that an administrator has created. It changes neither
roles nor how people sign in: their owners still have to confirm age and terms at the first sign-in.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.extensions import Extensions
from unificx.identity.policies import validation
from unificx.identity.policies.number_proposal import propose_number
from unificx.identity.provisioned_aliases import EXTERNAL_ID, USER_NAME, bind_provisioned, name_key
from unificx.identity.provisioned_models import ProvisionedPart
from unificx.identity.provisioned_schemas import ProvisionedAccount, ProvisionedPage, ProvisionedValues
from unificx.identity.repository import accounts, people, provisioned, suspensions
from unificx.identity.schemas import NewExtension, NewPerson, Person, PersonChange, Role
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.suspension_schemas import NewSuspension
from unificx.identity.users import Users

MAX_VALUE = 250
"""Characters of a user name or an external id."""
MAX_PHONE = 64
SearchKey = Literal["id", "user_name", "external_id", "email"]


class ProvisionedAccounts:
    """The accounts of tenants as their identity providers see them."""

    def __init__(self, store: IdentityStore, users: Users, extensions: Extensions, emails: EmailAliases) -> None:
        self._store = store
        self._keys = store.keys
        self._users = users
        self._extensions = extensions
        self._emails = emails

    async def page(self, tenant_id: str, offset: int, limit: int) -> ProvisionedPage:
        """Return some accounts of a tenant, oldest first."""
        async with self._store.read() as session:
            total, found = await provisioned.page(session, self._keys, tenant_id, offset, limit)
            return ProvisionedPage(total, await self._accounts(session, tenant_id, found))

    async def get(self, tenant_id: str, person_id: str) -> ProvisionedAccount:
        """Return an account. Raise NotFound, also for a closed one."""
        async with self._store.read() as session:
            return await self._account(session, await self._store.person(session, tenant_id, person_id))

    async def find(self, tenant_id: str, key: SearchKey, value: str) -> ProvisionedPage:
        """Return the accounts with this value, at most one."""
        async with self._store.read() as session:
            person = await self._find(session, tenant_id, key, value)
            found = await self._accounts(session, tenant_id, [] if person is None else [person])
        return ProvisionedPage(len(found), found)

    async def create(self, tenant_id: str, values: ProvisionedValues, by: str) -> ProvisionedAccount:
        """Create an account that waits for its first sign-in, with an extension if a telephone number is named. `by`:
        id of the person behind the request. Raise Conflict for a user name or an address in use; Invalid."""
        values = _checked(values)
        async with self._store.transaction() as tx:
            await self._require_free(tx.session, tenant_id, values.user_name, "")
            new = NewPerson(values.name, values.email, language=values.language, department=values.department)
            person = await self._users.add(tx, tenant_id, new, "invited")
            if values.active is False:
                person = await self._users.change(tx, person, _deactivation(by))
            await self._save(tx, person, values, "")
            return await self._account(tx.session, person)

    async def change(
        self, tenant_id: str, person_id: str, edit: Callable[[ProvisionedAccount], ProvisionedValues], by: str
    ) -> ProvisionedAccount:
        """Change an account to what `edit` makes of it, in one transaction. A suspension by an administrator stays,
        whatever the provider states. Raise NotFound, Invalid; Conflict for values in use and for the last
        administrator; Forbidden for operators, and for the address of an administrator."""
        async with self._store.transaction() as tx:
            person = await self._changeable(tx, tenant_id, person_id)
            before = await self._account(tx.session, person)
            values = _checked(edit(before))
            await self._require_free(tx.session, tenant_id, values.user_name, person.id)
            change = PersonChange(name=values.name, language=values.language or "", department=values.department)
            if validation.email_key(values.email) != validation.email_key(person.email):
                if person.role is not Role.USER or person.granted:
                    raise Forbidden(
                        "An identity provider does not change the address of an account with a role.",
                        hint="Change it in the portal.",
                    )
                change = replace(change, email=values.email)
            person = await self._users.change(tx, person, change)
            person = await self._set_active(tx, person, values.active, by)
            await self._save(tx, person, values, before.values.phone)
            return await self._account(tx.session, person)

    async def close(self, tenant_id: str, person_id: str) -> None:
        """Close an account, as `Users.close`. Raise NotFound, Forbidden for operators, Conflict for the last
        administrator."""
        async with self._store.transaction() as tx:
            person = await self._changeable(tx, tenant_id, person_id)
            await self._users.require_other_than(tx, person)
            await self._users.close_in(tx, person)

    async def _changeable(self, tx: Transaction, tenant_id: str, person_id: str) -> Person:
        person = await self._store.person(tx.session, tenant_id, person_id)
        if person.role is Role.OPERATOR:
            raise Forbidden("An identity provider does not change operators.", hint="Use the console of the server.")
        return person

    async def _set_active(self, tx: Transaction, person: Person, active: bool | None, by: str) -> Person:
        if active is False and person.state != "suspended":
            await self._users.require_other_than(tx, person)
            return await self._users.change(tx, person, _deactivation(by))
        if active and person.state == "suspended":
            found = await suspensions.of(tx.session, self._keys, person.tenant_id, person.id)
            if found is not None and found.reason == "identity_provider":
                return await self._users.change(tx, person, PersonChange(state="active"))
        return person

    async def _save(self, tx: Transaction, person: Person, values: ProvisionedValues, phone_before: str) -> None:
        part = ProvisionedPart(
            user_name=values.user_name,
            external_id=values.external_id,
            display_name=values.display_name,
            given_name=values.given_name,
            family_name=values.family_name,
            phone=values.phone,
        )
        await provisioned.save(tx.session, self._keys, person, part)
        bind_provisioned(self._keys, person, values.user_name, values.external_id)
        if values.phone and not phone_before and not self._store.directory.numbers_of(person.id):
            await self._add_extension(tx, person, values.phone)

    async def _add_extension(self, tx: Transaction, person: Person, phone: str) -> None:
        """Give the user the number that is named, if it is a free internal one, else the next free one."""
        used = await people.numbers(tx.session, person.tenant_id)
        number = phone
        try:
            validation.number(phone)
        except Invalid:
            number = ""
        if not number or number in used:
            number = propose_number([each for each, kind in used.items() if kind == "extension"], used)
        if number:
            await self._extensions.add(tx, NewExtension(number, person.name), person)

    async def _require_free(self, session: AsyncSession, tenant_id: str, user_name: str, person_id: str) -> None:
        other = await self._find(session, tenant_id, "user_name", user_name)
        if other is not None and other.id != person_id:
            raise Conflict("Another account has this user name.", field="userName")

    async def _find(self, session: AsyncSession, tenant_id: str, key: SearchKey, value: str) -> Person | None:
        if key == "id":
            return await accounts.person(session, self._keys, tenant_id, value)
        if key == "email":
            return await self._of_email(session, tenant_id, value)
        kind, name = (USER_NAME, name_key(value)) if key == "user_name" else (EXTERNAL_ID, value)
        subject = self._keys.find(tenant_id, kind, name)
        person = await accounts.person_of_subject(session, self._keys, tenant_id, subject) if subject else None
        if person is not None:
            values = (await self._account(session, person)).values
            if (values.external_id if key == "external_id" else name_key(values.user_name)) == name:
                return person
        if key == "external_id":
            return None
        # The user name of an account that no provider has changed yet is its address.
        person = await self._of_email(session, tenant_id, value)
        if person is None or name_key((await self._account(session, person)).values.user_name) != name:
            return None
        return person

    async def _of_email(self, session: AsyncSession, tenant_id: str, address: str) -> Person | None:
        subject = await self._emails.owner(session, tenant_id, validation.email_key(address))
        return await accounts.person_of_subject(session, self._keys, tenant_id, subject) if subject else None

    async def _account(self, session: AsyncSession, person: Person) -> ProvisionedAccount:
        return (await self._accounts(session, person.tenant_id, [person]))[0]

    async def _accounts(
        self, session: AsyncSession, tenant_id: str, persons: Sequence[Person]
    ) -> tuple[ProvisionedAccount, ...]:
        parts = await provisioned.parts(session, self._keys, tenant_id, [person.id for person in persons])
        return tuple(ProvisionedAccount(person, _values(person, parts.get(person.id))) for person in persons)


def _values(person: Person, part: ProvisionedPart | None) -> ProvisionedValues:
    """Return the present values of an account. Former versions have stored other names than that of the account, and
    the whole name as both of its parts: then only the whole name is known."""
    now = ProvisionedValues(
        user_name=part.user_name if part is not None else person.email or person.id,
        external_id=part.external_id if part is not None else "",
        display_name=part.display_name if part is not None else person.name,
        given_name=part.given_name if part is not None else "",
        family_name=part.family_name if part is not None else "",
        phone=part.phone if part is not None else "",
        email=person.email,
        language=person.language,
        active=person.state != "suspended",
        department=person.department,
    )
    if now.name == person.name and not now.given_name == now.family_name == person.name:
        return now
    return replace(now, display_name=person.name, given_name="", family_name="")


def _deactivation(by: str) -> PersonChange:
    return PersonChange(state="suspended", suspension=NewSuspension("identity_provider", by=by))


def _checked(values: ProvisionedValues) -> ProvisionedValues:
    """Return the values as they are stored. Raise Invalid."""
    checked = replace(
        values,
        user_name=_text(values.user_name, "userName", MAX_VALUE),
        external_id=_text(values.external_id, "externalId", MAX_VALUE),
        phone=_text(values.phone, "phoneNumbers", MAX_PHONE),
        display_name=validation.name(values.display_name, "displayName") if values.display_name.strip() else "",
        given_name=validation.name(values.given_name, "name.givenName") if values.given_name.strip() else "",
        family_name=validation.name(values.family_name, "name.familyName") if values.family_name.strip() else "",
        email=validation.email(values.email) if values.email else _address(values.user_name),
    )
    if not checked.user_name:
        raise Invalid("A user name is missing.", field="userName")
    validation.name(checked.name, "displayName")
    return checked


def _address(user_name: str) -> str:
    """Return a user name that is an e-mail address, else ""."""
    try:
        return validation.email(user_name)
    except Invalid:
        return ""


def _text(text: str, field: str, limit: int) -> str:
    stripped = text.strip()
    if len(stripped) > limit or not is_printable(stripped):
        raise Invalid(Phrase("Use at most {} printable characters.", limit), field=field)
    return stripped
