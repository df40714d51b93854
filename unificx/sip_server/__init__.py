"""SIP server: rate limits, authenticates, handles REGISTER, SUBSCRIBE and MESSAGE, and passes calls on."""

from unificx.sip_server.authenticator import GUEST_SUBJECT, Authenticator, AuthenticatorOptions
from unificx.sip_server.caller_verifier import CallerVerifier
from unificx.sip_server.driver import SipDriver
from unificx.sip_server.extension_states import ExtensionStateDependencies, ExtensionStates
from unificx.sip_server.mwi import MwiDependencies, MwiNotifier
from unificx.sip_server.rate_limiter import RateLimiter
from unificx.sip_server.register_handler import RegisterHandler
from unificx.sip_server.registration_faults import RegistrationFaults
from unificx.sip_server.request_handler import RequestHandlerDependencies, SipRequestHandler
from unificx.sip_server.source_filter import SourceFilter, parse_ranges, parse_rules
from unificx.sip_server.subscriptions import Subscriptions
from unificx.sip_server.text_messages import ReceivedText, TextReceiver
from unificx.sip_server.text_sender import NOT_REGISTERED, SentText, TextSender, takes_texts
from unificx.sip_server.trunk_monitor import TrunkMonitor, TrunkMonitorDependencies
from unificx.sip_server.trunk_prober import TrunkProber
from unificx.sip_server.unsolicited import CheckSync, UnsolicitedNotify

__all__ = [
    "GUEST_SUBJECT",
    "NOT_REGISTERED",
    "Authenticator",
    "AuthenticatorOptions",
    "CallerVerifier",
    "CheckSync",
    "ExtensionStateDependencies",
    "ExtensionStates",
    "MwiDependencies",
    "MwiNotifier",
    "RateLimiter",
    "ReceivedText",
    "RegisterHandler",
    "RegistrationFaults",
    "RequestHandlerDependencies",
    "SentText",
    "SipDriver",
    "SipRequestHandler",
    "SourceFilter",
    "Subscriptions",
    "TextReceiver",
    "TextSender",
    "TrunkMonitor",
    "TrunkMonitorDependencies",
    "TrunkProber",
    "UnsolicitedNotify",
    "parse_ranges",
    "parse_rules",
    "takes_texts",
]
