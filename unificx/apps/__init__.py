"""Call apps: what answers a call where no phone does."""

from unificx.apps.beeps import Beeps
from unificx.apps.call import App, Call
from unificx.apps.clips import Clip
from unificx.apps.contracts import Mailbox, Party, Said, Spoken
from unificx.apps.echo import ECHO
from unificx.apps.host import Host
from unificx.apps.ports import Engine, Prompts, Sink
from unificx.apps.registry import Registry, installed
from unificx.apps.voicemail_hear import hearing
from unificx.apps.voicemail_leave import leaving
from unificx.media.sounds import Sound

__all__ = [
    "ECHO",
    "App",
    "Beeps",
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
    "hearing",
    "installed",
    "leaving",
]
