"""Whether a call may be recorded, and on what terms: the strictest of all who have a say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from unificx.kernel.errors import Invalid
from unificx.privacy import consent_words

TenantMode = Literal["off", "announce", "opt_in"]
When = Literal["never", "on_demand", "incoming", "outgoing", "always"]
"""Which of an extension's calls are recorded by themselves; the others are if somebody in them asks, but for never."""
BEEP_SECONDS = (5, 60)
RESTORABLE_DAYS = (0, 365)


@dataclass(frozen=True, slots=True)
class TenantRecording:
    """How an organisation records: not at all, unless it says otherwise."""

    mode: TenantMode = "off"
    beep_seconds: int = 15
    pause_on_keys: bool = True
    administrators_listen: bool = False
    restorable_days: int = 30


@dataclass(frozen=True, slots=True)
class ExtensionRecording:
    """How an extension's calls are recorded. `mode` counts where it is stricter than the organisation's."""

    when: When = "on_demand"
    mode: Literal["announce", "opt_in"] = "announce"


@dataclass(frozen=True, slots=True)
class TenantRecordingChange:
    """None leaves a value as it is."""

    mode: TenantMode | None = None
    beep_seconds: int | None = None
    pause_on_keys: bool | None = None
    administrators_listen: bool | None = None
    restorable_days: int | None = None


@dataclass(frozen=True, slots=True)
class ExtensionRecordingChange:
    """None leaves a value as it is."""

    when: When | None = None
    mode: Literal["announce", "opt_in"] | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """A call may be recorded on these terms; `always`: it is, by itself."""

    terms: consent_words.Terms
    always: bool


def allowed(
    tenant: TenantRecording, called: Sequence[ExtensionRecording], calling: ExtensionRecording | None = None
) -> Allowed | None:
    """Whether a call of these extensions of the organisation may be recorded, and how everybody is asked. `calling` is
    the one who called, if it is one of them."""
    extensions = [*called, calling] if calling is not None else called
    if tenant.mode == "off" or not extensions or any(each.when == "never" for each in extensions):
        return None
    mode: consent_words.Mode = (
        "opt_in" if "opt_in" in (tenant.mode, *(each.mode for each in extensions)) else "announce"
    )
    terms = consent_words.Terms(mode, float(tenant.beep_seconds), tenant.pause_on_keys)
    by_itself = any(each.when in ("always", "incoming") for each in called)
    return Allowed(terms, by_itself or (calling is not None and calling.when in ("always", "outgoing")))


def changed_tenant(before: TenantRecording, change: TenantRecordingChange) -> TenantRecording:
    """The settings with the change made. Raises Invalid."""
    beep = before.beep_seconds if change.beep_seconds is None else change.beep_seconds
    if beep and not BEEP_SECONDS[0] <= beep <= BEEP_SECONDS[1]:
        raise Invalid(
            f"beep_seconds must be {BEEP_SECONDS[0]} to {BEEP_SECONDS[1]}, or 0 for none.", field="beep_seconds"
        )
    days = before.restorable_days if change.restorable_days is None else change.restorable_days
    if not RESTORABLE_DAYS[0] <= days <= RESTORABLE_DAYS[1]:
        raise Invalid(f"Between {RESTORABLE_DAYS[0]} and {RESTORABLE_DAYS[1]}.", field="restorable_days")
    listen = change.administrators_listen
    return TenantRecording(
        mode=change.mode or before.mode,
        beep_seconds=beep,
        pause_on_keys=before.pause_on_keys if change.pause_on_keys is None else change.pause_on_keys,
        administrators_listen=before.administrators_listen if listen is None else listen,
        restorable_days=days,
    )


def changed_extension(before: ExtensionRecording, change: ExtensionRecordingChange) -> ExtensionRecording:
    """The settings with the change made."""
    return replace(before, when=change.when or before.when, mode=change.mode or before.mode)
