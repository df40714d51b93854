"""Schemas of the client's SIP access."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Schema


class IceServer(Schema):
    """An RTCIceServer (W3C WebRTC); `username` and `credential` only if required by the server."""

    urls: list[str] = Field(examples=[["turn:pbx.example.com:3478?transport=udp"]])
    username: str | None = None
    credential: str | None = None


class SipAccess(Schema):
    """SIP credentials of the signed-in client, for SIP over WebSocket (RFC 7118)."""

    extension_id: str
    number: str
    name: str = Field(description="Display name of its calls.")
    domain: str
    uri: str = Field(examples=["sip:1001@demo.example"])
    websocket: str = Field(description="Path of the WebSocket, subprotocol `sip`, at the same origin.")
    bearer: str = Field(description="For `Authorization: Bearer` (RFC 8898), over WebSocket only.")
    expires: datetime = Field(description="Expiry of the bearer token; request a new one before.")
    instance_id: str = Field(
        description="For `+sip.instance` (RFC 5626); constant for the session.", examples=["<urn:uuid:…>"]
    )
    ice_servers: list[IceServer]


class Reachable(Schema):
    """Whether the signed-in client can be called."""

    registered: bool = Field(description="The client is registered now.")
    push: bool = Field(description="The client is woken by push for a call while it is not registered.")
