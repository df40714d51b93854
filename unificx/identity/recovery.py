"""Password recovery: a single-use link by e-mail, valid for half an hour.

The response is sent before any lookup, so that it does not reveal whether an account exists.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from unificx.core.errors import TooManyRequests, Unauthenticated
from unificx.identity.attempts import Attempts
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.errors import RecoveryLinkExpired
from unificx.identity.first_factor import FirstFactor
from unificx.identity.password_changes import Passwords
from unificx.identity.policies import token_rotation, validation
from unificx.identity.ports import INSTALLATION_SCOPE, AccountNotifier
from unificx.identity.repository import accounts, credentials, links
from unificx.identity.schemas import Language, Person, SignInContext, SignInResult, Source
from unificx.identity.security_notices import LoggedTasks
from unificx.identity.store import IdentityStore

RECOVERY_LIFETIME = timedelta(minutes=30)
MAX_PENDING_LINKS = 3
"""Valid links per user at a time: prevents flooding a mailbox and keeps earlier links valid."""
MAX_BACKGROUND_TASKS = 200
CODE_BYTES = 24


class Recovery:
    """Password recovery."""

    def __init__(
        self,
        store: IdentityStore,
        emails: EmailAliases,
        passwords: Passwords,
        first_factor: FirstFactor,
        *,
        attempts: Attempts,
        notifier: AccountNotifier,
        background: LoggedTasks,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._emails = emails
        self._passwords = passwords
        self._first_factor = first_factor
        self._attempts = attempts
        self._notifier = notifier
        self._background = background

    @property
    def can_send_email(self) -> bool:
        """Whether recovery e-mails can be sent."""
        return self._notifier.can_send

    async def request(
        self, email: str, tenant_id: str | None, link: Callable[[str], str], language: Language, source: Source
    ) -> None:
        """Send a link if the address has an active account; returns before the lookup. Raise TooManyRequests."""
        address = validation.email_key(email)
        await self._attempts.check(f"recovery {address}", source)
        if len(self._background) >= MAX_BACKGROUND_TASKS:
            raise TooManyRequests("Too many requests right now.", retry_after=2.0)
        self._background.spawn(self._send_recovery(address, tenant_id or INSTALLATION_SCOPE, link, language))

    async def complete(self, code: str, password: str, context: SignInContext) -> SignInResult:
        """Set a new password and sign in; all sessions end. Raise RecoveryLinkExpired, Invalid, TooManyRequests.

        A second factor is still required: access to the mailbox does not replace it.
        """
        validation.password(password)
        attempt = await self._attempts.check("", context.source)
        digest = token_rotation.digest(code)
        async with self._store.read() as session:
            if await links.find(session, "recovery", digest, self._clock.now()) is None:
                raise _link_expired()
        await self._attempts.record_success(attempt)
        hashed = await self._passwords.hash(password)
        async with self._store.transaction() as tx:
            found = await links.find(tx.session, "recovery", digest, self._clock.now())
            if found is None:
                raise _link_expired()
            try:
                account = await self._store.account(tx.session, found.tenant_id, found.person_id)
            except Unauthenticated:
                raise _link_expired() from None
            if account.state != "active" or not self._store.is_tenant_active(account.tenant_id):
                raise _link_expired()
            person = await self._store.person(tx.session, found.tenant_id, found.person_id)
            await self._passwords.replace(tx, person, hashed, must_change=False)
            await links.delete_for_person(tx.session, found.tenant_id, found.person_id)
            return await self._first_factor.finish(tx, replace(account, hash=hashed, must_change=False), context)

    async def _send_recovery(self, address: str, scope: str, link: Callable[[str], str], language: Language) -> None:
        code = token_rotation.base64url(self._clock.random_bytes(CODE_BYTES))
        person = await self._create_link(address, scope, token_rotation.digest(code))
        if person is not None:
            await self._notifier.send_recovery(person, link(code), language)

    async def _create_link(self, address: str, scope: str, digest: str) -> Person | None:
        now = self._clock.now()
        async with self._store.transaction() as tx:
            subject = await self._emails.owner(tx.session, scope, address)
            account = await credentials.account(tx.session, self._keys, subject or "")
            if account is None or account.state != "active" or not self._store.is_tenant_active(account.tenant_id):
                return None
            account_key = (account.tenant_id, account.person_id)
            if (
                not self._notifier.can_send
                or await links.count(tx.session, *account_key, "recovery", now) >= MAX_PENDING_LINKS
            ):
                return None
            expires = now + RECOVERY_LIFETIME
            await links.add(
                tx.session, links.SignInLink(self._clock.new_id(), *account_key, "recovery", digest, expires)
            )
            return await accounts.person(tx.session, self._keys, *account_key)


def _link_expired() -> RecoveryLinkExpired:
    return RecoveryLinkExpired("This link was already used or has expired.", hint="Request a new one.")
