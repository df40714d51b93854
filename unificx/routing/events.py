"""Signals about calls outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmergencyCallMade:
    """Signal: an extension calls an emergency number. `extension_id` is "" if no extension calls."""

    tenant_id: str
    extension_id: str
    number: str


@dataclass(frozen=True, slots=True)
class CallingStopped:
    """Signal: a limit has stopped calls outside."""

    tenant_id: str
    stop_id: str


@dataclass(frozen=True, slots=True)
class CallingReleased:
    """Signal: a stop was released."""

    tenant_id: str
    stop_id: str
