"""Calls: call control from the INVITE to the last BYE."""

from unificx.calls.call_control import Commands
from unificx.calls.dependencies import Parts
from unificx.calls.journal import KIND, Journal
from unificx.calls.manager import Conductor
from unificx.calls.media_watchdog import Watch
from unificx.calls.music_on_hold import HoldMusic
from unificx.calls.observers import Several
from unificx.calls.parking import Parking
from unificx.calls.recording_status import RecordedCalls
from unificx.calls.schemas import FETCH, PARK, PARKED, CallSettings, Hosting, LiveCall, Origin, Parked, Talk, TalkLeg

__all__ = [
    "FETCH",
    "KIND",
    "PARK",
    "PARKED",
    "CallSettings",
    "Commands",
    "Conductor",
    "HoldMusic",
    "Hosting",
    "Journal",
    "LiveCall",
    "Origin",
    "Parked",
    "Parking",
    "Parts",
    "RecordedCalls",
    "Several",
    "Talk",
    "TalkLeg",
    "Watch",
]
