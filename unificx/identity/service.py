"""Identity service: accounts, devices, authentication.

Every modifying method commits its own transaction and updates the `directory` before it returns. Methods take tenant
ids; `tenant()` resolves a short name. Errors are subclasses of `core.errors.DomainError`. Authorization is up to the
caller, with `may`.
"""

from unificx.core.clock import Clock
from unificx.db.database import Database
from unificx.identity.cache import OPERATOR
from unificx.identity.passwords import Passwords
from unificx.identity.ports import Courier, Fetch, KeyRing, NoCourier, no_fetch
from unificx.identity.recovery import Recovery
from unificx.identity.repository import accounts, phones
from unificx.identity.schemas import Demo, FirstOperator, NewExtension, NewPerson, NewTenant, Role
from unificx.identity.service_base import Tools
from unificx.identity.sign_in import ONE_TIME_BYTES
from unificx.identity.single_sign_on import SingleSignOn

_DEMO = {"1001": "Reception", "1002": "Ada Example", "1003": "Ben Example", "1004": "Cleo Example"}


class People(Recovery, SingleSignOn):
    """Facade of all identity services, and the initial setup of an installation."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        clock: Clock,
        *,
        passwords: Passwords | None = None,
        courier: Courier | None = None,
        fetch: Fetch = no_fetch,
    ) -> None:
        super().__init__(Tools(database, keys, clock, passwords or Passwords(), courier or NoCourier(), fetch))

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
                self.directory.put_person(known, barred=known.state == "suspended")

    async def first_start(self, email: str = "admin@unificx.example") -> FirstOperator | None:
        """Create the operator's tenant and its first user; return None if they exist."""
        tenant = self.directory.tenant_by_slug(OPERATOR)
        if tenant is None:
            tenant = await self.create_tenant(NewTenant(OPERATOR, "Operator", "operator.invalid"))
        if (await self.list_persons(tenant.id, limit=1)).items:
            return None
        password = self._characters(ONE_TIME_BYTES)
        hashed = await self._passwords.hash(password)
        async with self._changing() as change:
            person = await self._add_person(change, tenant.id, NewPerson("Operator", email, Role.OPERATOR), "active")
            await self._set_password(change, person, hashed, must_change=True)
        return FirstOperator(person.id, person.email, password)

    async def create_demo(self) -> Demo | None:
        """Create tenant `demo` (domain demo.example) with extensions 1001-1004; return None if it exists."""
        if self.directory.tenant_by_slug("demo") is not None:
            return None
        tenant = await self.create_tenant(NewTenant("demo", "Demo", "demo.example"))
        logins = {}
        for number, name in _DEMO.items():
            email = f"{name.split()[0].lower()}@demo.example"
            made = await self.create_extension(tenant.id, NewExtension(number, name, email))
            logins[number] = made.login
        return Demo(tenant, logins)
