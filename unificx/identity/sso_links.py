"""Links between accounts and identities at the provider of a tenant."""

from urllib.parse import urlsplit

from unificx.core.errors import Conflict
from unificx.identity import oidc
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.errors import NotLinked
from unificx.identity.factor_records import FactorRecords
from unificx.identity.factor_schemas import SsoTestResult
from unificx.identity.policies import validation
from unificx.identity.repository import credentials, providers
from unificx.identity.schemas import Principal
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.store import IdentityStore, Transaction

SSO_ALIAS = "single_sign_on"
"""Alias kind of an SSO identity."""


class SsoLinks:
    """Accounts are found by an alias of issuer and subject, or linked once by a verified e-mail address if the tenant
    allows it. No accounts are created."""

    def __init__(
        self, store: IdentityStore, emails: EmailAliases, factors: FactorRecords, notices: SecurityNotices
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._directory = store.directory
        self._emails = emails
        self._factors = factors
        self._notices = notices

    async def is_linked(self, principal: Principal) -> bool:
        """Whether an SSO identity is linked to the caller's account."""
        subject = self._directory.person_subject(principal.person_id)
        return subject is not None and self._keys.is_bound(principal.tenant_id, SSO_ALIAS, subject)

    async def unlink(self, principal: Principal) -> None:
        """Unlink the caller's account. Raise StepUpRequired; Conflict without another sign-in method."""
        async with self._store.transaction() as tx:
            await self._factors.require_step_up(tx, principal)
            account = await self._store.account(tx.session, principal.tenant_id, principal.person_id)
            if account.hash is None:
                raise Conflict("This is your only sign-in method.", hint="Set a password first.")
        self._keys.unbind_all(account.tenant_id, SSO_ALIAS, account.subject)
        self._notices.send(account.tenant_id, account.person_id, "factor_changed", "")

    async def link(self, flow: oidc.AuthorizationFlow, found: oidc.Identity) -> None:
        """Link the identity to the account that started the flow. Raise Conflict if another account has it."""
        async with self._store.transaction() as tx:
            account = await self._store.account(tx.session, flow.tenant_id, flow.person_id)
            other = await self._linked_to(tx, flow.tenant_id, _alias_of(found))
            if other is not None and other.person_id != account.person_id:
                raise Conflict("This identity is linked to another account.", hint="Ask your administrator.")
            self._bind(tx, account, found)

    async def account_of_identity(
        self, tx: Transaction, provider: providers.StoredProvider, found: oidc.Identity
    ) -> credentials.SignInAccount:
        """Return the account of the identity. Raise NotLinked."""
        account = await self._linked_to(tx, provider.tenant_id, _alias_of(found))
        if account is None:
            account = await self._account_of_address(tx, provider, found)
            if account is not None:
                self._bind(tx, account, found)
        if account is None:
            raise NotLinked(
                "Your single sign-on identity is not linked to an account.",
                hint="Sign in another way and link it, or ask your administrator.",
            )
        return account

    async def test_identity(
        self, tx: Transaction, provider: providers.StoredProvider, found: oidc.Identity, person_id: str
    ) -> SsoTestResult:
        """Return which account a sign-in with the identity would open; link none. `person_id`: the user who tests."""
        account = await self._linked_to(tx, provider.tenant_id, _alias_of(found))
        account = account or await self._account_of_address(tx, provider, found)
        if account is not None:
            return "own_account" if account.person_id == person_id else "other_account"
        if not provider.link_by_email:
            return "not_linked"
        return "no_account" if found.email else "no_email"

    async def _account_of_address(
        self, tx: Transaction, provider: providers.StoredProvider, found: oidc.Identity
    ) -> credentials.SignInAccount | None:
        """Return the account with the address that the provider has verified, if the tenant lets it identify one."""
        if not provider.link_by_email or not found.email:
            return None
        owner = await self._emails.owner(tx.session, provider.tenant_id, validation.email_key(found.email))
        return await self._account_of(tx, provider.tenant_id, owner)

    async def _linked_to(self, tx: Transaction, tenant_id: str, name: str) -> credentials.SignInAccount | None:
        return await self._account_of(tx, tenant_id, self._keys.find(tenant_id, SSO_ALIAS, name))

    async def _account_of(
        self, tx: Transaction, tenant_id: str, subject: str | None
    ) -> credentials.SignInAccount | None:
        account = await credentials.account(tx.session, self._keys, subject or "")
        return account if account is not None and account.tenant_id == tenant_id else None

    def _bind(self, tx: Transaction, account: credentials.SignInAccount, found: oidc.Identity) -> None:
        """Link the identity exclusively to the account, and notify its user."""
        name = _alias_of(found)
        if self._keys.find(account.tenant_id, SSO_ALIAS, name) != account.subject:
            self._keys.unbind(account.tenant_id, SSO_ALIAS, name)
            self._keys.bind(account.tenant_id, SSO_ALIAS, name, account.subject)
        account_key, provider_host = (account.tenant_id, account.person_id), urlsplit(found.issuer).netloc
        tx.on_commit.append(lambda: self._notices.send(*account_key, "factor_changed", provider_host))


def _alias_of(found: oidc.Identity) -> str:
    return f"{found.issuer} {found.subject}"
