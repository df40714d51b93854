"""In-memory directory of tenants, extensions and devices for call setup.

Loaded at startup and updated right after each commit, so a deleted device is refused at once and no call waits for the
database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from unificx.identity.schemas import DeviceAuth, Extension, Language, Tenant

OPERATOR_SLUG = "operator"
"""Short name of the operator's own tenant, which has no devices."""


class DirectoryCache:
    """Synchronous lookups by values found in SIP messages."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._tenants: dict[str, Tenant] = {}
        self._by_domain: dict[str, Tenant] = {}
        self._by_slug: dict[str, Tenant] = {}
        self._default: Tenant | None = None
        self._extensions: dict[str, Extension] = {}
        self._by_number: dict[tuple[str, str], Extension] = {}
        self._devices: dict[str, DeviceAuth] = {}
        self._by_username: dict[str, DeviceAuth] = {}
        self._devices_by_extension: dict[str, tuple[DeviceAuth, ...]] = {}
        self._used_phones: set[str] = set()
        """Shared phones that are devices of another extension than their own."""
        self._extensions_by_person: dict[str, tuple[str, ...]] = {}
        self._subject_by_person: dict[str, str] = {}
        self._person_by_subject: dict[str, str] = {}
        self._suspended_persons: set[str] = set()
        self._languages: dict[str, Language] = {}
        """Languages of users with an explicit choice."""
        self.extension_changes = Counter[str]()
        """Number of changes of extensions, by tenant."""

    # look-ups

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self._tenants.get(tenant_id)

    def tenant_by_slug(self, slug: str) -> Tenant | None:
        return self._by_slug.get(slug)

    def operator(self) -> Tenant | None:
        """Return the tenant of the operators, which sells to the others; None before the first start is complete."""
        return self._by_slug.get(OPERATOR_SLUG)

    def tenant_by_domain(self, domain: str) -> Tenant | None:
        """Return the tenant of a SIP domain, case-insensitively, including suspended ones (see `Tenant.active`)."""
        return self._by_domain.get(domain.lower())

    def domain(self, tenant_id: str) -> str:
        """Return the SIP domain of a tenant, "" for an unknown one."""
        tenant = self._tenants.get(tenant_id)
        return tenant.domain if tenant is not None else ""

    def tenants(self) -> list[Tenant]:
        """Return all tenants, oldest first."""
        return [self._tenants[tenant_id] for tenant_id in sorted(self._tenants)]

    def default_tenant(self) -> Tenant | None:
        """Return the oldest active tenant except the operator's, for phones that use an unknown domain."""
        return self._default

    def extension(self, tenant_id: str, number: str) -> Extension | None:
        return self._by_number.get((tenant_id, number))

    def extension_by_id(self, extension_id: str) -> Extension | None:
        return self._extensions.get(extension_id)

    def find_extension(self, tenant_id: str, reference: str) -> Extension | None:
        """Return an extension of a tenant by number or id."""
        found = self.extension(tenant_id, reference) or self.extension_by_id(reference)
        return found if found is not None and found.tenant_id == tenant_id else None

    def extension_numbers(self, extension_ids: Iterable[str]) -> list[str]:
        """Return the numbers of the extensions among these that exist."""
        return [found.number for one in extension_ids if (found := self._extensions.get(one)) is not None]

    def extension_ids_of(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of a user's extensions, oldest first."""
        return self._extensions_by_person.get(person_id, ())

    def extensions_of(self, person_id: str) -> list[Extension]:
        """Return a user's extensions, oldest first."""
        return [self._extensions[extension_id] for extension_id in self.extension_ids_of(person_id)]

    def extensions(self, tenant_id: str) -> list[Extension]:
        """Return the extensions of a tenant, oldest first."""
        found = [extension for extension in self._extensions.values() if extension.tenant_id == tenant_id]
        return sorted(found, key=lambda extension: extension.id)

    def extension_counts(self) -> Mapping[str, int]:
        """Return how many extensions each tenant has; tenants without one are absent."""
        return Counter(extension.tenant_id for extension in self._extensions.values())

    def numbers_of(self, person_id: str) -> tuple[str, ...]:
        """Return the numbers of a user's extensions, oldest first."""
        return tuple([each.number for each in self.extensions_of(person_id)])

    def device(self, device_id: str) -> DeviceAuth | None:
        device = self._devices.get(device_id)
        return self._with_effective_state(device) if device is not None else None

    def device_by_username(self, username: str) -> DeviceAuth | None:
        device = self._by_username.get(username)
        return self._with_effective_state(device) if device is not None else None

    def suspended_device(self, username: str) -> DeviceAuth | None:
        """Return a device that only the suspension of its tenant or user disables: it may make emergency calls."""
        device = self._by_username.get(username)
        if device is None or not device.enabled:
            return None
        return device if self.is_suspended(device.tenant_id, device.extension_id) else None

    def is_suspended(self, tenant_id: str, extension_id: str) -> bool:
        """Return whether the tenant or the user of the extension is suspended. "": whether the tenant is."""
        tenant, extension = self._tenants.get(tenant_id), self._extensions.get(extension_id)
        owner = extension.person_id if extension is not None else None
        return tenant is None or not tenant.active or owner in self._suspended_persons

    def devices_of(self, extension_id: str) -> tuple[DeviceAuth, ...]:
        """Return every device of the extension, including disabled ones."""
        return tuple([self._with_effective_state(each) for each in self._devices_by_extension.get(extension_id, ())])

    def tenants_of_used_phones(self) -> set[str]:
        """Return the tenants with a user who is signed in at a shared phone."""
        return {self._devices[each].tenant_id for each in self._used_phones}

    def display_name(self, extension: Extension) -> str:
        """Return the caller name to display; "" for an erased user."""
        return extension.name

    def person_subject(self, person_id: str) -> str | None:
        return self._subject_by_person.get(person_id)

    @property
    def person_subjects(self) -> Set[str]:
        """The data subjects of all users."""
        return self._person_by_subject.keys()

    def language(self, tenant_id: str, person_id: str | None = None) -> Language:
        """Return the language of prompts and e-mails for a user, or of the tenant."""
        chosen = self._languages.get(person_id) if person_id is not None else None
        tenant = self._tenants.get(tenant_id)
        return chosen or (tenant.language if tenant is not None else "en")

    def time_zone(self, tenant_id: str) -> tzinfo | None:
        """Return the tenant's time zone; None for the server's own."""
        tenant = self._tenants.get(tenant_id)
        return ZoneInfo(tenant.time_zone) if tenant is not None and tenant.time_zone else None

    def park_seconds(self, tenant_id: str) -> int:
        """Return the parking timeout of the tenant, in seconds."""
        return self._tenants[tenant_id].park_seconds

    def _with_effective_state(self, device: DeviceAuth) -> DeviceAuth:
        """Return the device, with `enabled` false while its tenant or user is suspended."""
        if not device.enabled:
            return device
        if device.extension_id not in self._extensions or self.is_suspended(device.tenant_id, device.extension_id):
            return replace(device, enabled=False)
        return device

    # updates, called by this package only

    def put_tenant(self, tenant: Tenant) -> None:
        self._tenants[tenant.id] = self._by_domain[tenant.domain] = self._by_slug[tenant.slug] = tenant
        self._choose_default()

    def drop_tenant(self, tenant_id: str, subjects: Iterable[str]) -> None:
        """Remove a tenant. `subjects` are those of its users."""
        for extension in [one for one in self._extensions.values() if one.tenant_id == tenant_id]:
            self.drop_extension(extension.id)
        for person_id in [self._person_by_subject[one] for one in subjects if one in self._person_by_subject]:
            self.drop_person(person_id)
        tenant = self._tenants.pop(tenant_id)
        del self._by_domain[tenant.domain], self._by_slug[tenant.slug]
        self._choose_default()

    def _choose_default(self) -> None:
        candidates = [one.id for one in self._tenants.values() if one.active and one.slug != OPERATOR_SLUG]
        self._default = self._tenants[min(candidates)] if candidates else None

    def put_person(self, person_id: str, subject: str, language: Language | None, *, suspended: bool) -> None:
        self._subject_by_person[person_id] = subject
        self._person_by_subject[subject] = person_id
        (self._suspended_persons.add if suspended else self._suspended_persons.discard)(person_id)
        if language is not None:
            self._languages[person_id] = language
        else:
            self._languages.pop(person_id, None)

    def drop_person(self, person_id: str) -> None:
        self._person_by_subject.pop(self._subject_by_person.pop(person_id, ""), None)
        self._languages.pop(person_id, None)
        self._suspended_persons.discard(person_id)

    def put_extension(self, extension: Extension) -> None:
        owner = extension.person_id
        if owner is not None:
            self._extensions_by_person[owner] = tuple(sorted({*self.extension_ids_of(owner), extension.id}))
        self._extensions[extension.id] = self._by_number[extension.tenant_id, extension.number] = extension
        self.extension_changes[extension.tenant_id] += 1

    def drop_extension(self, extension_id: str) -> None:
        away = (self._devices[each] for each in self._used_phones)
        for device in [
            *self._devices_by_extension.get(extension_id, ()),
            *(one for one in away if one.home_extension_id == extension_id),
        ]:
            if device.home_extension_id in ("", extension_id):
                self.drop_device(device.device_id)
            else:
                self.use_device(device.device_id, device.home_extension_id, device.home_extension_id)
        extension = self._extensions.pop(extension_id, None)
        if extension is not None:
            del self._by_number[extension.tenant_id, extension.number]
            self.extension_changes[extension.tenant_id] += 1
            remaining = tuple(one for one in self.extension_ids_of(extension.person_id or "") if one != extension_id)
            if remaining:
                self._extensions_by_person[extension.person_id or ""] = remaining
            else:
                self._extensions_by_person.pop(extension.person_id or "", None)

    def enable_device(self, device_id: str, *, enabled: bool) -> None:
        device = self._devices.get(device_id)
        if device is not None:
            self.put_device(replace(device, enabled=enabled))

    def put_device(self, device: DeviceAuth) -> None:
        self.drop_device(device.device_id)
        self._devices[device.device_id] = self._by_username[device.username] = device
        others = self._devices_by_extension.get(device.extension_id, ())
        self._devices_by_extension[device.extension_id] = (*others, device)
        if device.home_extension_id:
            self._used_phones.add(device.device_id)

    def use_device(self, device_id: str, extension_id: str, home_extension_id: str) -> None:
        """Make a shared phone a device of the extension of the user who is signed in at it, or of its own one."""
        device = self._devices.get(device_id)
        if device is not None:
            home = home_extension_id if home_extension_id != extension_id else ""
            self.put_device(replace(device, extension_id=extension_id, home_extension_id=home))

    def drop_device(self, device_id: str) -> None:
        device = self._devices.pop(device_id, None)
        if device is None:
            return
        self._used_phones.discard(device_id)
        del self._by_username[device.username]
        others = tuple(one for one in self._devices_by_extension[device.extension_id] if one.device_id != device_id)
        if others:
            self._devices_by_extension[device.extension_id] = others
        else:
            del self._devices_by_extension[device.extension_id]

    def evict_subject(self, subject: str) -> None:
        """Drop all entries of an erased subject, so that its devices are refused before its rows are deleted."""
        for extension in [one for one in self._extensions.values() if one.subject == subject]:
            self.drop_extension(extension.id)
        if (person_id := self._person_by_subject.get(subject)) is not None:
            self.drop_person(person_id)
