"""First objects of an installation: the operator, and the demo tenant."""

from dataclasses import dataclass, field

from unificx.identity.cache import OPERATOR_SLUG
from unificx.identity.extensions import Extensions
from unificx.identity.password_changes import PasswordStore
from unificx.identity.schemas import NewExtension, NewPerson, NewTenant, Role, SipLogin, Tenant
from unificx.identity.store import IdentityStore
from unificx.identity.tenants import Tenants
from unificx.identity.users import Users

_DEMO_EXTENSIONS = {"1001": "Reception", "1002": "Ada Example", "1003": "Ben Example", "1004": "Cleo Example"}


@dataclass(frozen=True, slots=True)
class InitialOperator:
    """Operator created at the first start, with a one-time password."""

    person_id: str
    email: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """Demo tenant and one SIP login per extension number."""

    tenant: Tenant
    logins: dict[str, SipLogin] = field(repr=False)


class InitialSetup:
    """Creates the operator and the demo tenant if they are missing."""

    def __init__(
        self, store: IdentityStore, tenants: Tenants, users: Users, extensions: Extensions, passwords: PasswordStore
    ) -> None:
        self._store = store
        self._directory = store.directory
        self._tenants = tenants
        self._users = users
        self._extensions = extensions
        self._passwords = passwords

    async def create_operator(self, email: str = "admin@unificx.example") -> InitialOperator | None:
        """Create the operator's tenant and its first user; return None if they exist."""
        tenant = self._directory.operator()
        if tenant is None:
            tenant = await self._tenants.create(NewTenant(OPERATOR_SLUG, "Operator", "operator.invalid"))
        if (await self._users.page(tenant.id, limit=1)).items:
            return None
        password, hashed = await self._passwords.one_time_password()
        async with self._store.transaction() as tx:
            person = await self._users.add(tx, tenant.id, NewPerson("Operator", email, Role.OPERATOR), "active")
            await self._passwords.write(tx, person, hashed, must_change=True)
        return InitialOperator(person.id, person.email, password)

    async def create_demo_tenant(self) -> DemoTenant | None:
        """Create tenant `demo` (domain demo.example) with extensions 1001-1004; return None if it exists."""
        if self._directory.tenant_by_slug("demo") is not None:
            return None
        tenant = await self._tenants.create(NewTenant("demo", "Demo", "demo.example"))
        logins = {}
        for number, name in _DEMO_EXTENSIONS.items():
            email = f"{name.split()[0].lower()}@demo.example"
            made = await self._extensions.create(tenant.id, NewExtension(number, name, email))
            logins[number] = made.login
        return DemoTenant(tenant, logins)
