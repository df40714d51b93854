"""Invitations of new users."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import Conflict, Invalid, Unauthenticated
from unificx.identity.acceptances import Acceptances, check_versions, not_of_age
from unificx.identity.attempts import Attempts
from unificx.identity.errors import InvitationExpired
from unificx.identity.first_factor import FirstFactor
from unificx.identity.password_changes import PasswordStore
from unificx.identity.policies import token_rotation, validation
from unificx.identity.ports import AccountNotifier
from unificx.identity.repository import accounts, credentials, links
from unificx.identity.schemas import (
    Acceptance,
    Invitation,
    InvitationPreview,
    Language,
    SignInContext,
    SignInResult,
    Source,
)
from unificx.identity.store import IdentityStore, Transaction

INVITATION_LIFETIME = timedelta(days=7)
CODE_BYTES = 24


class Invitations:
    """Invitations by a single-use link."""

    def __init__(
        self,
        store: IdentityStore,
        passwords: PasswordStore,
        acceptances: Acceptances,
        first_factor: FirstFactor,
        *,
        attempts: Attempts,
        notifier: AccountNotifier,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._passwords = passwords
        self._acceptances = acceptances
        self._first_factor = first_factor
        self._attempts = attempts
        self._notifier = notifier

    async def invite(
        self, tenant_id: str, person_id: str, link: Callable[[str], str], language: Language
    ) -> Invitation:
        """Send a user a single-use link to set a password. `link` builds the URL from a code.

        Raise NotFound, Invalid without an e-mail address, Conflict for a user who has a password.
        """
        code = token_rotation.base64url(self._clock.random_bytes(CODE_BYTES))
        expires = self._clock.now() + INVITATION_LIFETIME
        async with self._store.transaction() as tx:
            person = await self._store.person(tx.session, tenant_id, person_id)
            account = await self._store.account(tx.session, tenant_id, person_id)
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

    async def preview(self, code: str, source: Source) -> InvitationPreview:
        """Return the content of an invitation. Raise InvitationExpired, TooManyRequests."""
        found = await self._find(code, source)
        async with self._store.read() as session:
            person = await accounts.person(session, self._keys, found.tenant_id, found.person_id)
        if person is None:
            raise _expired()
        return InvitationPreview(person.name, self._store.tenant(found.tenant_id).name, person.email)

    async def accept(self, code: str, password: str, acceptance: Acceptance, context: SignInContext) -> SignInResult:
        """Set the first password and sign in. Raise InvitationExpired, NotOfAge, Invalid, TooManyRequests.

        For a user who is not of age only that answer is stored, and the invitation is used up.
        """
        validation.password(password)
        found = await self._find(code, context.source)
        if acceptance.of_age:
            check_versions(acceptance)
            hashed = await self._passwords.hash(password)
            async with self._store.transaction() as tx:
                account = await self._consume(tx, found)
                await self._acceptances.record(tx, account, acceptance)
                person = await self._store.person(tx.session, found.tenant_id, found.person_id)
                await self._passwords.write(tx, person, hashed, must_change=False)
                return await self._first_factor.finish(tx, replace(account, hash=hashed), context)
        async with self._store.transaction() as tx:
            await self._acceptances.record(tx, await self._consume(tx, found), acceptance)
        raise not_of_age()

    async def _find(self, code: str, source: Source) -> links.SignInLink:
        attempt = await self._attempts.check("", source)
        async with self._store.read() as session:
            found = await links.find(session, "invitation", token_rotation.digest(code), self._clock.now())
        if found is None or not self._store.is_tenant_active(found.tenant_id):
            raise _expired()
        await self._attempts.record_success(attempt)
        return found

    async def _consume(self, tx: Transaction, found: links.SignInLink) -> credentials.SignInAccount:
        """Consume the link and return its account. Raise InvitationExpired if it was consumed concurrently."""
        if await links.find(tx.session, found.kind, found.digest, self._clock.now()) is None:
            raise _expired()
        await links.delete_for_person(tx.session, found.tenant_id, found.person_id)
        try:
            account = await self._store.account(tx.session, found.tenant_id, found.person_id)
        except Unauthenticated:
            raise _expired() from None
        if account.hash is not None or account.state == "suspended":
            raise _expired()
        return account


def _expired() -> InvitationExpired:
    return InvitationExpired("This invitation was used or has expired.", hint="Ask your administrator for a new one.")
