"""What call set-up asks, answered from memory.

Loaded at the start and refreshed right after each commit that changes it, so a deleted device is refused at once and no
call waits for the database.
"""

from unificx.people.contracts import DeviceAuth, Extension, Tenant


class Directory:
    """Look-ups by what a SIP message names. Nothing here awaits."""

    def __init__(self) -> None:
        self._tenants: dict[str, Tenant] = {}
        self._by_domain: dict[str, str] = {}
        self._extensions: dict[str, Extension] = {}
        self._by_number: dict[tuple[str, str], str] = {}
        self._devices: dict[str, DeviceAuth] = {}
        self._by_username: dict[str, str] = {}
        self._of_extension: dict[str, tuple[str, ...]] = {}
        self._subjects: dict[str, str] = {}

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self._tenants.get(tenant_id)

    def tenant_by_domain(self, domain: str) -> Tenant | None:
        """The tenant of a SIP domain, in any case of letters; suspended ones too (see `Tenant.active`)."""
        return self._tenants.get(self._by_domain.get(domain.lower(), ""))

    def default_tenant(self) -> Tenant | None:
        """The oldest active tenant that is not the operator's: for phones that name no domain of ours."""
        raise NotImplementedError

    def extension(self, tenant_id: str, number: str) -> Extension | None:
        return self._extensions.get(self._by_number.get((tenant_id, number), ""))

    def extension_by_id(self, extension_id: str) -> Extension | None:
        return self._extensions.get(extension_id)

    def device(self, device_id: str) -> DeviceAuth | None:
        return self._devices.get(device_id)

    def device_by_username(self, username: str) -> DeviceAuth | None:
        return self._devices.get(self._by_username.get(username, ""))

    def devices_of(self, extension_id: str) -> tuple[DeviceAuth, ...]:
        return tuple(self._devices[device] for device in self._of_extension.get(extension_id, ()))

    def display_name(self, extension: Extension) -> str:
        """What a phone shows beside the number."""
        return extension.name

    def person_subject(self, person_id: str) -> str | None:
        return self._subjects.get(person_id)
