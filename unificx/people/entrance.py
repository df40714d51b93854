"""Coming in: passwords, sign-in, sessions."""

import base64
import hashlib
from dataclasses import replace
from datetime import date, timedelta

from unificx.kernel.clock import Clock
from unificx.kernel.errors import Forbidden, NotFound, TooMany, Unauthenticated
from unificx.people.accounts import EMAIL
from unificx.people.contracts import Principal, Session, SignedIn, Source
from unificx.people.passwords import Passwords
from unificx.people.phones import Phones
from unificx.people.ports import EVERYWHERE, KeyRing
from unificx.people.queries import accounts, entry, phones
from unificx.people.rules import values
from unificx.people.rules.guesses import Guesses
from unificx.store.database import Database

SESSION_LIFETIME = timedelta(days=14)
_TOKEN_BYTES = 32
ONE_TIME_BYTES = 15
"""Of randomness in a password made by us."""
_LONGEST_ADDRESS = 64
_LONGEST_AGENT = 200
_NOT_IN = "The e-mail address or the password is wrong."


class Entrance(Phones):
    """Who may come in."""

    def __init__(self, database: Database, keys: KeyRing, clock: Clock, *, passwords: Passwords | None = None) -> None:
        super().__init__(database, keys, clock, passwords=passwords)
        self._guesses = Guesses()
        self._devices_used: dict[tuple[str, str], date] = {}
        self._sessions_used: dict[tuple[str, str], date] = {}

    async def sign_in(self, email: str, password: str, source: Source, tenant_id: str | None = None) -> SignedIn:
        """A session, for the e-mail address in that tenant or, without one, wherever it was used first.

        An unknown address, a wrong password and a suspended account give the same answer after the same work:
        Unauthenticated. Guessing is slowed by TooMany, for unknown addresses too.
        """
        address = values.email_key(email)
        self._slow_down(address, source)
        subject = self._keys.find(tenant_id or EVERYWHERE, EMAIL, address)
        async with self._database.read() as session:
            account = await entry.account(session, self._keys, subject or "")
        right = await self._passwords.right(account.hash if account is not None else None, _cut(password))
        if account is None or not right or account.state != "active" or not self._tenant_works(account.tenant_id):
            raise Unauthenticated(_NOT_IN)
        self._guesses.succeeded(address, source.address, self._clock.monotonic())
        return await self._open_session(account, source, password)

    async def authenticate(self, token: str) -> Principal:
        """Whose token it is. Raises Unauthenticated for one that is unknown, ended or expired."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await entry.principal(session, _digest(token), now)
        if found is None or not self._tenant_works(found.tenant_id):
            raise Unauthenticated("You are not signed in, or no longer.")
        self._sessions_used[found.tenant_id, found.session_id] = now.date()
        return found

    async def sign_out(self, token: str) -> None:
        """End the token's session; one that is over already is no error."""
        async with self._changing() as change:
            await entry.end_by_token(change.session, _digest(token))

    async def list_sessions(self, tenant_id: str, person_id: str) -> tuple[Session, ...]:
        """A person's running sessions, the newest first."""
        async with self._database.read() as session:
            return tuple(await entry.sessions(session, self._keys, tenant_id, person_id, self._clock.now()))

    async def revoke_session(self, tenant_id: str, person_id: str, session_id: str) -> None:
        """End one of a person's sessions. Raises NotFound."""
        async with self._changing() as change:
            if not await entry.end_session(change.session, tenant_id, person_id, session_id):
                raise NotFound("There is no such session.")

    # passwords

    async def set_password(self, tenant_id: str, person_id: str, password: str) -> None:
        """Give a person a password; an invited one becomes active. Every session of theirs ends."""
        await self._replace_password(tenant_id, person_id, values.password(password), must_change=False)

    async def reset_password(self, tenant_id: str, person_id: str) -> str:
        """A random password, shown once, to be replaced by one of the person's own. Every session of theirs ends."""
        password = self._characters(ONE_TIME_BYTES)
        await self._replace_password(tenant_id, person_id, password, must_change=True)
        return password

    async def change_password(self, principal: Principal, current: str, new: str, source: Source) -> None:
        """A person's own doing: every session but the one it is done from ends. Raises Forbidden, TooMany, Invalid."""
        values.password(new)
        self._slow_down(principal.person_id, source)
        subject = self.directory.person_subject(principal.person_id)
        async with self._database.read() as session:
            account = await entry.account(session, self._keys, subject or "")
        if account is None or not await self._passwords.right(account.hash, _cut(current)):
            raise Forbidden("The present password is wrong.")
        self._guesses.succeeded(principal.person_id, source.address, self._clock.monotonic())
        await self._replace_password(
            principal.tenant_id, principal.person_id, new, must_change=False, keep=principal.session_id
        )

    async def _replace_password(
        self, tenant_id: str, person_id: str, password: str, *, must_change: bool, keep: str = ""
    ) -> None:
        hashed = await self._passwords.hash(password)
        async with self._changing() as change:
            person = await self._person(change, tenant_id, person_id)
            if person.state == "invited":
                await accounts.save_person(change.session, self._keys, replace(person, state="active"))
            await self._set_password(change, person, hashed, must_change=must_change)
            await entry.end_sessions(change.session, tenant_id, person_id, keep)

    # upkeep

    def device_used(self, device_id: str) -> None:
        """Remember that the device registered today; `tidy` writes it down."""
        device = self.directory.device(device_id)
        if device is not None:
            self._devices_used[device.tenant_id, device_id] = self._clock.now().date()

    async def tidy(self) -> None:
        """Write down the days of last use, and drop expired sessions. To be called every few minutes and at the end."""
        devices, self._devices_used = self._devices_used, {}
        sessions, self._sessions_used = self._sessions_used, {}
        async with self._changing() as change:
            await phones.mark_used(change.session, devices)
            await entry.mark_used(change.session, sessions)
            await entry.drop_expired(change.session, self._clock.now())

    # shared by the use cases

    def _slow_down(self, account: str, source: Source) -> None:
        wait = self._guesses.attempt(account, source.address, self._clock.monotonic())
        if wait > 0:
            raise TooMany("Too many wrong tries.", retry_after=wait, hint="Wait a little, then try again.")

    def _tenant_works(self, tenant_id: str) -> bool:
        tenant = self.directory.tenant(tenant_id)
        return tenant is not None and tenant.active

    async def _open_session(self, account: entry.Account, source: Source, password: str) -> SignedIn:
        now = self._clock.now()
        token = base64.urlsafe_b64encode(self._clock.random_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()
        opened = Session(
            id=self._clock.new_id(),
            created=now,
            expires=now + SESSION_LIFETIME,
            last_used=now.date(),
            address=source.address[:_LONGEST_ADDRESS],
            agent=source.agent[:_LONGEST_AGENT],
        )
        renewed = await self._renewed_hash(account, password)
        async with self._changing() as change:
            current = await entry.account(change.session, self._keys, account.subject)
            if current is None or current.hash != account.hash or current.state != "active":
                raise Unauthenticated(_NOT_IN)  # changed while the password was being checked
            if renewed is not None:
                await entry.set_password(change.session, self._keys, replace(account, hash=renewed), now)
            await entry.add_session(change.session, self._keys, account, opened, _digest(token))
        principal = Principal(account.person_id, account.tenant_id, account.role, opened.id)
        return SignedIn(principal, opened.expires, account.must_change, token)

    async def _renewed_hash(self, account: entry.Account, password: str) -> str | None:
        """A hash with today's parameters, if the stored one has older ones."""
        if account.hash is None or not self._passwords.outdated(account.hash):
            return None
        return await self._passwords.hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _cut(password: str) -> str:
    """One character more than a password may have is as wrong as a million more."""
    return password[: values.PASSWORD_LENGTHS[1] + 1]
