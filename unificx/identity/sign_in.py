"""Password sign-in."""

from dataclasses import replace

from unificx.core.errors import Unauthenticated
from unificx.identity.attempts import Attempts
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.first_factor import FirstFactor
from unificx.identity.password_changes import PasswordStore
from unificx.identity.policies import validation
from unificx.identity.ports import INSTALLATION_SCOPE
from unificx.identity.repository import credentials
from unificx.identity.schemas import SignInContext, SignInResult
from unificx.identity.store import IdentityStore

_WRONG_CREDENTIALS = "The e-mail address or the password is wrong."


class SignIn:
    """Sign-in with e-mail address and password."""

    def __init__(
        self,
        store: IdentityStore,
        emails: EmailAliases,
        passwords: PasswordStore,
        attempts: Attempts,
        first_factor: FirstFactor,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._emails = emails
        self._passwords = passwords
        self._attempts = attempts
        self._first_factor = first_factor

    async def by_password(
        self, email: str, password: str, context: SignInContext, tenant_id: str | None = None
    ) -> SignInResult:
        """Return a session, or a ticket if a second factor is required.

        Without `tenant_id` the address is looked up in the whole installation. An unknown address and a wrong password
        raise the same Unauthenticated after the same work; a suspended account raises AccountSuspended only to its
        owner. Guessing is throttled (TooManyRequests), for unknown addresses too.
        """
        address = validation.email_key(email)
        attempt = await self._attempts.check(address, context.source)
        async with self._store.read() as session:
            subject = await self._emails.owner(session, tenant_id or INSTALLATION_SCOPE, address)
            account = await credentials.account(session, self._keys, subject or "")
        matches = await self._passwords.verify(account.hash if account is not None else None, password)
        if account is None or not matches or account.state not in ("active", "suspended"):
            raise Unauthenticated(_WRONG_CREDENTIALS)
        await self._attempts.record_success(attempt)
        renewed = await self._passwords.renewed_hash(account.hash, password)
        async with self._store.transaction() as tx:
            current = await credentials.account(tx.session, self._keys, account.subject)
            if current is None or current.hash != account.hash or current.state not in ("active", "suspended"):
                raise Unauthenticated(_WRONG_CREDENTIALS)  # changed during the password check
            if renewed is not None:
                await credentials.set_password(
                    tx.session, self._keys, replace(account, hash=renewed), self._clock.now()
                )
            return await self._first_factor.finish(tx, current, context, by=current.password_by)
