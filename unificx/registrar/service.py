"""Registrar: applies REGISTER requests, journals changes before the response, and publishes events."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from unificx.cluster import EventBus, Location, RecordLog
from unificx.core.clock import Clock
from unificx.db import Database, ErasedSubject, Keys, SpoolFull, UnitOfWork
from unificx.identity import DirectoryCache
from unificx.registrar import repository, spool_records
from unificx.registrar.events import DeviceMoved, DeviceRegistered, DeviceUnregistered
from unificx.registrar.ports import Device
from unificx.registrar.registration import (
    MAX_EXPIRES,
    RegisterContext,
    RegisterOutcome,
    RegistrationRejected,
    apply_register,
    checked_text,
    is_refresh,
    parse_register,
)
from unificx.registrar.repository import ClockSnapshot
from unificx.registrar.schemas import Binding, RegisterResult
from unificx.sip.flow import Flow
from unificx.sip.message import Request

KIND = "presence.binding"
"""Kind of the registrar's spool records; register `Registrar.apply` as its handler."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RegistrarDependencies:
    """Collaborators of the registrar."""

    directory: DirectoryCache
    keys: Keys
    journal: RecordLog
    clock: Clock
    bus: EventBus
    storage_full: Callable[[], bool] = lambda: False
    """Whether storage is too full to accept new bindings."""


