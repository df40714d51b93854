"""Tenants and users."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity.cache import OPERATOR_SLUG
from unificx.identity.events import (
    DeviceRevoked,
    ExtensionDeleted,
    PasswordChanged,
    PersonClosed,
    PersonCreated,
    PersonResumed,
    PersonSuspended,
    SessionEnded,
    TenantCreated,
    TenantDeleted,
    TenantResumed,
    TenantSuspended,
)
from unificx.identity.policies import validation
from unificx.identity.ports import INSTALLATION_SCOPE
from unificx.identity.repository import accounts, credentials, factors, links, phones, sessions
from unificx.identity.schemas import (
    NewPerson,
    NewTenant,
    Page,
    Person,
    PersonChange,
    PersonState,
    Role,
    SecurityNoticeKind,
    Tenant,
    TenantChange,
)
from unificx.identity.service_base import ServiceBase, Transaction, make_page, page_size, parse_cursor

EMAIL_ALIAS = "email"
"""Alias kind of an e-mail address."""


class Accounts(ServiceBase):
    """Tenants and their users."""

    # tenants

    async def create_tenant(self, new: NewTenant) -> Tenant:
        """Create a tenant. Raise Conflict if the short name or the domain is taken, Invalid for an invalid value."""
        tenant = Tenant(
            id=self._clock.new_id(),
            slug=validation.slug(new.slug),
            name=validation.name(new.name),
            domain=validation.domain(new.domain),
            state="active",
            created=self._clock.now(),
            language=new.language,
            time_zone=validation.time_zone(new.time_zone),
        )
        async with self._transaction() as tx:
            if self.directory.tenant_by_slug(tenant.slug) is not None:
                raise Conflict("A tenant with this short name already exists.", field="slug")
            if self.directory.tenant_by_domain(tenant.domain) is not None:
                raise Conflict("This domain belongs to another tenant.", field="domain")
            await accounts.add_tenant(tx.session, tenant)
            tx.publish(TenantCreated(self._clock.new_id(), tenant.id))
            tx.on_commit.append(lambda: self.directory.put_tenant(tenant))
        return tenant

    async def list_tenants(self, cursor: str | None = None, limit: int = 100) -> Page[Tenant]:
        """List all tenants including the operator's own, oldest first. Raise Invalid for an invalid cursor."""
        after = parse_cursor(cursor)
        found = [one for one in self.directory.tenants() if after is None or one.id > after]
        return make_page(found[: page_size(limit) + 1], limit, lambda tenant: tenant.id)

    async def tenant(self, reference: str) -> Tenant:
        """Return a tenant by id or short name. Raise NotFound."""
        found = self.directory.tenant_by_slug(reference)
        return found or self._tenant(reference)

    async def update_tenant(self, tenant_id: str, change: TenantChange) -> Tenant:
        """Rename, configure, suspend or resume. Suspending ends every session and blocks every device at once."""
        async with self._transaction() as tx:
            before = self._tenant(tenant_id)
            after = _apply_tenant_change(before, change)
            if before.slug == OPERATOR_SLUG and not after.active:
                raise Conflict("The operator's own tenant cannot be suspended.", field="state")
            await accounts.save_tenant(tx.session, after)
            if before.active and not after.active:
                await self._end_sessions(tx, tenant_id)
                tx.publish(TenantSuspended(self._clock.new_id(), tenant_id))
            if after.active and not before.active:
                tx.publish(TenantResumed(self._clock.new_id(), tenant_id))
            tx.on_commit.append(lambda: self.directory.put_tenant(after))
        return after

    async def delete_tenant(self, tenant_id: str) -> None:
        """Delete the tenant with all its data and destroy its keys, which makes backups of it unreadable too."""
        async with self._transaction() as tx:
            if self._tenant(tenant_id).slug == OPERATOR_SLUG:
                raise Conflict("The operator's own tenant cannot be deleted.")
            await self._end_sessions(tx, tenant_id)
            subjects = await accounts.delete_tenant(tx.session, tenant_id)
            tx.publish(TenantDeleted(self._clock.new_id(), tenant_id))
            tx.on_commit.append(lambda: self.directory.drop_tenant(tenant_id, subjects))
            tx.on_commit.append(lambda: self._keys.destroy_tenant(tenant_id))

    # persons

    async def create_person(self, tenant_id: str, new: NewPerson) -> Person:
        """Create a user. Raise Conflict if the e-mail address has an account in this tenant."""
        hashed = await self._passwords.hash(validation.password(new.password)) if new.password is not None else None
        async with self._transaction() as tx:
            person = await self._add_person(tx, tenant_id, new, "invited" if hashed is None else "active")
            if hashed is not None:
                await self._set_password(tx, person, hashed, must_change=False)
        return person

    async def _add_person(self, tx: Transaction, tenant_id: str, new: NewPerson, state: PersonState) -> Person:
        tenant = self._tenant(tenant_id)
        _check_role(tenant, new.role)
        person = Person(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            subject=self._clock.new_id(),
            role=new.role,
            state=state,
            created=self._clock.now(),
            name=validation.name(new.name),
            email=validation.email(new.email) if new.email else "",
        )
        await accounts.add_person(tx.session, self._keys, person)
        await self._bind_email(tx, person)
        tx.publish(PersonCreated(self._clock.new_id(), tenant_id, person.id))
        tx.on_commit.append(lambda: self.directory.put_person(person, suspended=False))
        return person

    async def list_persons(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Person]:
        """List open accounts, oldest first. Raise Invalid for an invalid cursor."""
        after = parse_cursor(cursor)
        async with self._database.read() as session:
            found = await accounts.persons(session, self._keys, tenant_id, after, page_size(limit) + 1)
        return make_page(found, limit, lambda person: person.id)

    async def person(self, tenant_id: str, person_id: str) -> Person:
        """Return a user. Raise NotFound, also for a closed account."""
        async with self._database.read() as session:
            found = await accounts.person(session, self._keys, tenant_id, person_id)
        if found is None:
            raise NotFound("User not found.")
        return found

    async def update_person(self, tenant_id: str, person_id: str, change: PersonChange) -> Person:
        """Change, promote, suspend or resume a user. Extensions that showed the old name get the new one."""
        async with self._transaction() as tx:
            before = await self._person(tx, tenant_id, person_id)
            after = _apply_person_change(before, change)
            _check_role(self._tenant(tenant_id), after.role)
            if before.role is Role.OPERATOR and (after.role is not Role.OPERATOR or after.state == "suspended"):
                await self._require_other_operator(tx, before)
            await accounts.save_person(tx.session, self._keys, after)
            if validation.email_key(after.email) != validation.email_key(before.email):
                await self._bind_email(tx, after)
                await links.delete_for_person(
                    tx.session, tenant_id, person_id
                )  # they were sent to the previous address
                tx.on_commit.append(lambda: self._release_email(before))
            if after.name != before.name:
                await self._rename_extensions(tx, before, after.name)
            await self._publish_state_change(tx, before, after)
        return after

    async def close_person(self, tenant_id: str, person_id: str) -> None:
        """Close the account: delete extensions, devices, password, sessions, name and e-mail address."""
        async with self._transaction() as tx:
            person = await self._person(tx, tenant_id, person_id)
            if person.role is Role.OPERATOR:
                await self._require_other_operator(tx, person)
            await self._close(tx, person)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete account, extensions and devices of a subject whose key has been destroyed. Idempotent.

        The key is destroyed first: `DirectoryCache.evict_subject` blocks the devices at that moment.
        """
        async with self._transaction() as tx:
            person = await accounts.person_of_subject(tx.session, self._keys, tenant_id, subject)
            if person is not None:
                await self._close(tx, person)
            for extension in await phones.extensions_of_subject(tx.session, self._keys, tenant_id, subject):
                await self._drop_extension(tx, tenant_id, extension.id)

    # internal helpers

    async def _person(self, tx: Transaction, tenant_id: str, person_id: str) -> Person:
        found = await accounts.person(tx.session, self._keys, tenant_id, person_id)
        if found is None:
            raise NotFound("User not found.")
        return found

    async def _notify(self, tenant_id: str, person_id: str, kind: SecurityNoticeKind, detail: str) -> None:
        """Send the user a security notice, unless they have not accepted their invitation yet."""
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, tenant_id, person_id)
        if person is not None and person.state != "invited":
            await self._notifier.send_notice(person, kind, detail)

    async def _close(self, tx: Transaction, person: Person) -> None:
        tenant_id, person_id = person.tenant_id, person.id
        await self._end_sessions(tx, tenant_id, person_id)
        for extension in await phones.extensions_of_person(tx.session, self._keys, tenant_id, person_id):
            await self._drop_extension(tx, tenant_id, extension.id)
        await credentials.delete_password(tx.session, tenant_id, person_id)
        await factors.delete_all(tx.session, tenant_id, person_id)
        await credentials.delete_acceptances(tx.session, tenant_id, person_id)
        await links.delete_for_person(tx.session, tenant_id, person_id)
        await accounts.close_person(tx.session, tenant_id, person_id)
        tx.publish(PersonClosed(self._clock.new_id(), tenant_id, person_id, person.subject))
        tx.on_commit.append(lambda: self.directory.drop_person(person_id))
        tx.on_commit.append(lambda: self._release_email(person))

    async def _bind_email(self, tx: Transaction, person: Person) -> None:
        """Bind the address to the user, in the tenant and, if not bound there yet, in the whole installation.

        Bound before the commit: an alias without an account is harmless (`_owner_of_email` checks the account), but a
        user without an alias could not sign in.
        """
        if not person.email:
            return
        address = validation.email_key(person.email)
        owner = await self._owner_of_email(tx.session, person.tenant_id, address)
        if owner not in (None, person.subject):
            raise Conflict("This e-mail address already has an account.", field="email")
        self._rebind_email(person.tenant_id, address, person.subject)
        if await self._owner_of_email(tx.session, INSTALLATION_SCOPE, address) is None:
            self._rebind_email(INSTALLATION_SCOPE, address, person.subject)

    async def _owner_of_email(self, session: AsyncSession, scope: str, address: str) -> str | None:
        """Return the subject of the account that has the address now.

        The alias alone is not proof: after a rollback it may point to a user with another address.
        """
        subject = self._keys.find(scope, EMAIL_ALIAS, address)
        account = await credentials.account(session, self._keys, subject or "")
        if account is None:
            return None
        person = await accounts.person(session, self._keys, account.tenant_id, account.person_id)
        return subject if person is not None and validation.email_key(person.email) == address else None

    def _rebind_email(self, scope: str, address: str, subject: str) -> None:
        if self._keys.find(scope, EMAIL_ALIAS, address) != subject:
            self._keys.unbind(scope, EMAIL_ALIAS, address)
            self._keys.bind(scope, EMAIL_ALIAS, address, subject)

    def _release_email(self, person: Person) -> None:
        address = validation.email_key(person.email)
        for scope in (person.tenant_id, INSTALLATION_SCOPE):
            if address and self._keys.find(scope, EMAIL_ALIAS, address) == person.subject:
                self._keys.unbind(scope, EMAIL_ALIAS, address)

    async def _set_password(self, tx: Transaction, person: Person, hashed: str, *, must_change: bool) -> None:
        account = credentials.SignInAccount(
            person.id, person.tenant_id, person.subject, person.role, person.state, must_change, hashed
        )
        await credentials.set_password(tx.session, self._keys, account, self._clock.now())
        tx.publish(PasswordChanged(self._clock.new_id(), person.tenant_id, person.id))

    async def _require_other_operator(self, tx: Transaction, person: Person) -> None:
        active = await accounts.count_active(tx.session, person.tenant_id, Role.OPERATOR)
        if person.state == "active" and active <= 1:
            raise Conflict("This is the last operator. Create another one first.")

    async def _rename_extensions(self, tx: Transaction, person: Person, name: str) -> None:
        for extension in await phones.extensions_of_person(tx.session, self._keys, person.tenant_id, person.id):
            if extension.name == person.name:
                renamed = replace(extension, name=name)
                await phones.save_extension(tx.session, self._keys, renamed)
                tx.on_commit.append(lambda renamed=renamed: self.directory.put_extension(renamed))

    async def _publish_state_change(self, tx: Transaction, before: Person, after: Person) -> None:
        suspended = after.state == "suspended"
        if suspended and before.state != "suspended":
            await self._end_sessions(tx, after.tenant_id, after.id)
            tx.publish(PersonSuspended(self._clock.new_id(), after.tenant_id, after.id))
        if before.state == "suspended" and not suspended:
            tx.publish(PersonResumed(self._clock.new_id(), after.tenant_id, after.id))
        tx.on_commit.append(lambda: self.directory.put_person(after, suspended=suspended))

    async def _end_sessions(
        self,
        tx: Transaction,
        tenant_id: str,
        person_id: str | None = None,
        *,
        only_session: str | None = None,
        except_session: str = "",
    ) -> int:
        """End the matching sessions and their SIP devices; return their number."""
        ended = await sessions.select_sessions(
            tx.session, tenant_id, person_id, only_session=only_session, except_session=except_session
        )
        for record in ended:
            await self._end_session(tx, record)
        return len(ended)

    async def _end_session(self, tx: Transaction, ended: sessions.SessionRecord) -> None:
        tenant_id, device_id = ended.tenant_id, ended.device_id
        await sessions.delete_session(tx.session, tenant_id, ended.id)
        tx.publish(SessionEnded(self._clock.new_id(), tenant_id, ended.id, ended.person_id, device_id))
        device = self.directory.device(device_id) if device_id is not None else None
        if device is not None:
            await self._drop_device(tx, tenant_id, device.device_id, device.extension_id)

    async def _drop_device(self, tx: Transaction, tenant_id: str, device_id: str, extension_id: str) -> None:
        await phones.delete_device(tx.session, tenant_id, device_id)
        tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension_id))
        tx.on_commit.append(lambda: self.directory.drop_device(device_id))

    async def _drop_extension(self, tx: Transaction, tenant_id: str, extension_id: str) -> None:
        """Delete the extension with its devices and publish an event for each."""
        for device_id in await phones.device_ids(tx.session, tenant_id, extension_id):
            tx.publish(DeviceRevoked(self._clock.new_id(), tenant_id, device_id, extension_id))
        await phones.delete_extension(tx.session, tenant_id, extension_id)
        tx.publish(ExtensionDeleted(self._clock.new_id(), tenant_id, extension_id))
        tx.on_commit.append(lambda: self.directory.drop_extension(extension_id))


def _apply_tenant_change(tenant: Tenant, change: TenantChange) -> Tenant:
    if change.name is not None:
        tenant = replace(tenant, name=validation.name(change.name))
    if change.time_zone is not None:
        tenant = replace(tenant, time_zone=validation.time_zone(change.time_zone))
    if change.park_seconds is not None:
        tenant = replace(tenant, park_seconds=validation.park_seconds(change.park_seconds))
    return replace(tenant, state=change.state or tenant.state, language=change.language or tenant.language)


def _apply_person_change(person: Person, change: PersonChange) -> Person:
    if change.name is not None:
        person = replace(person, name=validation.name(change.name))
    if change.email is not None:
        person = replace(person, email=validation.email(change.email))
    if change.role is not None:
        person = replace(person, role=change.role)
    if change.state is not None:
        person = replace(person, state=change.state)
    if change.language is not None:
        person = replace(person, language=change.language or None)
    return person


def _check_role(tenant: Tenant, role: Role) -> None:
    if role is Role.OPERATOR and tenant.slug != OPERATOR_SLUG:
        raise Invalid("Operators have to belong to the operator's own tenant.", field="role")
