"""Location service: the bindings of all devices, in memory."""

from collections.abc import Iterator
from dataclasses import replace

from unificx.registrar.schemas import Binding
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.uri import Uri

SAME_REGISTER = 0.5
"""Seconds within which the contacts of a phone count as registered together."""


class LocationService:
    """Bindings by extension, in memory: `cluster.Location` for a single process. The registrar is its owner."""

    def __init__(self) -> None:
        # Owner: the registrar of this node. Implements `cluster.Location`.
        self._by_extension: dict[str, tuple[Binding, ...]] = {}
        self._by_connection: dict[int, set[str]] = {}
        """Extensions by connection: the connection of a gateway is shared by many."""

    def __len__(self) -> int:
        """Number of bindings, including expired ones that were not removed yet."""
        return sum(map(len, self._by_extension.values()))

    def __iter__(self) -> Iterator[Binding]:
        for bindings in self._by_extension.values():
            yield from bindings

    def contacts(self, extension_id: str, now: float) -> tuple[Binding, ...]:
        """Return the bindings to dial, one per phone, by descending q value."""
        found = [
            each for each in self._by_extension.get(extension_id, ()) if each.expires_at > now and not each.disconnected
        ]
        if len(found) > 1:
            found = latest_per_phone(found)
            found.sort(key=lambda binding: -binding.q)
        return tuple(found)

    def device_bindings(self, extension_id: str, device_id: str) -> tuple[Binding, ...]:
        """Return all bindings of a device, including disconnected and expired ones."""
        return tuple(
            [binding for binding in self._by_extension.get(extension_id, ()) if binding.device_id == device_id]
        )

    def is_reachable(self, extension_id: str, device_id: str, now: float) -> bool:
        """Whether the device can be dialled."""
        for binding in self._by_extension.get(extension_id, ()):
            if binding.device_id == device_id and binding.expires_at > now and not binding.disconnected:
                return True
        return False

    def current_flow(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """Return the current flow of a device that was at `contact` over an earlier flow of this transport."""
        for binding in self._by_extension.get(extension_id, ()):
            live = binding.device_id == device_id and binding.expires_at > now and not binding.disconnected
            if live and binding.flow.transport == transport and _same_user_and_host(binding.contact, contact):
                return binding.flow
        return None

    def set_bindings(self, extension_id: str, device_id: str, bindings: tuple[Binding, ...]) -> None:
        """Replace the bindings of a device."""
        others = [binding for binding in self._by_extension.get(extension_id, ()) if binding.device_id != device_id]
        fresh = (*others, *bindings)
        if fresh:
            self._by_extension[extension_id] = fresh
        else:
            self._by_extension.pop(extension_id, None)
        for binding in bindings:
            if binding.flow.connection:
                self._by_connection.setdefault(binding.flow.connection, set()).add(extension_id)

    def disconnect(self, flow: Flow) -> tuple[Binding, ...]:
        """Mark the bindings of a lost connection as disconnected, and return them."""
        affected: list[Binding] = []
        for extension_id in self._by_connection.pop(flow.connection, ()):
            bindings = self._by_extension.get(extension_id, ())
            lost = [each for each in bindings if each.flow.connection == flow.connection]
            if lost:
                affected += lost
                self._by_extension[extension_id] = tuple(
                    replace(each, disconnected=True) if each in lost else each for each in bindings
                )
        return tuple(affected)

    def expired(self, now: float) -> tuple[Binding, ...]:
        """Return the expired bindings that were not removed yet."""
        return tuple(
            binding for bindings in self._by_extension.values() for binding in bindings if binding.expires_at <= now
        )


def latest_per_phone(bindings: list[Binding]) -> list[Binding]:
    """Return the bindings that each phone registered last, in the given order.

    An earlier one has the port from before the phone restarted: a branch that is never answered, with media ports. When
    the server restarts, all count as registered at that moment, so all are dialled until the phones refresh them.
    """
    latest: dict[tuple[str, ...], float] = {}
    for binding in bindings:
        phone, at = _phone(binding), _registered_at(binding)
        latest[phone] = max(at, latest.get(phone, at))
    return [binding for binding in bindings if _registered_at(binding) > latest[_phone(binding)] - SAME_REGISTER]


def _phone(binding: Binding) -> tuple[str, ...]:
    """Identity of a phone: its instance, else the user and host that it registered, without the port. The flows of a
    phone with outbound support count as phones (RFC 5626)."""
    if binding.reg_id:
        return binding.device_id, binding.id
    if binding.instance:
        return binding.device_id, binding.instance, ""
    try:
        contact = Uri.parse(binding.contact)
    except RemoteProtocolError:
        return binding.device_id, binding.id
    flow = binding.flow
    return binding.device_id, flow.transport, flow.host, contact.user or "", contact.host.lower()


def _registered_at(binding: Binding) -> float:
    return binding.expires_at - binding.granted_seconds


def _same_user_and_host(one: str, other: str) -> bool:
    """Whether two contacts have the same user and host, ignoring their parameters."""
    try:
        first, second = Uri.parse(one), Uri.parse(other)
    except RemoteProtocolError:
        return False
    return (first.user, first.host.lower()) == (second.user, second.host.lower())
