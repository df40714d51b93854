"""Password recovery: a single-use link by e-mail, valid for half an hour.

The response is sent before any lookup, so that it does not reveal whether an account exists.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import TooMany, Unauthenticated
from unificx.identity.errors import RecoveryOver
from unificx.identity.invitations import CODE_BYTES, Invitations
from unificx.identity.policies import token_rotation, validation
from unificx.identity.ports import EVERYWHERE
from unificx.identity.repository import accounts, credentials, links
from unificx.identity.schemas import Admission, Arrival, Language, Person, Source

RECOVERY_LIFETIME = timedelta(minutes=30)
MOST_ON_THEIR_WAY = 3
"""Valid links per user at a time: prevents flooding a mailbox and keeps earlier links valid."""
MOST_ERRANDS = 200


class Recovery(Invitations):
    """Password recovery."""

    @property
    def sends_mail(self) -> bool:
        """Whether recovery e-mails can be sent."""
        return self._courier.mails

    def ask_recovery(
        self, email: str, tenant_id: str | None, link: Callable[[str], str], language: Language, source: Source
    ) -> None:
        """Send a link if the address has an active account; returns before the lookup. Raise TooManyRequests."""
        address = validation.email_key(email)
        self._slow_down(f"recovery {address}", source)
        if len(self._errands) >= MOST_ERRANDS:
            raise TooMany("Too many requests right now.", retry_after=2.0)
        self._later(self._send_recovery(address, tenant_id or EVERYWHERE, link, language))

    async def finish_recovery(self, code: str, password: str, arrival: Arrival) -> Admission:
        """Set a new password and sign in; all sessions end. Raise RecoveryLinkExpired, Invalid, TooManyRequests.

        A second factor is still required: access to the mailbox does not replace it.
        """
        validation.password(password)
        self._slow_down("", arrival.source)
        digest = token_rotation.digest(code)
        async with self._database.read() as session:
            if await links.find(session, "recovery", digest, self._clock.now()) is None:
                raise _over()
        self._guesses.succeeded("", arrival.source.address, self._clock.monotonic())
        hashed = await self._passwords.hash(password)
        async with self._changing() as change:
            found = await links.find(change.session, "recovery", digest, self._clock.now())
            if found is None:
                raise _over()
            try:
                account = await self._account(change, found.tenant_id, found.person_id)
            except Unauthenticated:
                raise _over() from None
            if account.state != "active" or not self._tenant_works(account.tenant_id):
                raise _over()
            person = await self._person(change, found.tenant_id, found.person_id)
            await self._set_password(change, person, hashed, must_change=False)
            await links.drop_of(change.session, found.tenant_id, found.person_id)
            await self._end_sessions(change, found.tenant_id, found.person_id)
            self._tickets.drop_of(found.person_id)
            outcome = await self._admit(change, replace(account, hash=hashed, must_change=False), arrival)
        self._later(self._tell(found.tenant_id, found.person_id, "password_changed", ""))
        return outcome

    async def _send_recovery(self, address: str, scope: str, link: Callable[[str], str], language: Language) -> None:
        code = token_rotation.encoded(self._clock.random_bytes(CODE_BYTES))
        person = await self._link_for(address, scope, token_rotation.digest(code))
        if person is not None:
            await self._courier.recovery(person, link(code), language)

    async def _link_for(self, address: str, scope: str, digest: str) -> Person | None:
        now = self._clock.now()
        async with self._changing() as change:
            subject = await self._owner_of_email(change.session, scope, address)
            account = await credentials.account(change.session, self._keys, subject or "")
            if account is None or account.state != "active" or not self._tenant_works(account.tenant_id):
                return None
            who = (account.tenant_id, account.person_id)
            if not self._courier.mails or await links.count(change.session, *who, "recovery", now) >= MOST_ON_THEIR_WAY:
                return None
            expires = now + RECOVERY_LIFETIME
            await links.add(change.session, links.Link(self._clock.new_id(), *who, "recovery", digest, expires))
            return await accounts.person(change.session, self._keys, *who)


def _over() -> RecoveryOver:
    return RecoveryOver("This link was already used or has expired.", hint="Request a new one.")
