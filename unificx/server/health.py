"""State of all parts of a running installation, in numbers, for the page of the operator."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from unificx.api import BackupState, HealthCheck, HealthName
from unificx.cli.doctor.components import EXPIRY_WARNING
from unificx.cli.doctor.host import LOW_FREE_BYTES
from unificx.media import MediaUnavailable
from unificx.rtpengine.supervisor import RtpEngine
from unificx.server.container import Container
from unificx.server.live_calls import CHECK_TIMEOUT, ComponentChecks

_COMPONENTS: tuple[HealthName, ...] = ("database", "rtpengine", "spool", "outbox")
_DOWN = ("unreachable", "refused")
_NEVER_VALID = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HealthSources:
    """Numbers of the SIP server, the check of the media engine, and the files of the certificates in use."""

    listeners: Callable[[], int]
    calls: Callable[[], int]
    mixer: Callable[[], Awaitable[object]]
    certificates: Callable[[], Sequence[Path]]


class InstallationHealth(ComponentChecks):
    """Implements `api.ports.ReadinessChecks` for a running server."""

    def __init__(self, container: Container, media: RtpEngine, sources: HealthSources) -> None:
        super().__init__(container, media)
        self._sources = sources

    async def health(self) -> Sequence[HealthCheck]:
        components, mixer = await asyncio.gather(self.states(), self._mixer())
        is_ok = {each.name: each.ok for each in components}
        container, now = self._container, self._container.clock.now()
        listeners, emails = self._sources.listeners(), await container.notifications.records.count_waiting()
        can_send, trunks = container.identity.recovery.can_send_email, container.trunks.directory.count_by_state()
        return [
            HealthCheck("sip", "ok" if listeners else "fail", listeners),
            HealthCheck("calls", "ok", self._sources.calls()),
            HealthCheck("phones", "ok", len(container.location)),
            *(HealthCheck(name, "ok" if is_ok[name] else "fail") for name in _COMPONENTS),
            mixer,
            disk_check(shutil.disk_usage(container.paths.home).free, is_full=not is_ok["disk"]),
            certificate_check(await asyncio.to_thread(_ends, self._sources.certificates()), now),
            HealthCheck("mail_server", "ok" if can_send else "warn"),
            HealthCheck("emails", "warn" if emails[1] else "ok", emails[0]),
            _attention("invoices", await container.billing.invoice_notices.count_waiting()),
            _attention("webhooks", container.webhooks.count_failing()),
            _attention("trunks", sum(trunks[state] for state in _DOWN)),
            backup_check(await container.backups.state(), now),
            self._sweeps(),
            _attention("holds", container.holds.overdue),
        ]

    async def _mixer(self) -> HealthCheck:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                await self._sources.mixer()
        except (MediaUnavailable, TimeoutError):
            return HealthCheck("mixer", "fail")
        return HealthCheck("mixer", "ok")

    def _sweeps(self) -> HealthCheck:
        lag = max(self._container.retention.lags.values(), default=0.0)
        return HealthCheck("sweeps", "fail" if self._container.retention.status.alarm else "ok", lag // 3600)


def disk_check(free: int, *, is_full: bool) -> HealthCheck:
    """Return the state of the disk: without new calls if it `is_full`."""
    low = "warn" if free < LOW_FREE_BYTES else "ok"
    return HealthCheck("disk", "fail" if is_full else low, free)


def certificate_check(ends: Sequence[datetime], now: datetime) -> HealthCheck:
    """Return the state of the certificates that end at these times; `fail` also for one that cannot be read."""
    if not ends:
        return HealthCheck("certificate", "ok")
    left = min(ends) - now
    state = "ok" if left >= EXPIRY_WARNING else "warn" if left.total_seconds() > 0 else "fail"
    return HealthCheck("certificate", state, left.days)


def backup_check(state: BackupState, now: datetime) -> HealthCheck:
    """Return the state of the backups: too old or unusable is a failure, none at all a warning."""
    if not state.backups:
        return HealthCheck("backup", "fail" if state.overdue else "warn")
    newest = state.backups[0]
    hours = max((now - newest.created).total_seconds() // 3600, 0)
    if state.overdue or state.failure is not None or (newest.drill is not None and newest.drill.faults):
        return HealthCheck("backup", "fail", hours)
    return HealthCheck("backup", "warn" if state.schedule.every == "never" else "ok", hours)


def _attention(name: HealthName, number: int) -> HealthCheck:
    return HealthCheck(name, "warn" if number else "ok", number)


def _ends(certificates: Sequence[Path]) -> list[datetime]:
    """Return when certificates end; the earliest time of all for one that cannot be read."""
    return [_end(path) for path in certificates]


def _end(path: Path) -> datetime:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return _NEVER_VALID
