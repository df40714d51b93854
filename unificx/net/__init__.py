"""Sockets and third parties: SIP's transports, certificates of our own, rtpengine, mail and push services."""

from unificx.net.binding import Bind
from unificx.net.ca import Certificates, ensure_certificates, server_context
from unificx.net.connections import Connections, StreamLimits
from unificx.net.fetch import Fetcher
from unificx.net.mail import MailServer, SmtpPostman, mail_server
from unificx.net.port_ranges import media_ports
from unificx.net.push_delivery import PushDelivery
from unificx.net.rtpengine import Interface, RtpEngine
from unificx.net.seats import HttpLimits, Seats
from unificx.net.transports import Transports
from unificx.net.websocket import SeatedWebSockets, SipWebSocket

__all__ = [
    "Bind",
    "Certificates",
    "Connections",
    "Fetcher",
    "HttpLimits",
    "Interface",
    "MailServer",
    "PushDelivery",
    "RtpEngine",
    "SeatedWebSockets",
    "Seats",
    "SipWebSocket",
    "SmtpPostman",
    "StreamLimits",
    "Transports",
    "ensure_certificates",
    "mail_server",
    "media_ports",
    "server_context",
]
