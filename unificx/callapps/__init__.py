"""Call apps: coroutines that answer calls."""

from unificx.callapps.call import App, Call
from unificx.callapps.clips import Clip
from unificx.callapps.completion import completion_apps
from unificx.callapps.conference import (
    ADMITTED_GUEST,
    GUEST,
    INVITED,
    MERGED,
    WHISPERS_TO,
    RoomKind,
    conference_app,
)
from unificx.callapps.echo import ECHO
from unificx.callapps.hours import hours_app
from unificx.callapps.paging import Paging
from unificx.callapps.parking import parking_apps
from unificx.callapps.pickup import pickup_apps
from unificx.callapps.presence import STATE_BY_DIGIT, presence_apps
from unificx.callapps.registry import AppRegistry, installed_apps
from unificx.callapps.ringback import RINGBACK, connect_with_ringback
from unificx.callapps.runner import AppRunner
from unificx.callapps.schemas import CalledMailbox, RecordResult, SpokenValue

__all__ = [
    "ADMITTED_GUEST",
    "ECHO",
    "GUEST",
    "INVITED",
    "MERGED",
    "RINGBACK",
    "STATE_BY_DIGIT",
    "WHISPERS_TO",
    "App",
    "AppRegistry",
    "AppRunner",
    "Call",
    "CalledMailbox",
    "Clip",
    "Paging",
    "RecordResult",
    "RoomKind",
    "SpokenValue",
    "completion_apps",
    "conference_app",
    "connect_with_ringback",
    "hours_app",
    "installed_apps",
    "parking_apps",
    "pickup_apps",
    "presence_apps",
]
