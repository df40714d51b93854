"""Sockets and third parties: SIP's transports, certificates of our own, rtpengine."""

from unificx.net.binding import Bind
from unificx.net.ca import Certificates, ensure_certificates, server_context
from unificx.net.connections import Connections, StreamLimits
from unificx.net.rtpengine import Interface, RtpEngine
from unificx.net.seats import HttpLimits, Seats
from unificx.net.transports import Transports
from unificx.net.websocket import SeatedWebSockets, SipWebSocket

__all__ = [
    "Bind",
    "Certificates",
    "Connections",
    "HttpLimits",
    "Interface",
    "RtpEngine",
    "SeatedWebSockets",
    "Seats",
    "SipWebSocket",
    "StreamLimits",
    "Transports",
    "ensure_certificates",
    "server_context",
]
