"""Presence: states of users, and where their calls go in each state."""

from unificx.presence.availability import Availability
from unificx.presence.privacy import presence_holding
from unificx.presence.profiles import DEFAULT, MAX_RING_TURNS, OFF
from unificx.presence.schemas import (
    Callers,
    Forwarding,
    ForwardingChange,
    ForwardingRules,
    Presence,
    PresenceChange,
    PresenceState,
    RingTurn,
    ShownState,
    StateProfile,
)
from unificx.presence.service import PresenceService

__all__ = [
    "DEFAULT",
    "MAX_RING_TURNS",
    "OFF",
    "Availability",
    "Callers",
    "Forwarding",
    "ForwardingChange",
    "ForwardingRules",
    "Presence",
    "PresenceChange",
    "PresenceService",
    "PresenceState",
    "RingTurn",
    "ShownState",
    "StateProfile",
    "presence_holding",
]
