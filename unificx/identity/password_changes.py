"""Passwords of accounts: setting, resetting, changing."""

from dataclasses import replace

from unificx.identity.attempts import Attempts
from unificx.identity.errors import PasswordChangeRequired, StepUpFailed
from unificx.identity.events import PasswordChanged
from unificx.identity.passwords import PasswordHashing, truncate
from unificx.identity.policies import validation
from unificx.identity.policies.random_text import readable_password
from unificx.identity.remembered import RememberedIds
from unificx.identity.repository import accounts, credentials, sessions
from unificx.identity.schemas import Person, Principal, Source
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.tickets import TicketStore

ONE_TIME_PASSWORD_BYTES = 15
"""Random bytes in a generated password."""


class PasswordStore:
    """Writes the password of an account within a transaction of another service."""

    def __init__(self, store: IdentityStore, hashing: PasswordHashing) -> None:
        self._store = store
        self._hashing = hashing

    async def hash(self, password: str) -> str:
        """Return the hash of a password to store. Raise Invalid if it is too short or too long."""
        return await self._hashing.hash(validation.password(password))

    async def verify(self, hash_: str | None, password: str) -> bool:
        """Whether the password matches the hash. Without a hash it takes equally long and is False."""
        return await self._hashing.verify(hash_, truncate(password))

    async def renewed_hash(self, hash_: str | None, password: str) -> str | None:
        """Return a hash with the current parameters, None if `hash_` is up to date or None."""
        if hash_ is None or not self._hashing.needs_rehash(hash_):
            return None
        return await self._hashing.hash(password)

    async def one_time_password(self) -> tuple[str, str]:
        """Return a generated password and its hash."""
        password = readable_password(self._store.clock.random_bytes(ONE_TIME_PASSWORD_BYTES))
        return password, await self._hashing.hash(password)

    async def write(self, tx: Transaction, person: Person, hashed: str, *, must_change: bool, by: str = "") -> None:
        """Store the hash and publish PasswordChanged. `by`: the other person who chose it, or `CONSOLE`."""
        account = credentials.SignInAccount(
            person.id, person.tenant_id, person.subject, person.role, person.state, must_change, hashed, by
        )
        clock = self._store.clock
        await credentials.set_password(tx.session, self._store.keys, account, clock.now())
        tx.publish(PasswordChanged(clock.new_id(), person.tenant_id, person.id))


class Passwords:
    """Password changes by users and administrators. Each ends sessions and pending sign-ins and notifies the user."""

    def __init__(
        self,
        store: IdentityStore,
        password_store: PasswordStore,
        closer: SessionCloser,
        tickets: TicketStore,
        *,
        attempts: Attempts,
        notices: SecurityNotices,
    ) -> None:
        self._store = store
        self._password_store = password_store
        self._closer = closer
        self._tickets = tickets
        self._attempts = attempts
        self._notices = notices
        self._own_password_sessions = RememberedIds()
        """Sessions known to have a permanent password: setting a one-time password ends every session."""

    async def set(self, tenant_id: str, person_id: str, password: str, by: str = "") -> None:
        """Set a user's password and end all their sessions. An invited user becomes active. `by`: the other person who
        sets it, or `CONSOLE`."""
        hashed = await self._password_store.hash(password)
        await self._replace(tenant_id, person_id, hashed, must_change=False, by=by)

    async def reset(self, tenant_id: str, person_id: str, by: str = "") -> str:
        """Set a one-time password and end all the user's sessions. Return the password, which is shown once."""
        password, hashed = await self._password_store.one_time_password()
        await self._replace(tenant_id, person_id, hashed, must_change=True, by=by)
        return password

    async def change(self, principal: Principal, current: str, new: str, source: Source) -> None:
        """Change one's own password and end all other sessions. Raise StepUpFailed, TooManyRequests, Invalid."""
        validation.password(new)
        attempt = await self._attempts.check(principal.person_id, source)
        subject = self._store.directory.person_subject(principal.person_id)
        async with self._store.read() as session:
            account = await credentials.account(session, self._store.keys, subject or "")
        if account is None or not await self._password_store.verify(account.hash, current):
            raise StepUpFailed("The current password is wrong.")
        await self._attempts.record_success(attempt)
        hashed = await self._password_store.hash(new)
        await self._replace(
            principal.tenant_id, principal.person_id, hashed, must_change=False, except_session=principal.session_id
        )

    async def hash(self, password: str) -> str:
        """Return the hash for `replace`. Raise Invalid if the password is too short or too long."""
        return await self._password_store.hash(password)

    async def replace(
        self,
        tx: Transaction,
        person: Person,
        hashed: str,
        *,
        must_change: bool,
        except_session: str = "",
        by: str = "",
    ) -> None:
        """Store the hash, end the user's sessions and pending sign-ins, and notify the user after the commit."""
        await self._password_store.write(tx, person, hashed, must_change=must_change, by=by)
        if except_session:
            await sessions.give_back(tx.session, person.tenant_id, except_session)
        await self._closer.end(tx, person.tenant_id, person.id, except_session=except_session)
        await self._tickets.revoke_for(person.id)
        tx.on_commit.append(lambda: self._notices.send(person.tenant_id, person.id, "password_changed", ""))

    async def require_own(self, principal: Principal) -> None:
        """Raise PasswordChangeRequired while the caller has a one-time password."""
        if principal.session_id in self._own_password_sessions:
            return
        async with self._store.read() as session:
            must_change = await credentials.must_change(session, principal.tenant_id, principal.person_id)
        if must_change:
            raise PasswordChangeRequired(
                "Choose your own password first.",
                hint="PUT /api/v1/me/password, with the one-time password as `current`.",
            )
        self._own_password_sessions.add(principal.session_id)

    async def _replace(
        self,
        tenant_id: str,
        person_id: str,
        hashed: str,
        *,
        must_change: bool,
        except_session: str = "",
        by: str = "",
    ) -> None:
        async with self._store.transaction() as tx:
            person = await self._store.person(tx.session, tenant_id, person_id)
            if person.state == "invited":
                await accounts.save_person(tx.session, self._store.keys, replace(person, state="active"))
            await self.replace(tx, person, hashed, must_change=must_change, except_session=except_session, by=by)
