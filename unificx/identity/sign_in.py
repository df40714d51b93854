"""Password sign-in, and the hand-over to a second factor."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import TooManyRequests, Unauthenticated
from unificx.identity.errors import StepUpFailed
from unificx.identity.policies import validation
from unificx.identity.policies.login_throttle import LoginThrottle
from unificx.identity.ports import INSTALLATION_SCOPE
from unificx.identity.repository import accounts, credentials
from unificx.identity.schemas import FactorKind, Principal, SecondFactorRequired, SignInContext, SignInResult, Source
from unificx.identity.service_base import Dependencies, Transaction
from unificx.identity.sessions import Sessions
from unificx.identity.tickets import TicketStore

ONE_TIME_PASSWORD_BYTES = 15
"""Random bytes in a generated password."""
SECOND_FACTOR = "second_factor"
"""Purpose of a ticket issued after the first factor."""
_WRONG_CREDENTIALS = "The e-mail address or the password is wrong."


class SignIn(Sessions):
    """Password sign-in and password changes."""

    def __init__(self, tools: Dependencies) -> None:
        super().__init__(tools)
        self._throttle = LoginThrottle()
        self._tickets = TicketStore(tools.clock)

    async def sign_in(
        self, email: str, password: str, context: SignInContext, tenant_id: str | None = None
    ) -> SignInResult:
        """Return a session, or a ticket if a second factor is required.

        Without `tenant_id` the address is looked up in the whole installation. An unknown address, a wrong password and
        a suspended account raise the same Unauthenticated after the same work. Guessing is throttled (TooManyRequests),
        for unknown addresses too.
        """
        address = validation.email_key(email)
        self._check_throttle(address, context.source)
        async with self._database.read() as session:
            subject = await self._owner_of_email(session, tenant_id or INSTALLATION_SCOPE, address)
            account = await credentials.account(session, self._keys, subject or "")
        matches = await self._passwords.verify(account.hash if account is not None else None, _truncate(password))
        if account is None or not matches or account.state != "active" or not self._is_tenant_active(account.tenant_id):
            raise Unauthenticated(_WRONG_CREDENTIALS)
        self._throttle.record_success(address, context.source.address, self._clock.monotonic())
        renewed = await self._renewed_hash(account, password)
        async with self._transaction() as tx:
            current = await credentials.account(tx.session, self._keys, account.subject)
            if current is None or current.hash != account.hash or current.state != "active":
                raise Unauthenticated(_WRONG_CREDENTIALS)  # changed during the password check
            if renewed is not None:
                await credentials.set_password(
                    tx.session, self._keys, replace(account, hash=renewed), self._clock.now()
                )
            return await self._finish_first_factor(tx, current, context)

    async def _factors_of(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        """Return the second factors of the user; empty if none is set up."""
        del session, tenant_id, person_id
        return ()

    async def _finish_first_factor(
        self, tx: Transaction, account: credentials.SignInAccount, context: SignInContext, *, stepped_up: bool = True
    ) -> SignInResult:
        """After the first factor: open a session, or issue a ticket if the user has a second factor."""
        kinds = await self._factors_of(tx.session, account.tenant_id, account.person_id)
        if not kinds:
            return await self._open_session(tx, account, context, stepped_up=stepped_up)
        ticket = self._tickets.issue(SECOND_FACTOR, account.tenant_id, account.person_id)
        return SecondFactorRequired(kinds, ticket.expires, ticket.code)

    # passwords

    async def set_password(self, tenant_id: str, person_id: str, password: str) -> None:
        """Set a user's password and end all their sessions. An invited user becomes active."""
        await self._replace_password(tenant_id, person_id, validation.password(password), must_change=False)

    async def reset_password(self, tenant_id: str, person_id: str) -> str:
        """Set a one-time password and end all the user's sessions. Return the password, which is shown once."""
        password = self._random_characters(ONE_TIME_PASSWORD_BYTES)
        await self._replace_password(tenant_id, person_id, password, must_change=True)
        return password

    async def change_password(self, principal: Principal, current: str, new: str, source: Source) -> None:
        """Change one's own password and end all other sessions. Raise StepUpFailed, TooManyRequests, Invalid."""
        validation.password(new)
        self._check_throttle(principal.person_id, source)
        subject = self.directory.person_subject(principal.person_id)
        async with self._database.read() as session:
            account = await credentials.account(session, self._keys, subject or "")
        if account is None or not await self._passwords.verify(account.hash, _truncate(current)):
            raise StepUpFailed("The current password is wrong.")
        self._throttle.record_success(principal.person_id, source.address, self._clock.monotonic())
        await self._replace_password(
            principal.tenant_id, principal.person_id, new, must_change=False, except_session=principal.session_id
        )

    async def _replace_password(
        self, tenant_id: str, person_id: str, password: str, *, must_change: bool, except_session: str = ""
    ) -> None:
        hashed = await self._passwords.hash(password)
        async with self._transaction() as tx:
            person = await self._person(tx, tenant_id, person_id)
            if person.state == "invited":
                await accounts.save_person(tx.session, self._keys, replace(person, state="active"))
            await self._set_password(tx, person, hashed, must_change=must_change)
            await self._end_sessions(tx, tenant_id, person_id, except_session=except_session)
        self._tickets.revoke_for(person_id)
        self._run_in_background(self._notify(tenant_id, person_id, "password_changed", ""))

    # internal helpers

    def _check_throttle(self, account: str, source: Source) -> None:
        """Count an attempt; `account` is "" for attempts that name no account and count for their source only."""
        delay = self._throttle.attempt(account, source.address, self._clock.monotonic())
        if delay > 0:
            raise TooManyRequests("Too many failed attempts.", retry_after=delay, hint="Wait a moment, then try again.")

    async def _renewed_hash(self, account: credentials.SignInAccount, password: str) -> str | None:
        """Return a hash with the current parameters, None if the stored one is up to date."""
        if account.hash is None or not self._passwords.needs_rehash(account.hash):
            return None
        return await self._passwords.hash(password)


def _truncate(password: str) -> str:
    """Limit the input to one character more than the maximum: anything longer is wrong anyway."""
    return password[: validation.PASSWORD_LENGTHS[1] + 1]
