"""The room's use cases: accounts, their phones, and who may come in.

Every method that changes something commits by itself and refreshes the `directory` before it returns. Methods take the
tenant's id; `tenant()` finds one by id or slug. Refusals are `kernel.errors.Refused`. Who may call what is decided by
the caller with `rules.may`.
"""

from unificx.people.contracts import (
    Demo,
    Device,
    DeviceChange,
    Extension,
    ExtensionChange,
    FirstOperator,
    MadeDevice,
    MadeExtension,
    NewDevice,
    NewExtension,
    NewPerson,
    NewTenant,
    Page,
    Person,
    PersonChange,
    Principal,
    Session,
    SignedIn,
    Source,
    Tenant,
    TenantChange,
)
from unificx.people.directory import Directory


class People:
    """Accounts, their phones, and who may come in."""

    directory: Directory

    def __init__(self, database, keys, clock, bus) -> None: ...

    async def start(self) -> None:
        """Load the directory. Call once, after the migrations."""

    async def first_start(self, email: str = "admin@unificx.example") -> FirstOperator | None:
        """Make the operator's tenant and its first person; None if they exist already."""

    async def create_demo(self) -> Demo | None:
        """Make tenant `demo` (domain demo.example) with extensions 1001-1004; None if it exists already."""

    # tenants
    async def create_tenant(self, new: NewTenant) -> Tenant: ...
    async def list_tenants(self, cursor: str | None = None, limit: int = 100) -> Page[Tenant]: ...
    async def tenant(self, reference: str) -> Tenant: ...
    async def update_tenant(self, tenant_id: str, change: TenantChange) -> Tenant: ...
    async def delete_tenant(self, tenant_id: str) -> None: ...

    # persons
    async def create_person(self, tenant_id: str, new: NewPerson) -> Person: ...
    async def list_persons(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Person]: ...
    async def person(self, tenant_id: str, person_id: str) -> Person: ...
    async def update_person(self, tenant_id: str, person_id: str, change: PersonChange) -> Person: ...
    async def close_person(self, tenant_id: str, person_id: str) -> None: ...
    async def set_password(self, tenant_id: str, person_id: str, password: str) -> None: ...

    # extensions
    async def create_extension(self, tenant_id: str, new: NewExtension) -> MadeExtension: ...
    async def list_extensions(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Extension]: ...
    async def extension(self, tenant_id: str, reference: str) -> Extension:
        """By id or number."""
        ...

    async def update_extension(self, tenant_id: str, extension_id: str, change: ExtensionChange) -> Extension: ...
    async def delete_extension(self, tenant_id: str, extension_id: str) -> None: ...

    # devices
    async def create_device(self, tenant_id: str, new: NewDevice) -> MadeDevice: ...
    async def list_devices(
        self, tenant_id: str, extension_id: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> Page[Device]: ...
    async def device(self, tenant_id: str, device_id: str) -> Device: ...
    async def update_device(self, tenant_id: str, device_id: str, change: DeviceChange) -> Device: ...
    async def renew_device(self, tenant_id: str, device_id: str) -> MadeDevice:
        """A new password; the old one stops working at once."""
        ...

    async def delete_device(self, tenant_id: str, device_id: str) -> None: ...
    async def device_used(self, tenant_id: str, device_id: str) -> None:
        """Note the day of a registration; at most one write a day and device."""

    # coming in
    async def sign_in(self, email: str, password: str, source: Source, tenant_id: str | None = None) -> SignedIn: ...
    async def authenticate(self, token: str) -> Principal: ...
    async def sign_out(self, token: str) -> None: ...
    async def list_sessions(self, tenant_id: str, person_id: str) -> tuple[Session, ...]: ...
    async def revoke_session(self, tenant_id: str, person_id: str, session_id: str) -> None: ...
