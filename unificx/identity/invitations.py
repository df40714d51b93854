"""Invitations, and acceptance of terms and policy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict, Invalid, Unauthenticated
from unificx.identity import terms
from unificx.identity.errors import InvitationExpired, NotOfAge
from unificx.identity.models import AcceptancePart
from unificx.identity.policies import token_rotation, validation
from unificx.identity.qr_sign_in import QrSignIn
from unificx.identity.repository import accounts, credentials, links
from unificx.identity.schemas import (
    Acceptance,
    Invitation,
    InvitationPreview,
    Language,
    Principal,
    SignInContext,
    SignInResult,
    Source,
)
from unificx.identity.service_base import Transaction

INVITATION_LIFETIME = timedelta(days=7)
CODE_BYTES = 24


class Invitations(QrSignIn):
    """Invitations and acceptance of terms."""

    async def invite(
        self, tenant_id: str, person_id: str, link: Callable[[str], str], language: Language
    ) -> Invitation:
        """Send a user a single-use link to set a password. `link` builds the URL from a code.

        Raise NotFound, Invalid without an e-mail address, Conflict for a user who has a password.
        """
        code = token_rotation.base64url(self._clock.random_bytes(CODE_BYTES))
        expires = self._clock.now() + INVITATION_LIFETIME
        async with self._transaction() as tx:
            person = await self._person(tx, tenant_id, person_id)
            account = await self._account(tx, tenant_id, person_id)
            if not person.email:
                raise Invalid("The user has no e-mail address.", field="person_id")
            if account.hash is not None or account.state == "suspended":
                raise Conflict("The user already has an account.", hint="Use the password reset instead.")
            await links.delete_for_person(tx.session, tenant_id, person_id)
            new_id, digest = self._clock.new_id(), token_rotation.digest(code)
            await links.add(tx.session, links.SignInLink(new_id, tenant_id, person_id, "invitation", digest, expires))
        if not self._notifier.can_send:
            return Invitation(False, expires, link(code))
        await self._notifier.send_invitation(person, link(code), language)
        return Invitation(True, expires, None)

    async def preview_invitation(self, code: str, source: Source) -> InvitationPreview:
        """Return the content of an invitation. Raise InvitationExpired, TooManyRequests."""
        found = await self._find_invitation(code, source)
        async with self._database.read() as session:
            person = await accounts.person(session, self._keys, found.tenant_id, found.person_id)
        if person is None:
            raise _expired()
        return InvitationPreview(person.name, self._tenant(found.tenant_id).name, person.email)

    async def accept_invitation(
        self, code: str, password: str, acceptance: Acceptance, context: SignInContext
    ) -> SignInResult:
        """Set the first password and sign in. Raise InvitationExpired, NotOfAge, Invalid, TooManyRequests.

        For a user who is not of age only that answer is stored, and the invitation is used up.
        """
        validation.password(password)
        found = await self._find_invitation(code, context.source)
        if acceptance.of_age:
            _check_versions(acceptance)
            hashed = await self._passwords.hash(password)
            async with self._transaction() as tx:
                account = await self._consume(tx, found)
                await self._store_acceptance(tx, account, acceptance)
                person = await self._person(tx, found.tenant_id, found.person_id)
                await self._set_password(tx, person, hashed, must_change=False)
                return await self._finish_first_factor(tx, replace(account, hash=hashed), context)
        async with self._transaction() as tx:
            await self._store_acceptance(tx, await self._consume(tx, found), acceptance)
        raise _not_of_age()

    async def accept_terms(self, principal: Principal, acceptance: Acceptance) -> None:
        """Accept the current terms and policy. Raise NotOfAge, which ends every session, and Invalid."""
        if acceptance.of_age:
            _check_versions(acceptance)
        async with self._transaction() as tx:
            account = await self._account(tx, principal.tenant_id, principal.person_id)
            await self._store_acceptance(tx, account, acceptance)
            if not acceptance.of_age:
                await self._end_sessions(tx, principal.tenant_id, principal.person_id)
        if not acceptance.of_age:
            raise _not_of_age()

    # internal helpers

    async def _find_invitation(self, code: str, source: Source) -> links.SignInLink:
        self._check_throttle("", source)
        async with self._database.read() as session:
            found = await links.find(session, "invitation", token_rotation.digest(code), self._clock.now())
        if found is None or not self._is_tenant_active(found.tenant_id):
            raise _expired()
        self._throttle.record_success("", source.address, self._clock.monotonic())
        return found

    async def _consume(self, tx: Transaction, found: links.SignInLink) -> credentials.SignInAccount:
        """Consume the link and return its account. Raise InvitationExpired if it was consumed concurrently."""
        if await links.find(tx.session, found.kind, found.digest, self._clock.now()) is None:
            raise _expired()
        await links.delete_for_person(tx.session, found.tenant_id, found.person_id)
        try:
            account = await self._account(tx, found.tenant_id, found.person_id)
        except Unauthenticated:
            raise _expired() from None
        if account.hash is not None or account.state == "suspended":
            raise _expired()
        return account

    async def _store_acceptance(
        self, tx: Transaction, account: credentials.SignInAccount, acceptance: Acceptance
    ) -> None:
        part = AcceptancePart(acceptance.of_age, acceptance.terms_version, acceptance.policy_version)
        if not acceptance.of_age:
            part = AcceptancePart(False, "", "")
        await credentials.add_acceptance(
            tx.session, self._keys, account, part, acceptance_id=self._clock.new_id(), at=self._clock.now()
        )


def _check_versions(acceptance: Acceptance) -> None:
    for field, accepted, current in (
        ("terms_version", acceptance.terms_version, terms.TERMS_VERSION),
        ("policy_version", acceptance.policy_version, terms.POLICY_VERSION),
    ):
        if accepted != current:
            raise Invalid("There is a newer version.", hint="Read and accept the current version.", field=field)


def _expired() -> InvitationExpired:
    return InvitationExpired("This invitation was used or has expired.", hint="Ask your administrator for a new one.")


def _not_of_age() -> NotOfAge:
    return NotOfAge("You must be 18 or older.", hint="Only your answer was stored.")
