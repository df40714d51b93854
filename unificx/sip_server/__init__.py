"""SIP server: rate limits, authenticates, handles REGISTER and SUBSCRIBE, and passes calls on."""

from unificx.sip_server.authenticator import Identifier
from unificx.sip_server.driver import Shell
from unificx.sip_server.mwi import LampParts, Lamps
from unificx.sip_server.ports import TakesCalls, Waits
from unificx.sip_server.rate_limiter import Guard, GuardLimits
from unificx.sip_server.register_handler import RegisterDesk
from unificx.sip_server.request_handler import Parts, SipFace

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
