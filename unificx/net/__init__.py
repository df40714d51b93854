"""Sockets and third parties: SIP transports, the local certificate authority, rtpengine, mail and push services.

Names are imported lazily, because the media engine's process lives in this package and starts without the rest of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unificx.net.behind import BehindProxy
    from unificx.net.binding import Bind
    from unificx.net.ca import Certificates, ensure_certificates, server_context
    from unificx.net.connections import Connections, StreamLimits
    from unificx.net.fetch import Fetcher
    from unificx.net.mail import MailServer, SmtpPostman, mail_server
    from unificx.net.objects import ObjectStore, object_store
    from unificx.net.port_ranges import media_ports
    from unificx.net.push_delivery import PushDelivery
    from unificx.net.rtpengine import Interface, RtpEngine
    from unificx.net.seats import HttpLimits, Seats
    from unificx.net.studio import Studio
    from unificx.net.transports import Transports
    from unificx.net.websocket import SeatedWebSockets, SipWebSocket
    from unificx.net.whisper import Whisper

_HOMES = {
    "BehindProxy": "behind",
    "Bind": "binding",
    "Certificates": "ca",
    "Connections": "connections",
    "Fetcher": "fetch",
    "HttpLimits": "seats",
    "Interface": "rtpengine",
    "MailServer": "mail",
    "ObjectStore": "objects",
    "PushDelivery": "push_delivery",
    "RtpEngine": "rtpengine",
    "SeatedWebSockets": "websocket",
    "Seats": "seats",
    "SipWebSocket": "websocket",
    "SmtpPostman": "mail",
    "StreamLimits": "connections",
    "Studio": "studio",
    "Transports": "transports",
    "Whisper": "whisper",
    "ensure_certificates": "ca",
    "mail_server": "mail",
    "media_ports": "port_ranges",
    "object_store": "objects",
    "server_context": "ca",
}

__all__ = [
    "BehindProxy",
    "Bind",
    "Certificates",
    "Connections",
    "Fetcher",
    "HttpLimits",
    "Interface",
    "MailServer",
    "ObjectStore",
    "PushDelivery",
    "RtpEngine",
    "SeatedWebSockets",
    "Seats",
    "SipWebSocket",
    "SmtpPostman",
    "StreamLimits",
    "Studio",
    "Transports",
    "Whisper",
    "ensure_certificates",
    "mail_server",
    "media_ports",
    "object_store",
    "server_context",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