class Registrar:
    """The only writer of `location`. Only `restore` and `apply` perform I/O on the database."""

    def __init__(self, deps: RegistrarDependencies, location: Location[Binding]) -> None:
        self._deps = deps
        self._location = location

    def register(
        self, device: Device, request: Request, flow: Flow, now: float, *, max_expires: int = MAX_EXPIRES
    ) -> RegisterResult:
        """Apply an authenticated REGISTER atomically; bindings expire after `max_expires` seconds at most.

        Raises RemoteProtocolError, or RegistrationRejected if the response needs specific headers.
        """
        current = self._current_bindings(device, now)
        if len(current) == 1 and is_refresh(current[0], request, flow, now, max_expires):
            current[0].refresh(checked_text(request.call_id), request.cseq_number, now)
            self._location.set_bindings(device.extension_id, device.device_id, current)
            return RegisterResult(current, (), outbound=current[0].reg_id > 0)
        parsed = parse_register(request, max_expires)
        if not current and parsed.contacts and self._deps.storage_full():
            raise _storage_full_error()
        outcome = apply_register(current, parsed, device, RegisterContext(flow, now), self._deps.clock.new_id)
        if outcome.changed or outcome.removed or outcome.extended:
            self._journal(outcome)
        if parsed.contacts or parsed.remove_all:
            self._set_bindings(device, outcome.bindings, now)
        return RegisterResult(outcome.bindings, parsed.path if parsed.supports_path else (), parsed.outbound)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """Disconnect the bindings of a lost connection until their phones reconnect."""
        if not flow.connection:
            return
        for binding in self._location.disconnect(flow):
            if not self._location.is_reachable(binding.extension_id, binding.device_id, now):
                self._deps.bus.publish(DeviceUnregistered(binding.tenant_id, binding.extension_id, binding.device_id))

    def expire(self, now: float) -> None:
        """Remove expired bindings; call every few seconds."""
        self._remove(self._location.expired(now), now)

    def remove_device(self, device_id: str, now: float) -> None:
        """Remove the bindings of a revoked device."""
        self._remove([binding for binding in self._location if binding.device_id == device_id], now)

    def move_device(self, device_id: str, extension_id: str, former_extension_id: str, now: float) -> None:
        """Make the bindings of a shared phone those of another extension, whose user has signed in at it."""
        found = self._location.device_bindings(former_extension_id, device_id)
        moved = tuple(replace(each, extension_id=extension_id, fingerprint=0) for each in found)
        if not moved:
            return
        try:
            self._journal(RegisterOutcome(moved, changed=moved))
        except RegistrationRejected:
            self._remove(found, now)  # the phone registers anew
            return
        self._location.set_bindings(former_extension_id, device_id, ())
        self._location.set_bindings(extension_id, device_id, moved)
        tenant_id = moved[0].tenant_id
        self._deps.bus.publish(DeviceUnregistered(tenant_id, former_extension_id, device_id))
        if self._location.is_reachable(extension_id, device_id, now):
            self._deps.bus.publish(DeviceRegistered(tenant_id, extension_id, device_id))

    def remove_extension(self, extension_id: str, now: float) -> None:
        """Remove the bindings of a deleted extension."""
        self._remove([binding for binding in self._location if binding.extension_id == extension_id], now)

    def remove_disallowed(self, now: float) -> None:
        """Remove the bindings of devices that may no longer register, e.g. after their tenant was suspended."""
        self._remove([binding for binding in self._location if not self._may_register(binding)], now)

    async def restore(self, database: Database) -> int:
        """Restore the stored bindings and return their number. Call after the spool is recovered."""
        at = self._clock_snapshot()
        async with database.begin() as uow:
            stored = await repository.list_rows(uow.session)
            bindings = [
                one
                for one in repository.unseal_bindings(self._deps.keys, stored, at)
                if one.expires_at > at.monotonic and self._may_register(one)
            ]
            await repository.delete_bindings(uow.session, {row.id for row in stored} - {one.id for one in bindings})
        by_device: dict[tuple[str, str], list[Binding]] = {}
        for one in bindings:
            by_device.setdefault((one.extension_id, one.device_id), []).append(one)
        for (extension_id, device_id), found in by_device.items():
            self._location.set_bindings(extension_id, device_id, tuple(found))
        log.info("registrations_restored", bindings=len(bindings))
        return len(bindings)

    async def apply(self, uow: UnitOfWork, batch: list[bytes]) -> None:
        """Store a batch of the spool in the database."""
        await repository.apply_changes(uow.session, spool_records.fold(batch))

    def _current_bindings(self, device: Device, now: float) -> tuple[Binding, ...]:
        """Return the device's bindings after removing expired ones."""
        bindings = self._location.device_bindings(device.extension_id, device.device_id)
        expired = [binding for binding in bindings if binding.expires_at <= now]
        if not expired:
            return bindings
        self._remove(expired, now)
        return self._location.device_bindings(device.extension_id, device.device_id)

    def _journal(self, outcome: RegisterOutcome) -> None:
        """Journal the changes, before the response is sent."""
        at = self._clock_snapshot()
        append = self._deps.journal.append
        try:
            for binding in outcome.extended:
                append(KIND, spool_records.extend_record(binding.id, at.epoch_of(binding.journalled_until)))
            for binding in outcome.changed:
                append(
                    KIND,
                    spool_records.hold_record(
                        repository.seal_binding(self._deps.keys, self._subject(binding), binding, at)
                    ),
                )
            for binding in outcome.removed:
                append(KIND, spool_records.drop_record(binding.id))
        except ErasedSubject:
            raise RegistrationRejected(403, "Forbidden") from None
        except SpoolFull:
            raise _storage_full_error() from None

    def _set_bindings(self, device: Device, bindings: tuple[Binding, ...], now: float) -> None:
        key = device.extension_id, device.device_id
        was_reachable = self._location.is_reachable(*key, now)
        previous_flows = {binding.flow for binding in self._location.device_bindings(*key)}
        self._location.set_bindings(*key, bindings)
        is_reachable = self._location.is_reachable(*key, now)
        if is_reachable and not was_reachable:
            self._deps.bus.publish(DeviceRegistered(device.tenant_id, *key))
        elif is_reachable and not previous_flows.issuperset(binding.flow for binding in bindings):
            self._deps.bus.publish(DeviceMoved(device.tenant_id, *key))
        elif was_reachable and not is_reachable:
            self._deps.bus.publish(DeviceUnregistered(device.tenant_id, *key))

    def _remove(self, bindings: Iterable[Binding], now: float) -> None:
        """Remove bindings from memory, even if journalling fails: they would then reappear after a restart at most."""
        by_device: dict[tuple[str, str], list[Binding]] = {}
        for each in bindings:
            by_device.setdefault((each.extension_id, each.device_id), []).append(each)
        for (extension_id, device_id), removed in by_device.items():
            current = self._location.device_bindings(extension_id, device_id)
            remaining = tuple(each for each in current if each not in removed)
            self._location.set_bindings(extension_id, device_id, remaining)
            self._journal_removals(removed)
            if any(not each.disconnected for each in removed) and not self._location.is_reachable(
                extension_id, device_id, now
            ):
                self._deps.bus.publish(DeviceUnregistered(removed[0].tenant_id, extension_id, device_id))

    def _journal_removals(self, removed: Iterable[Binding]) -> None:
        try:
            for binding in removed:
                self._deps.journal.append(KIND, spool_records.drop_record(binding.id))
        except SpoolFull:
            log.warning("registration_end_not_noted")

    def _subject(self, binding: Binding) -> str:
        extension = self._deps.directory.extension_by_id(binding.extension_id)
        if extension is None:
            raise RegistrationRejected(403, "Forbidden")
        return extension.subject

    def _may_register(self, binding: Binding) -> bool:
        device = self._deps.directory.device(binding.device_id)
        return device is not None and device.enabled

    def _clock_snapshot(self) -> ClockSnapshot:
        return ClockSnapshot(self._deps.clock.now(), self._deps.clock.monotonic())


def _storage_full_error() -> RegistrationRejected:
    return RegistrationRejected(503, "Service Unavailable", (("Retry-After", "60"),))
