"""Identity service: accounts, devices, authentication.

Every modifying method commits its own transaction and updates the `directory` before it returns. Methods take tenant
ids; `tenant()` resolves a short name. Errors are subclasses of `core.errors.DomainError`. Authorization is up to the
caller, with `may`.
"""

from unificx.core.clock import Clock
from unificx.db.database import Database
from unificx.identity.cache import OPERATOR_SLUG
from unificx.identity.passwords import PasswordHashing
from unificx.identity.ports import AccountNotifier, HttpFetch, KeyRing, NullAccountNotifier, no_fetch
from unificx.identity.recovery import Recovery
from unificx.identity.repository import accounts, phones
from unificx.identity.schemas import DemoTenant, InitialOperator, NewExtension, NewPerson, NewTenant, Role
from unificx.identity.service_base import Dependencies
from unificx.identity.sign_in import ONE_TIME_PASSWORD_BYTES
from unificx.identity.single_sign_on import SingleSignOn

_DEMO_EXTENSIONS = {"1001": "Reception", "1002": "Ada Example", "1003": "Ben Example", "1004": "Cleo Example"}


class IdentityService(Recovery, SingleSignOn):
    """Facade of all identity services, and the initial setup of an installation."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        clock: Clock,
        *,
        passwords: PasswordHashing | None = None,
        notifier: AccountNotifier | None = None,
        fetch: HttpFetch = no_fetch,
    ) -> None:
        super().__init__(
            Dependencies(
                database, keys, clock, passwords or PasswordHashing(), notifier or NullAccountNotifier(), fetch
            )
        )

    async def start(self) -> None:
        """Load the directory. Call once, after the migrations and before any other method."""
        async with self._database.read() as session:
            for tenant in await accounts.all_tenants(session):
                self.directory.put_tenant(tenant)
                for extension in await phones.all_extensions(session, self._keys, tenant.id):
                    self.directory.put_extension(extension)
                for device in await phones.all_logins(session, self._keys, tenant.id, tenant.domain):
                    self.directory.put_device(device)
            for known in await accounts.all_persons(session):
                self.directory.put_person(known, suspended=known.state == "suspended")

    async def create_initial_operator(self, email: str = "admin@unificx.example") -> InitialOperator | None:
        """Create the operator's tenant and its first user; return None if they exist."""
        tenant = self.directory.tenant_by_slug(OPERATOR_SLUG)
        if tenant is None:
            tenant = await self.create_tenant(NewTenant(OPERATOR_SLUG, "Operator", "operator.invalid"))
        if (await self.list_persons(tenant.id, limit=1)).items:
            return None
        password = self._random_characters(ONE_TIME_PASSWORD_BYTES)
        hashed = await self._passwords.hash(password)
        async with self._transaction() as tx:
            person = await self._add_person(tx, tenant.id, NewPerson("Operator", email, Role.OPERATOR), "active")
            await self._set_password(tx, person, hashed, must_change=True)
        return InitialOperator(person.id, person.email, password)

    async def create_demo_tenant(self) -> DemoTenant | None:
        """Create tenant `demo` (domain demo.example) with extensions 1001-1004; return None if it exists."""
        if self.directory.tenant_by_slug("demo") is not None:
            return None
        tenant = await self.create_tenant(NewTenant("demo", "Demo", "demo.example"))
        logins = {}
        for number, name in _DEMO_EXTENSIONS.items():
            email = f"{name.split()[0].lower()}@demo.example"
            made = await self.create_extension(tenant.id, NewExtension(number, name, email))
            logins[number] = made.login
        return DemoTenant(tenant, logins)
