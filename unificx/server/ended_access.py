"""End of the calls of devices, users and tenants that lost their access."""

from unificx.calls import CallManager, ended_by_suspension
from unificx.cluster import EventBus
from unificx.identity import DirectoryCache
from unificx.identity.events import DeviceRevoked, ExtensionDeleted, PersonSuspended, TenantDeleted, TenantSuspended


def end_calls_without_access(bus: EventBus, calls: CallManager, directory: DirectoryCache) -> None:
    """End the live calls concerned as soon as the access ends."""

    def extension_deleted(event: ExtensionDeleted) -> None:
        calls.end_all(lambda call: event.extension_id in call.all_extensions())

    def tenant_deleted(event: TenantDeleted) -> None:
        calls.end_all(lambda call: call.caller.tenant_id == event.tenant)

    def tenant_suspended(event: TenantSuspended) -> None:
        calls.end_all(lambda call: ended_by_suspension(call, tenant_id=event.tenant))

    def person_suspended(event: PersonSuspended) -> None:
        extension_ids = directory.extension_ids_of(event.person_id)
        calls.end_all(lambda call: ended_by_suspension(call, extension_ids=extension_ids))

    bus.subscribe(DeviceRevoked, lambda event: calls.device_revoked(event.extension_id, event.device_id))
    bus.subscribe(ExtensionDeleted, extension_deleted)
    bus.subscribe(TenantDeleted, tenant_deleted)
    bus.subscribe(TenantSuspended, tenant_suspended)
    bus.subscribe(PersonSuspended, person_suspended)
