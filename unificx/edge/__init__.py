"""SIP server: rate limits, authenticates, handles REGISTER and SUBSCRIBE, and passes calls on."""

from unificx.edge.face import Parts, SipFace
from unificx.edge.guard import Guard, GuardLimits
from unificx.edge.identify import Identifier
from unificx.edge.lamps import LampParts, Lamps
from unificx.edge.ports import TakesCalls, Waits
from unificx.edge.registrar import RegisterDesk
from unificx.edge.shell import Shell

__all__ = [
    "Guard",
    "GuardLimits",
    "Identifier",
    "LampParts",
    "Lamps",
    "Parts",
    "RegisterDesk",
    "Shell",
    "SipFace",
    "TakesCalls",
    "Waits",
]
