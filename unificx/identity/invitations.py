"""Invitations, and acceptance of terms and policy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict, Invalid, Unauthenticated
from unificx.identity import terms
from unificx.identity.errors import InvitationOver, NotOfAge
from unificx.identity.models import AcceptancePart
from unificx.identity.policies import token_rotation, validation
from unificx.identity.qr_sign_in import Codes
from unificx.identity.repository import accounts, credentials, links
from unificx.identity.schemas import Acceptance, Admission, Arrival, Invitation, Invited, Language, Principal, Source
from unificx.identity.service_base import Change

INVITATION_LIFETIME = timedelta(days=7)
CODE_BYTES = 24


class Invitations(Codes):
    """Invitations and acceptance of terms."""

    async def invite(
        self, tenant_id: str, person_id: str, link: Callable[[str], str], language: Language
    ) -> Invitation:
        """Send a user a single-use link to set a password. `link` builds the URL from a code.

        Raise NotFound, Invalid without an e-mail address, Conflict for a user who has a password.
        """
        code = token_rotation.encoded(self._clock.random_bytes(CODE_BYTES))
        expires = self._clock.now() + INVITATION_LIFETIME
        async with self._changing() as change:
            person = await self._person(change, tenant_id, person_id)
            account = await self._account(change, tenant_id, person_id)
            if not person.email:
                raise Invalid("The user has no e-mail address.", field="person_id")
            if account.hash is not None or account.state == "suspended":
                raise Conflict("The user already has an account.", hint="Use the password reset instead.")
            await links.drop_of(change.session, tenant_id, person_id)
            new_id, digest = self._clock.new_id(), token_rotation.digest(code)
            await links.add(change.session, links.Link(new_id, tenant_id, person_id, "invitation", digest, expires))
        if not self._courier.mails:
            return Invitation(False, expires, link(code))
        await self._courier.invitation(person, link(code), language)
        return Invitation(True, expires, None)

    async def look_at_invitation(self, code: str, source: Source) -> Invited:
        """Return the content of an invitation. Raise InvitationExpired, TooManyRequests."""
        found = await self._invitation(code, source)
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, found.tenant_id, found.person_id)
        if person is None:
            raise _over()
        return Invited(person.name, self._tenant(found.tenant_id).name, person.email)

    async def accept_invitation(self, code: str, password: str, said: Acceptance, arrival: Arrival) -> Admission:
        """Set the first password and sign in. Raise InvitationExpired, NotOfAge, Invalid, TooManyRequests.

        For a user who is not of age only that answer is stored, and the invitation is used up.
        """
        validation.password(password)
        found = await self._invitation(code, arrival.source)
        if said.of_age:
            _check_versions(said)
            hashed = await self._passwords.hash(password)
            async with self._changing() as change:
                account = await self._use_up(change, found)
                await self._say(change, account, said)
                person = await self._person(change, found.tenant_id, found.person_id)
                await self._set_password(change, person, hashed, must_change=False)
                return await self._admit(change, replace(account, hash=hashed), arrival)
        async with self._changing() as change:
            await self._say(change, await self._use_up(change, found), said)
        raise _not_of_age()

    async def accept_terms(self, principal: Principal, said: Acceptance) -> None:
        """Accept the current terms and policy. Raise NotOfAge, which ends every session, and Invalid."""
        if said.of_age:
            _check_versions(said)
        async with self._changing() as change:
            account = await self._account(change, principal.tenant_id, principal.person_id)
            await self._say(change, account, said)
            if not said.of_age:
                await self._end_sessions(change, principal.tenant_id, principal.person_id)
        if not said.of_age:
            raise _not_of_age()

    # internal helpers

    async def _invitation(self, code: str, source: Source) -> links.Link:
        self._slow_down("", source)
        async with self._database.read() as session:
            found = await links.find(session, "invitation", token_rotation.digest(code), self._clock.now())
        if found is None or not self._tenant_works(found.tenant_id):
            raise _over()
        self._guesses.succeeded("", source.address, self._clock.monotonic())
        return found

    async def _use_up(self, change: Change, found: links.Link) -> credentials.Account:
        """Consume the link and return its account. Raise InvitationExpired if it was consumed concurrently."""
        if await links.find(change.session, found.kind, found.digest, self._clock.now()) is None:
            raise _over()
        await links.drop_of(change.session, found.tenant_id, found.person_id)
        try:
            account = await self._account(change, found.tenant_id, found.person_id)
        except Unauthenticated:
            raise _over() from None
        if account.hash is not None or account.state == "suspended":
            raise _over()
        return account

    async def _say(self, change: Change, account: credentials.Account, said: Acceptance) -> None:
        part = AcceptancePart(said.of_age, said.terms_version, said.policy_version)
        if not said.of_age:
            part = AcceptancePart(False, "", "")
        await credentials.add_acceptance(
            change.session, self._keys, account, part, acceptance_id=self._clock.new_id(), at=self._clock.now()
        )


def _check_versions(said: Acceptance) -> None:
    for field, given, present in (
        ("terms_version", said.terms_version, terms.TERMS_VERSION),
        ("policy_version", said.policy_version, terms.POLICY_VERSION),
    ):
        if given != present:
            raise Invalid("There is a newer version.", hint="Read and accept the current version.", field=field)


def _over() -> InvitationOver:
    return InvitationOver("This invitation was used or has expired.", hint="Ask your administrator for a new one.")


def _not_of_age() -> NotOfAge:
    return NotOfAge("You must be 18 or older.", hint="Only your answer was stored.")
