"""The way back in for somebody who lost their password: a link to their e-mail address, good once and for half an hour.

Whoever asks learns nothing: the answer is given before anything is looked up.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.kernel.errors import TooMany, Unauthenticated
from unificx.people.contracts import Admission, Arrival, Language, Person, Source
from unificx.people.invitations import CODE_BYTES, Invitations
from unificx.people.ports import EVERYWHERE
from unificx.people.queries import accounts, entry, links
from unificx.people.refusals import RecoveryOver
from unificx.people.rules import rotation, values

RECOVERY_LIFETIME = timedelta(minutes=30)
MOST_ON_THEIR_WAY = 3
"""Letters to one person at a time: nobody's mailbox is filled, and the ones already there stay good."""
MOST_ERRANDS = 200


class Recovery(Invitations):
    """Coming in again."""

    @property
    def sends_mail(self) -> bool:
        """Whether a way back in can be sent at all."""
        return self._courier.mails

    def ask_recovery(
        self, email: str, tenant_id: str | None, link: Callable[[str], str], language: Language, source: Source
    ) -> None:
        """Have a link sent, if the address has an active account; returns before that is known. Raises TooMany."""
        address = values.email_key(email)
        self._slow_down(f"recovery {address}", source)
        if len(self._errands) >= MOST_ERRANDS:
            raise TooMany("Too many people are asking at this moment.", retry_after=2.0)
        self._later(self._send_recovery(address, tenant_id or EVERYWHERE, link, language))

    async def finish_recovery(self, code: str, password: str, arrival: Arrival) -> Admission:
        """Set a new password by the link's code and come in; every session ends. Raises RecoveryOver, Invalid, TooMany.

        A second factor is asked for as ever: who reads somebody's mail has not got that.
        """
        values.password(password)
        self._slow_down("", arrival.source)
        digest = rotation.digest(code)
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
        code = rotation.encoded(self._clock.random_bytes(CODE_BYTES))
        person = await self._link_for(address, scope, rotation.digest(code))
        if person is not None:
            await self._courier.recovery(person, link(code), language)

    async def _link_for(self, address: str, scope: str, digest: str) -> Person | None:
        now = self._clock.now()
        async with self._changing() as change:
            subject = await self._owner_of_email(change.session, scope, address)
            account = await entry.account(change.session, self._keys, subject or "")
            if account is None or account.state != "active" or not self._tenant_works(account.tenant_id):
                return None
            who = (account.tenant_id, account.person_id)
            if not self._courier.mails or await links.count(change.session, *who, "recovery", now) >= MOST_ON_THEIR_WAY:
                return None
            expires = now + RECOVERY_LIFETIME
            await links.add(change.session, links.Link(self._clock.new_id(), *who, "recovery", digest, expires))
            return await accounts.person(change.session, self._keys, *who)


def _over() -> RecoveryOver:
    return RecoveryOver("This link was used, or has expired.", hint="Ask for another one.")
