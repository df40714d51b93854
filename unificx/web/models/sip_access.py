"""What a client needs to be a telephone, as it goes over the wire."""

from datetime import datetime

from pydantic import BaseModel, Field


class IceServer(BaseModel):
    """An RTCIceServer (W3C WebRTC); `username` and `credential` only where it asks for them."""

    urls: list[str] = Field(examples=[["turn:pbx.example.com:3478?transport=udp"]])
    username: str | None = None
    credential: str | None = None


class SipAccess(BaseModel):
    """How the client signed in here registers and calls by SIP over WebSocket (RFC 7118)."""

    extension_id: str
    number: str
    name: str = Field(description="What others see when it calls.")
    domain: str
    uri: str = Field(examples=["sip:1001@demo.example"])
    websocket: str = Field(description="The path of the WebSocket, subprotocol `sip`, at this same origin.")
    bearer: str = Field(description="For `Authorization: Bearer` (RFC 8898), over the WebSocket only.")
    expires: datetime = Field(description="When the bearer ends; ask for another before.")
    instance_id: str = Field(
        description="For `+sip.instance` (RFC 5626), the same for as long as the session.", examples=["<urn:uuid:…>"]
    )
    ice_servers: list[IceServer]


class Reachable(BaseModel):
    """Whether the client signed in here can be rung."""

    registered: bool = Field(description="It is there now.")
    push: bool = Field(description="It is woken for a call while it is not.")
