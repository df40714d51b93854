"""Destinations of a dialled number."""

from dataclasses import dataclass

from unificx.identity import Extension
from unificx.registrar import Binding


@dataclass(frozen=True, slots=True)
class RingExtension:
    """Ring the devices of an extension; without bindings, no device is registered.

    `push_devices` are its devices that accept push notifications, including those with bindings: a registered device
    may be suspended.
    """

    extension: Extension
    bindings: tuple[Binding, ...]
    push_devices: tuple[str, ...] = ()
    only_device: str = ""
    """The only device to ring, "" for all."""
    fallback: "CallApp | None" = None
    """App that takes the call if no device answers."""


@dataclass(frozen=True, slots=True)
class CallApp:
    """Connect the call to an app."""

    app: str
    arguments: tuple[str, ...] = ()
    max_seconds: float | None = None
    """Maximum call length in seconds; None for the default of app calls."""


@dataclass(frozen=True, slots=True)
class NoSuchNumber:
    """The number does not exist in this tenant."""


Destination = RingExtension | CallApp | NoSuchNumber
