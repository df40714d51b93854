"""Routing: resolves dialled numbers to destinations and their plans."""

from unificx.routing.destinations import (
    CONFERENCE_APP,
    CONFERENCE_SECONDS,
    VOICEMAIL_APP,
    Conference,
    Destination,
    RingExtension,
    Voicemail,
)
from unificx.routing.kinds import DestinationDirectory, DestinationKind, ExtensionKind, HangupKind
from unificx.routing.plans import (
    NO_OUTSIDE_LINE,
    NO_SUCH_NUMBER,
    CallApp,
    Fork,
    GoTo,
    OutsideTarget,
    Plan,
    Reject,
    Rejection,
    RingTarget,
    Station,
    Step,
    UnansweredOutcome,
)
from unificx.routing.references import DestinationRef
from unificx.routing.service import Routing

__all__ = [
    "CONFERENCE_APP",
    "CONFERENCE_SECONDS",
    "NO_OUTSIDE_LINE",
    "NO_SUCH_NUMBER",
    "VOICEMAIL_APP",
    "CallApp",
    "Conference",
    "Destination",
    "DestinationDirectory",
    "DestinationKind",
    "DestinationRef",
    "ExtensionKind",
    "Fork",
    "GoTo",
    "HangupKind",
    "OutsideTarget",
    "Plan",
    "Reject",
    "Rejection",
    "RingExtension",
    "RingTarget",
    "Routing",
    "Station",
    "Step",
    "UnansweredOutcome",
    "Voicemail",
]
