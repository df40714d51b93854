"""How mailboxes are set up."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """How an organisation has its voicemail."""

    enabled: bool = True
    longest_seconds: int = 180
    most_messages: int = 100
    restorable_days: int = 30


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """How an extension's mailbox is set up."""

    enabled: bool = True
    mail: bool = True
    has_pin: bool = False
    greeting_id: str | None = None


@dataclass(frozen=True, slots=True)
class TenantChange:
    """None leaves a value as it is."""

    enabled: bool | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None


@dataclass(frozen=True, slots=True)
class BoxChange:
    """None leaves a value as it is; an empty PIN takes it away."""

    enabled: bool | None = None
    mail: bool | None = None
    pin: str | None = field(default=None, repr=False)
