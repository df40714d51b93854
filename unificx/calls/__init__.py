"""Calls: what goes on between the INVITE and the last BYE."""

from unificx.calls.conductor import Conductor, Parts
from unificx.calls.contracts import CallSettings, Hosting, LiveCall
from unificx.calls.journal import KIND, Journal
from unificx.calls.ports import FarEnd, HostsApps, MediaAnchor, RecordsCalls, Wakes
from unificx.calls.watch import Watch

__all__ = [
    "KIND",
    "CallSettings",
    "Conductor",
    "FarEnd",
    "Hosting",
    "HostsApps",
    "Journal",
    "LiveCall",
    "MediaAnchor",
    "Parts",
    "RecordsCalls",
    "Wakes",
    "Watch",
]
