"""Where each device is, in memory: what call set-up asks."""

from collections.abc import Iterator
from dataclasses import replace

from unificx.presence.contracts import Binding
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.uri import Uri


class Location:
    """Bindings by extension. Nothing here awaits; times are monotonic seconds."""

    def __init__(self) -> None:
        self._of_extension: dict[str, tuple[Binding, ...]] = {}
        self._by_connection: dict[int, set[str]] = {}
        """The extensions whose devices came by a connection: one of a gateway carries many."""

    def __len__(self) -> int:
        """How many bindings there are, expired ones not yet swept included."""
        return sum(map(len, self._of_extension.values()))

    def __iter__(self) -> Iterator[Binding]:
        for bindings in self._of_extension.values():
            yield from bindings

    def contacts(self, extension_id: str, now: float) -> tuple[Binding, ...]:
        """The bindings to ring, the preferred first."""
        found = [one for one in self._of_extension.get(extension_id, ()) if one.expires_at > now and not one.cut]
        found.sort(key=lambda binding: -binding.q)
        return tuple(found)

    def of_device(self, extension_id: str, device_id: str) -> tuple[Binding, ...]:
        """All bindings of a device: those that are cut or have expired, too."""
        return tuple([one for one in self._of_extension.get(extension_id, ()) if one.device_id == device_id])

    def reachable(self, extension_id: str, device_id: str, now: float) -> bool:
        """Whether the device can be rung."""
        for one in self._of_extension.get(extension_id, ()):
            if one.device_id == device_id and one.expires_at > now and not one.cut:
                return True
        return False

    def way_to(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """By which connection the device is reached now that was at `contact` by another one of this transport."""
        for one in self._of_extension.get(extension_id, ()):
            live = one.device_id == device_id and one.expires_at > now and not one.cut
            if live and one.flow.transport == transport and _same_place(one.contact, contact):
                return one.flow
        return None

    def put(self, extension_id: str, device_id: str, bindings: tuple[Binding, ...]) -> None:
        """From now on these are the device's bindings."""
        others = [one for one in self._of_extension.get(extension_id, ()) if one.device_id != device_id]
        fresh = (*others, *bindings)
        if fresh:
            self._of_extension[extension_id] = fresh
        else:
            self._of_extension.pop(extension_id, None)
        for one in bindings:
            if one.flow.connection:
                self._by_connection.setdefault(one.flow.connection, set()).add(extension_id)

    def cut(self, flow: Flow) -> tuple[Binding, ...]:
        """The connection is gone: the bindings that came by it are not rung any more; those it hit."""
        hit: list[Binding] = []
        for extension_id in self._by_connection.pop(flow.connection, ()):
            bindings = self._of_extension.get(extension_id, ())
            found = [one for one in bindings if one.flow.connection == flow.connection]
            if found:
                hit += found
                self._of_extension[extension_id] = tuple(
                    replace(one, cut=True) if one in found else one for one in bindings
                )
        return tuple(hit)

    def expired(self, now: float) -> tuple[Binding, ...]:
        """The bindings whose time has run out and that are still here."""
        return tuple(one for bindings in self._of_extension.values() for one in bindings if one.expires_at <= now)


def _same_place(one: str, other: str) -> bool:
    """Whether two contacts are of one user agent, whatever their parameters."""
    try:
        first, second = Uri.parse(one), Uri.parse(other)
    except BadPeer:
        return False
    return (first.user, first.host.lower()) == (second.user, second.host.lower())
