"""Aliases that map the e-mail address of an account to its subject without storing the address."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import current_access, stating
from unificx.core.errors import Conflict
from unificx.identity.policies import validation
from unificx.identity.ports import INSTALLATION_SCOPE
from unificx.identity.repository import accounts, credentials
from unificx.identity.schemas import Person
from unificx.identity.store import IdentityStore, Transaction
from unificx.privacy import KeyStore

EMAIL_ALIAS = "email"
"""Alias kind of an e-mail address."""


async def bind_moved_addresses(session: AsyncSession, keys: KeyStore, tenant_id: str) -> None:
    """Bind the addresses of a tenant that has moved here in the whole installation, unless another account has them."""
    rows = await accounts.person_rows(session, tenant_id)
    persons = [one for one in accounts.open_persons(keys, tenant_id, rows) if one.email]
    addresses = [(INSTALLATION_SCOPE, validation.email_key(one.email), one.subject) for one in persons]
    keys.bind_free(EMAIL_ALIAS, addresses)


class EmailAliases:
    """E-mail aliases of accounts, per tenant and for the whole installation."""

    def __init__(self, store: IdentityStore) -> None:
        self._keys = store.keys

    async def owner(self, session: AsyncSession, scope: str, address: str) -> str | None:
        """Return the subject of the account that has the address now. `scope`: a tenant id or INSTALLATION_SCOPE.

        The alias alone is not proof: after a rollback it may point to a user with another address.
        """
        subject = self._keys.find(scope, EMAIL_ALIAS, address)
        with stating(current_access().to("authentication")):  # it opens the secret of the account too
            account = await credentials.account(session, self._keys, subject) if subject is not None else None
        if account is None:
            return None
        person = await accounts.person(session, self._keys, account.tenant_id, account.person_id)
        return subject if person is not None and validation.email_key(person.email) == address else None

    async def bind(self, tx: Transaction, person: Person) -> None:
        """Bind the address to the user, in the tenant and, if not bound there yet, in the whole installation.

        Bound before the commit: an alias without an account is harmless (`owner` checks the account), but a user
        without an alias could not sign in. Raise Conflict if the address has another account in the tenant.
        """
        if not person.email:
            return
        address = validation.email_key(person.email)
        if all(self._is_bound(scope, address, person.subject) for scope in (person.tenant_id, INSTALLATION_SCOPE)):
            return
        owner = await self.owner(tx.session, person.tenant_id, address)
        if owner not in (None, person.subject):
            raise Conflict("This e-mail address already has an account.", field="email")
        self._rebind(person.tenant_id, address, person.subject)
        if await self.owner(tx.session, INSTALLATION_SCOPE, address) is None:
            self._rebind(INSTALLATION_SCOPE, address, person.subject)

    def reserve(self, tenant_id: str, addresses: Mapping[str, str]) -> None:
        """Bind the addresses of many new users, with their subjects, before `bind`, which is left with those that are
        bound already. Each transaction of the key store blocks the event loop until the disk has it."""
        scopes = (tenant_id, INSTALLATION_SCOPE)
        keys = [(validation.email_key(address), subject) for address, subject in addresses.items()]
        self._keys.bind_free(EMAIL_ALIAS, [(scope, *each) for scope in scopes for each in keys])

    def release(self, person: Person) -> None:
        """Remove the aliases of the user's address that are bound to the user."""
        address = validation.email_key(person.email)
        for scope in (person.tenant_id, INSTALLATION_SCOPE):
            if address and self._is_bound(scope, address, person.subject):
                self._keys.unbind(scope, EMAIL_ALIAS, address)

    def _is_bound(self, scope: str, address: str, subject: str) -> bool:
        return self._keys.find(scope, EMAIL_ALIAS, address) == subject

    def _rebind(self, scope: str, address: str, subject: str) -> None:
        bound = self._keys.find(scope, EMAIL_ALIAS, address)
        if bound == subject:
            return
        if bound is not None:
            self._keys.unbind(scope, EMAIL_ALIAS, address)
        self._keys.bind(scope, EMAIL_ALIAS, address, subject)
