"""Takes registrations: decided by the rules, safe in the spool before they are acknowledged, told on the bus."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from unificx.kernel.clock import Clock
from unificx.kernel.facts import Bus
from unificx.people import Directory
from unificx.presence import queries, records
from unificx.presence.contracts import Binding, Registered
from unificx.presence.facts import DeviceMoved, DeviceRegistered, DeviceUnregistered
from unificx.presence.location import Location
from unificx.presence.ports import Device, Journal
from unificx.presence.queries import Moment
from unificx.presence.rules import LONGEST, Arrival, Outcome, RegistrationRefused, again, decide, read
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.store import Database, ErasedSubject, Keys, SpoolFull, UnitOfWork

KIND = "presence.binding"
"""The kind of this room's records in the spool; hang `Registrar.apply` in as its handler."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What the registrar works with."""

    directory: Directory
    keys: Keys
    journal: Journal
    clock: Clock
    bus: Bus
    full: Callable[[], bool] = lambda: False
    """Whether there is no room to keep anything new."""


class Registrar:
    """The one that changes `Location`. All but `restore` and `apply` answer at once."""

    def __init__(self, parts: Parts, location: Location) -> None:
        self._parts = parts
        self._location = location

    def register(
        self, device: Device, request: Request, flow: Flow, now: float, *, longest: int = LONGEST
    ) -> Registered:
        """Do what an authenticated REGISTER asks for, or nothing of it; nothing lasts for more than `longest` seconds.

        Raises BadPeer, and RegistrationRefused where the response needs headers of its own.
        """
        held, arrival = self._held(device, now), Arrival(flow, now)
        same = again(held, request, arrival, longest)
        if same is not None:
            self._location.put(device.extension_id, device.device_id, (same,))
            return Registered((same,), (), outbound=same.reg_id > 0)
        asked = read(request, longest)
        if not held and asked.wanted and self._parts.full():
            raise _no_room()
        outcome = decide(held, asked, device, arrival, self._parts.clock.new_id)
        if outcome.changed or outcome.removed or outcome.extended:
            self._keep(outcome)
        if asked.wanted or asked.nothing:
            self._put(device, outcome.bindings, now)
        return Registered(outcome.bindings, asked.path if asked.path_understood else (), asked.outbound)

    def lost(self, flow: Flow, now: float) -> None:
        """A connection is gone: what registered over it cannot be rung until it comes back."""
        if not flow.connection:
            return
        for binding in self._location.cut(flow):
            if not self._location.reachable(binding.extension_id, binding.device_id, now):
                self._parts.bus.publish(DeviceUnregistered(binding.tenant_id, binding.extension_id, binding.device_id))

    def expire(self, now: float) -> None:
        """Forget what has run out; to be called every few seconds."""
        self._remove(self._location.expired(now), now)

    def forget_device(self, device_id: str, now: float) -> None:
        """The device was revoked."""
        self._remove([one for one in self._location if one.device_id == device_id], now)

    def forget_extension(self, extension_id: str, now: float) -> None:
        """The extension was deleted."""
        self._remove([one for one in self._location if one.extension_id == extension_id], now)

    def review(self, now: float) -> None:
        """Forget every device that may not register any more: after a tenant or a person was suspended or closed."""
        self._remove([one for one in self._location if not self._welcome(one)], now)

    async def restore(self, database: Database) -> int:
        """Take up what earlier lives of this process knew, once the spool is recovered; how many bindings that is."""
        at = self._moment()
        async with database.begin() as uow:
            stored = await queries.rows(uow.session)
            bindings = [
                one
                for one in queries.opened(self._parts.keys, stored, at)
                if one.expires_at > at.monotonic and self._welcome(one)
            ]
            await queries.forget(uow.session, {row.id for row in stored} - {one.id for one in bindings})
        of_device: dict[tuple[str, str], list[Binding]] = {}
        for one in bindings:
            of_device.setdefault((one.extension_id, one.device_id), []).append(one)
        for (extension_id, device_id), found in of_device.items():
            self._location.put(extension_id, device_id, tuple(found))
        log.info("registrations_restored", bindings=len(bindings))
        return len(bindings)

    async def apply(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        """Bring a batch of the spool into the database."""
        await queries.apply(uow.session, records.fold(batch))

    def _held(self, device: Device, now: float) -> tuple[Binding, ...]:
        """The device's bindings; those that ran out since the last sweep go now."""
        held = self._location.of_device(device.extension_id, device.device_id)
        expired = [one for one in held if one.expires_at <= now]
        if not expired:
            return held
        self._remove(expired, now)
        return self._location.of_device(device.extension_id, device.device_id)

    def _keep(self, outcome: Outcome) -> None:
        """Into the journal, before anything is acknowledged."""
        at = self._moment()
        append = self._parts.journal.append
        try:
            for one in outcome.extended:
                append(KIND, records.extend(one.id, at.epoch_of(one.noted_until)))
            for one in outcome.changed:
                append(KIND, records.hold(queries.sealed(self._parts.keys, self._subject(one), one, at)))
            for one in outcome.removed:
                append(KIND, records.drop(one.id))
        except ErasedSubject:
            raise RegistrationRefused(403, "Forbidden") from None
        except SpoolFull:
            raise _no_room() from None

    def _put(self, device: Device, bindings: tuple[Binding, ...], now: float) -> None:
        place = device.extension_id, device.device_id
        before = self._location.reachable(*place, now)
        ways = {one.flow for one in self._location.of_device(*place)}
        self._location.put(*place, bindings)
        after = self._location.reachable(*place, now)
        if after and not before:
            self._parts.bus.publish(DeviceRegistered(device.tenant_id, *place))
        elif after and not ways.issuperset(one.flow for one in bindings):
            self._parts.bus.publish(DeviceMoved(device.tenant_id, *place))
        elif before and not after:
            self._parts.bus.publish(DeviceUnregistered(device.tenant_id, *place))

    def _remove(self, bindings: Iterable[Binding], now: float) -> None:
        """Take these away: from memory even where the journal cannot note it, for then they come back at most once."""
        of_device: dict[tuple[str, str], list[Binding]] = {}
        for one in bindings:
            of_device.setdefault((one.extension_id, one.device_id), []).append(one)
        for (extension_id, device_id), going in of_device.items():
            every = self._location.of_device(extension_id, device_id)
            kept = tuple(one for one in every if one not in going)
            self._location.put(extension_id, device_id, kept)
            self._note_gone(going)
            if any(not one.cut for one in going) and not self._location.reachable(extension_id, device_id, now):
                self._parts.bus.publish(DeviceUnregistered(going[0].tenant_id, extension_id, device_id))

    def _note_gone(self, going: Iterable[Binding]) -> None:
        try:
            for one in going:
                self._parts.journal.append(KIND, records.drop(one.id))
        except SpoolFull:
            log.warning("registration_end_not_noted")

    def _subject(self, binding: Binding) -> str:
        extension = self._parts.directory.extension_by_id(binding.extension_id)
        if extension is None:
            raise RegistrationRefused(403, "Forbidden")
        return extension.subject

    def _welcome(self, binding: Binding) -> bool:
        device = self._parts.directory.device(binding.device_id)
        return device is not None and device.enabled

    def _moment(self) -> Moment:
        return Moment(self._parts.clock.now(), self._parts.clock.monotonic())


def _no_room() -> RegistrationRefused:
    return RegistrationRefused(503, "Service Unavailable", (("Retry-After", "60"),))
