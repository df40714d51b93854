"""Call apps: coroutines that answer calls."""

from unificx.apps.call import App, Call
from unificx.apps.clips import Clip
from unificx.apps.conference import CONFERENCE, INVITED, LONGEST, MOVED, at_number, meeting_in
from unificx.apps.contracts import Mailbox, Party, Said, Spoken
from unificx.apps.echo import ECHO
from unificx.apps.host import Host
from unificx.apps.own_sounds import StudioParts, recording_sounds
from unificx.apps.parking import parking_apps
from unificx.apps.ports import Engine, Prompts, Sink
from unificx.apps.registry import Registry, installed
from unificx.apps.voicemail_hear import hearing
from unificx.apps.voicemail_leave import at_group, leaving
from unificx.apps.waiting import WAITING
from unificx.media.sounds import Sound

__all__ = [
    "CONFERENCE",
    "ECHO",
    "INVITED",
    "LONGEST",
    "MOVED",
    "WAITING",
    "App",
    "Call",
    "Clip",
    "Engine",
    "Host",
    "Mailbox",
    "Party",
    "Prompts",
    "Registry",
    "Said",
    "Sink",
    "Sound",
    "Spoken",
    "StudioParts",
    "at_group",
    "at_number",
    "hearing",
    "installed",
    "leaving",
    "meeting_in",
    "parking_apps",
    "recording_sounds",
]
