"""Signals of presence on the event bus."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Signal: state, end, note or forwarding of an extension has changed."""

    tenant_id: str
    extension_id: str
