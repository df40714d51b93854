"""Call apps: coroutines that answer calls."""

from unificx.callapps.call import App, Call
from unificx.callapps.clips import Clip
from unificx.callapps.conference import CONFERENCE, INVITED, LONGEST, MOVED, at_number, meeting_in
from unificx.callapps.echo import ECHO
from unificx.callapps.parking import parking_apps
from unificx.callapps.ports import Engine
from unificx.callapps.registry import Registry, installed
from unificx.callapps.ringback import WAITING
from unificx.callapps.runner import Host
from unificx.callapps.schemas import LEAVE, Mailbox, Said, Spoken

__all__ = [
    "CONFERENCE",
    "ECHO",
    "INVITED",
    "LEAVE",
    "LONGEST",
    "MOVED",
    "WAITING",
    "App",
    "Call",
    "Clip",
    "Engine",
    "Host",
    "Mailbox",
    "Registry",
    "Said",
    "Spoken",
    "at_number",
    "installed",
    "meeting_in",
    "parking_apps",
]
