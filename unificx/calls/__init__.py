"""Calls: call control from the INVITE to the last BYE."""

from unificx.calls.commands import Commands
from unificx.calls.conductor import Conductor
from unificx.calls.contracts import (
    FETCH,
    PARK,
    PARKED,
    CallSettings,
    Hosting,
    LiveCall,
    Origin,
    Parked,
    Talk,
    TalkLeg,
)
from unificx.calls.hold import HoldMusic, Music
from unificx.calls.journal import KIND, Journal
from unificx.calls.overhearing import Several
from unificx.calls.parking import Parking
from unificx.calls.parts import Parts
from unificx.calls.ports import FarEnd, HostsApps, MediaAnchor, Overhears, RecordsCalls, Wakes
from unificx.calls.recorded import RecordedCalls
from unificx.calls.watch import Watch

__all__ = [
    "FETCH",
    "KIND",
    "PARK",
    "PARKED",
    "CallSettings",
    "Commands",
    "Conductor",
    "FarEnd",
    "HoldMusic",
    "Hosting",
    "HostsApps",
    "Journal",
    "LiveCall",
    "MediaAnchor",
    "Music",
    "Origin",
    "Overhears",
    "Parked",
    "Parking",
    "Parts",
    "RecordedCalls",
    "RecordsCalls",
    "Several",
    "Talk",
    "TalkLeg",
    "Wakes",
    "Watch",
]
