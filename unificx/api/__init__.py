"""HTTP adapter: the API under /api/v1, health checks, metrics, the start page and the built client."""

from unificx.api.app import build
from unificx.api.event_hub import MEETING_CHANGED, EventHub
from unificx.api.idempotency import IdempotencyStore
from unificx.api.installation_ports import (
    Backup,
    BackupDrill,
    BackupEvery,
    BackupFailure,
    BackupFault,
    BackupJob,
    BackupJobKind,
    Backups,
    BackupSchedule,
    BackupState,
    HealthCheck,
    HealthName,
    HealthState,
)
from unificx.api.middleware import as_operator
from unificx.api.ports import (
    ComponentState,
    IceServer,
    LiveCalls,
    LiveRecordings,
    Phones,
    ReadinessChecks,
    Registration,
    RegistrationFailure,
    SipCredentials,
    SipServerAddress,
    Telephony,
)
from unificx.api.services import LiveServices, PublicAddress, RightsServices, Services

__all__ = [
    "MEETING_CHANGED",
    "Backup",
    "BackupDrill",
    "BackupEvery",
    "BackupFailure",
    "BackupFault",
    "BackupJob",
    "BackupJobKind",
    "BackupSchedule",
    "BackupState",
    "Backups",
    "ComponentState",
    "EventHub",
    "HealthCheck",
    "HealthName",
    "HealthState",
    "IceServer",
    "IdempotencyStore",
    "LiveCalls",
    "LiveRecordings",
    "LiveServices",
    "Phones",
    "PublicAddress",
    "ReadinessChecks",
    "Registration",
    "RegistrationFailure",
    "RightsServices",
    "Services",
    "SipCredentials",
    "SipServerAddress",
    "Telephony",
    "as_operator",
    "build",
]
