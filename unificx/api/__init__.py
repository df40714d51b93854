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
    BackupSchedule,
    BackupState,
    HealthCheck,
    HealthName,
)
from unificx.api.ports import (
    ComponentState,
    IceServer,
    Registration,
    RegistrationFailure,
    SipCredentials,
    SipServerAddress,
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
    "ComponentState",
    "EventHub",
    "HealthCheck",
    "HealthName",
    "IceServer",
    "IdempotencyStore",
    "LiveServices",
    "PublicAddress",
    "Registration",
    "RegistrationFailure",
    "RightsServices",
    "Services",
    "SipCredentials",
    "SipServerAddress",
    "build",
]
