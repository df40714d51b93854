"""Password sign-in, and the hand-over to a second factor."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import TooMany, Unauthenticated
from unificx.identity.errors import NotProved
from unificx.identity.policies import validation
from unificx.identity.policies.login_throttle import Guesses
from unificx.identity.ports import EVERYWHERE
from unificx.identity.repository import accounts, credentials
from unificx.identity.schemas import Admission, Arrival, FactorKind, Principal, SecondFactorNeeded, Source
from unificx.identity.service_base import Change, Tools
from unificx.identity.sessions import Sessions
from unificx.identity.tickets import Tickets

ONE_TIME_BYTES = 15
"""Random bytes in a generated password."""
SECOND_FACTOR = "second_factor"
"""Purpose of a ticket issued after the first factor."""
_NOT_IN = "The e-mail address or the password is wrong."


class Entrance(Sessions):
    """Password sign-in and password changes."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._guesses = Guesses()
        self._tickets = Tickets(tools.clock)

    async def sign_in(self, email: str, password: str, arrival: Arrival, tenant_id: str | None = None) -> Admission:
        """Return a session, or a ticket if a second factor is required.

        Without `tenant_id` the address is looked up in the whole installation. An unknown address, a wrong password and
        a suspended account raise the same Unauthenticated after the same work. Guessing is throttled (TooManyRequests),
        for unknown addresses too.
        """
        address = validation.email_key(email)
        self._slow_down(address, arrival.source)
        async with self._database.read() as session:
            subject = await self._owner_of_email(session, tenant_id or EVERYWHERE, address)
            account = await credentials.account(session, self._keys, subject or "")
        right = await self._passwords.right(account.hash if account is not None else None, _cut(password))
        if account is None or not right or account.state != "active" or not self._tenant_works(account.tenant_id):
            raise Unauthenticated(_NOT_IN)
        self._guesses.succeeded(address, arrival.source.address, self._clock.monotonic())
        renewed = await self._renewed_hash(account, password)
        async with self._changing() as change:
            current = await credentials.account(change.session, self._keys, account.subject)
            if current is None or current.hash != account.hash or current.state != "active":
                raise Unauthenticated(_NOT_IN)  # changed during the password check
            if renewed is not None:
                await credentials.set_password(
                    change.session, self._keys, replace(account, hash=renewed), self._clock.now()
                )
            return await self._admit(change, current, arrival)

    async def _factors_of(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        """Return the second factors of the user; empty if none is set up."""
        del session, tenant_id, person_id
        return ()

    async def _admit(
        self, change: Change, account: credentials.Account, arrival: Arrival, *, proved: bool = True
    ) -> Admission:
        """After the first factor: open a session, or issue a ticket if the user has a second factor."""
        kinds = await self._factors_of(change.session, account.tenant_id, account.person_id)
        if not kinds:
            return await self._open(change, account, arrival, proved=proved)
        ticket = self._tickets.issue(SECOND_FACTOR, account.tenant_id, account.person_id)
        return SecondFactorNeeded(kinds, ticket.expires, ticket.code)

    # passwords

    async def set_password(self, tenant_id: str, person_id: str, password: str) -> None:
        """Set a user's password and end all their sessions. An invited user becomes active."""
        await self._replace_password(tenant_id, person_id, validation.password(password), must_change=False)

    async def reset_password(self, tenant_id: str, person_id: str) -> str:
        """Set a one-time password and end all the user's sessions. Return the password, which is shown once."""
        password = self._characters(ONE_TIME_BYTES)
        await self._replace_password(tenant_id, person_id, password, must_change=True)
        return password

    async def change_password(self, principal: Principal, current: str, new: str, source: Source) -> None:
        """Change one's own password and end all other sessions. Raise StepUpFailed, TooManyRequests, Invalid."""
        validation.password(new)
        self._slow_down(principal.person_id, source)
        subject = self.directory.person_subject(principal.person_id)
        async with self._database.read() as session:
            account = await credentials.account(session, self._keys, subject or "")
        if account is None or not await self._passwords.right(account.hash, _cut(current)):
            raise NotProved("The current password is wrong.")
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
            await self._end_sessions(change, tenant_id, person_id, keep=keep)
        self._tickets.drop_of(person_id)
        self._later(self._tell(tenant_id, person_id, "password_changed", ""))

    # internal helpers

    def _slow_down(self, account: str, source: Source) -> None:
        """Count an attempt; `account` is "" for attempts that name no account and count for their source only."""
        wait = self._guesses.attempt(account, source.address, self._clock.monotonic())
        if wait > 0:
            raise TooMany("Too many failed attempts.", retry_after=wait, hint="Wait a moment, then try again.")

    async def _renewed_hash(self, account: credentials.Account, password: str) -> str | None:
        """Return a hash with the current parameters, None if the stored one is up to date."""
        if account.hash is None or not self._passwords.outdated(account.hash):
            return None
        return await self._passwords.hash(password)


def _cut(password: str) -> str:
    """Limit the input to one character more than the maximum: anything longer is wrong anyway."""
    return password[: validation.PASSWORD_LENGTHS[1] + 1]
