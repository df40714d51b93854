"""Recording and monitoring policy: whether a call may be recorded or listened to, and on which terms. The strictest
setting involved applies. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.recording.machine import consent_types

TenantMode = Literal["off", "announce", "opt_in"]
RecordingTrigger = Literal["never", "on_demand", "incoming", "outgoing", "always"]
"""Which of an extension's calls are recorded automatically. The others are recorded on request, except with "never"."""
MonitoringConsent = Literal["allowed", "refused"]
"""Whether a supervisor may listen to an extension's calls."""
BEEP_SECONDS = (5, 60)
RESTORABLE_DAYS = (0, 365)


@dataclass(frozen=True, slots=True)
class TenantRecordingPolicy:
    """A tenant's recording policy. Recording and `monitoring` (supervisors listen to calls) are off by default."""

    mode: TenantMode = "off"
    beep_seconds: int = 15
    pause_on_keys: bool = True
    administrators_listen: bool = False
    restorable_days: int = 30
    monitoring: bool = False


@dataclass(frozen=True, slots=True)
class ExtensionRecordingPolicy:
    """An extension's recording policy. `mode` applies only if stricter than the tenant's."""

    when: RecordingTrigger = "on_demand"
    mode: Literal["announce", "opt_in"] = "announce"
    monitoring: MonitoringConsent = "allowed"


@dataclass(frozen=True, slots=True)
class TenantRecordingPolicyChange:
    """A partial update: None leaves a value unchanged."""

    mode: TenantMode | None = None
    beep_seconds: int | None = None
    pause_on_keys: bool | None = None
    administrators_listen: bool | None = None
    restorable_days: int | None = None
    monitoring: bool | None = None


@dataclass(frozen=True, slots=True)
class ExtensionRecordingPolicyChange:
    """A partial update: None leaves a value unchanged."""

    when: RecordingTrigger | None = None
    mode: Literal["announce", "opt_in"] | None = None
    monitoring: MonitoringConsent | None = None


@dataclass(frozen=True, slots=True)
class RecordingDecision:
    """A call may be recorded on these terms. `automatic`: recording starts automatically."""

    terms: consent_types.ConsentTerms
    automatic: bool


def decide(
    tenant: TenantRecordingPolicy,
    callees: Sequence[ExtensionRecordingPolicy],
    caller: ExtensionRecordingPolicy | None = None,
) -> RecordingDecision | None:
    """Decide whether a call of these extensions of the tenant may be recorded, and how consent is obtained. None: not
    allowed. `caller` is the calling extension, if the caller is one."""
    extensions = [*callees, caller] if caller is not None else callees
    if tenant.mode == "off" or not extensions or any(each.when == "never" for each in extensions):
        return None
    mode: consent_types.ConsentMode = (
        "opt_in" if "opt_in" in (tenant.mode, *(each.mode for each in extensions)) else "announce"
    )
    terms = consent_types.ConsentTerms(mode, float(tenant.beep_seconds), tenant.pause_on_keys)
    automatic = any(each.when in ("always", "incoming") for each in callees)
    return RecordingDecision(terms, automatic or (caller is not None and caller.when in ("always", "outgoing")))


def allows_monitoring(tenant: TenantRecordingPolicy, extensions: Sequence[ExtensionRecordingPolicy]) -> bool:
    """Return whether a supervisor may listen to a call of these extensions of the tenant."""
    return tenant.monitoring and bool(extensions) and all(each.monitoring == "allowed" for each in extensions)


def updated_tenant_policy(before: TenantRecordingPolicy, change: TenantRecordingPolicyChange) -> TenantRecordingPolicy:
    """Return the policy with the change applied. Raises Invalid."""
    beep = before.beep_seconds if change.beep_seconds is None else change.beep_seconds
    if beep and not BEEP_SECONDS[0] <= beep <= BEEP_SECONDS[1]:
        raise Invalid(
            Phrase("Must be between {} and {} seconds, or 0 for none.", BEEP_SECONDS[0], BEEP_SECONDS[1]),
            field="beep_seconds",
        )
    days = before.restorable_days if change.restorable_days is None else change.restorable_days
    if not RESTORABLE_DAYS[0] <= days <= RESTORABLE_DAYS[1]:
        raise Invalid(
            Phrase("Must be between {} and {}.", RESTORABLE_DAYS[0], RESTORABLE_DAYS[1]), field="restorable_days"
        )
    listen, monitoring = change.administrators_listen, change.monitoring
    return TenantRecordingPolicy(
        mode=change.mode or before.mode,
        beep_seconds=beep,
        pause_on_keys=before.pause_on_keys if change.pause_on_keys is None else change.pause_on_keys,
        administrators_listen=before.administrators_listen if listen is None else listen,
        restorable_days=days,
        monitoring=before.monitoring if monitoring is None else monitoring,
    )


def updated_extension_policy(
    before: ExtensionRecordingPolicy, change: ExtensionRecordingPolicyChange
) -> ExtensionRecordingPolicy:
    """Return the policy with the change applied."""
    return replace(
        before,
        when=change.when or before.when,
        mode=change.mode or before.mode,
        monitoring=change.monitoring or before.monitoring,
    )
