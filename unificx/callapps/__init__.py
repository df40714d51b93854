"""Call apps: coroutines that answer calls."""

from unificx.callapps.call import App, Call
from unificx.callapps.clips import Clip
from unificx.callapps.completion import completion_apps
from unificx.callapps.conference import INVITED, MERGED, RoomKind, conference_app
from unificx.callapps.echo import ECHO
from unificx.callapps.hours import hours_app
from unificx.callapps.parking import RETRIEVAL_CODE, parking_apps
from unificx.callapps.presence import presence_apps
from unificx.callapps.registry import AppRegistry, installed_apps
from unificx.callapps.ringback import RINGBACK, connect_with_ringback
from unificx.callapps.runner import AppRunner
from unificx.callapps.schemas import CalledMailbox, RecordResult, SpokenValue

__all__ = [
    "ECHO",
    "INVITED",
    "MERGED",
    "RETRIEVAL_CODE",
    "RINGBACK",
    "App",
    "AppRegistry",
    "AppRunner",
    "Call",
    "CalledMailbox",
    "Clip",
    "RecordResult",
    "RoomKind",
    "SpokenValue",
    "completion_apps",
    "conference_app",
    "connect_with_ringback",
    "hours_app",
    "installed_apps",
    "parking_apps",
    "presence_apps",
]
