"""Numbers of the public network for calls: those of the tenants and emergency numbers."""

from unificx.routing import Destination, Outbound


class TenantNumbers:
    """Implements `calls.PublicNumbers`."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        return self._outbound.routing.is_emergency(tenant_id, dialled)

    def is_own(self, tenant_id: str, number: str) -> bool:
        return self._outbound.store.number(tenant_id, number) is not None

    def e164(self, tenant_id: str, text: str) -> str:
        return self._outbound.numbers.e164(tenant_id, text)

    def destination(self, tenant_id: str, trunk_id: str, called_number: str, caller_number: str) -> Destination | None:
        return self._outbound.numbers.destination(tenant_id, trunk_id, called_number, caller_number)
