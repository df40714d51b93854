"""SIP server: rate limits, authenticates, handles REGISTER and SUBSCRIBE, and passes calls on."""

from unificx.sip_server.authenticator import Authenticator
from unificx.sip_server.driver import SipDriver
from unificx.sip_server.mwi import MwiNotifier, MwiParts
from unificx.sip_server.ports import MessageCounts
from unificx.sip_server.rate_limiter import RateLimiter, RateLimits
from unificx.sip_server.register_handler import RegisterHandler
from unificx.sip_server.registration_faults import RegistrationFault, RegistrationFaults
from unificx.sip_server.request_handler import RequestHandlerParts, SipRequestHandler

__all__ = [
    "Authenticator",
    "MessageCounts",
    "MwiNotifier",
    "MwiParts",
    "RateLimiter",
    "RateLimits",
    "RegisterHandler",
    "RegistrationFault",
    "RegistrationFaults",
    "RequestHandlerParts",
    "SipDriver",
    "SipRequestHandler",
]
