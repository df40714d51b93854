"""A phone of a ladder: sends what the ladder contains and answers routine requests automatically."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from unificx.sip.flow import Flow
from unificx.sip.headers import parse_address
from unificx.sip.message import Request, Response, respond

DOMAIN, PBX_ADDRESS = "acme.example", "203.0.113.1"
DIRECTIONS = {"hold": "sendonly", "held": "recvonly", "off": "inactive"}
KEYS = {
    "srtp": "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
    "dtls": "a=fingerprint:sha-256 00:11",
    "webrtc": "a=fingerprint:sha-256 00:11",
}
PROTOCOLS = {"srtp": "RTP/SAVP", "dtls": "UDP/TLS/RTP/SAVP", "webrtc": "UDP/TLS/RTP/SAVPF"}
ADDRESSES = {"loopback": "127.0.0.1", "named": "media.phone.example"}
VIDEO_PORTS = {"video": 4002, "novideo": 0}
RECORDING_PREFERENCES = {"shy": "off", "shows": "nopreference"}
AUTO_ANSWERED = ("BYE", "INFO", "NOTIFY", "OPTIONS", "PRACK")


def sdp_of(name: str) -> bytes:
    """Return the SDP of `[name]`. After a slash: its direction (hold, held, off), "srtp", "dtls", "webrtc", "keyless" for one
    of these without its key; "video" or "novideo" for an accepted or rejected video section; "loopback" for media at the PBX's own machine, "named" at the name of a host; "events" with telephone events; "shy" for `a=recordpref:off`, "shows" for `nopreference`; or
    any other word to distinguish it."""
    options = name.split("/")
    protocol = next((PROTOCOLS[word] for word in options if word in PROTOCOLS), "RTP/AVP")
    address = next((ADDRESSES[word] for word in options if word in ADDRESSES), "192.0.2.9")
    lines = ["v=0", f"o={options[0]} 7 7 IN IP4 192.0.2.9", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    lines += [f"m=audio 4000 {protocol} 0 8", f"a=x-said:{name}"]
    lines += ["a=rtpmap:101 telephone-event/8000"] if "events" in options else []
    lines += [KEYS[word] for word in options if word in KEYS and "keyless" not in options]
    lines += [f"a={DIRECTIONS[word]}" for word in options if word in DIRECTIONS]
    lines += [f"a=recordpref:{RECORDING_PREFERENCES[word]}" for word in options if word in RECORDING_PREFERENCES]
    ice_lines = ["a=mid:0", "a=ice-ufrag:a"] if "webrtc" in options else []
    lines += ice_lines
    for word in options:
        if word in VIDEO_PORTS:
            lines += [f"m=video {VIDEO_PORTS[word]} {protocol} 96", *(each.replace(":0", ":1") for each in ice_lines)]
    return "\r\n".join([*lines, ""]).encode()


def describe_sdp(body: bytes) -> str:
    """Describe SDP sent by the PBX: its author, the protocol if not plain RTP, accepted or rejected video, "both ways"
    if it is sendrecv although the author was on hold, and the recording state. The author's recording preference must
    not be relayed."""
    assert b"a=recordpref" not in body, f"recording preference was relayed: {body!r}"
    assert b"c=IN IP4 203.0.113.1" in body, f"not through the anchor: {body!r}"
    name = body.partition(b"a=x-said:")[2].partition(b"\r\n")[0].decode()
    protocol = body.partition(b"m=audio 30000 ")[2].partition(b" ")[0]
    video_port = body.partition(b"\r\nm=video ")[2].partition(b" ")[0]
    video = {b"": "", b"0": " without video"}.get(video_port, " with video")
    recording = body.partition(b"\r\na=record:")[2].partition(b"\r\n")[0].decode()
    recording_label = f" recorded {recording}" if recording else ""
    directions = [DIRECTIONS[word].encode() for word in name.split("/") if word in DIRECTIONS]
    both_ways = " both ways" if directions and b"\r\na=sendrecv\r\n" in body else ""
    labels = {b"RTP/AVP": "", b"RTP/SAVP": " in srtp", b"UDP/TLS/RTP/SAVP": " in dtls"}
    protocol_label = labels.get(protocol, " in webrtc")
    return f"[{name}{protocol_label}{video}{both_ways}{recording_label}]"


@dataclass
class Phone:
    """One device with its latest dialog. `by_hand`: no automatic answers. `wakeable`: accepts push; `asleep`: not
    registered yet."""

    name: str
    number: str
    flow: Flow
    by_hand: bool = False
    wakeable: bool = False
    awaiting_push: bool = False
    voicemail: bool = False
    """Whether its extension has a fallback app."""
    carrier: bool = False
    """Whether it is a carrier: it has a trunk and is not registered."""
    options: tuple[str, ...] = ()
    gone: bool = False
    call_id: str = ""
    local: str = ""
    remote: str = ""
    target: str = ""
    cseq: int = 0
    routes: list[str] = field(default_factory=list)
    invite: Request | None = None
    """The last INVITE this phone sent."""
    open: list[Request] = field(default_factory=list)
    """Unanswered requests."""
    branches: int = 0
    rseq: str = "1"
    refused: set[str] = field(default_factory=set)
    """Branches of refused INVITEs."""

    # ---- sending

    def build(self, word: str, argument: str, name: str, headers: list[tuple[str, str]]) -> Request | Response:
        """Build the message of a ladder line, such as `INVITE 1002 [alice]` or `200 [bob]`."""
        body = argument.encode() if word == "INFO" else sdp_of(name) if name else b""
        if word.isdigit():
            return self._answer(int(word), argument, body, headers)
        if word == "INVITE" and argument:
            return self._call(argument, body, headers)
        if word in ("ACK", "CANCEL"):
            assert self.invite is not None
            if word == "CANCEL":
                return _with_method(self.invite, "CANCEL")
            return self._request("ACK", self.invite.cseq.number, body, headers)
        self.cseq += 1
        if word == "PRACK":
            assert self.invite is not None
            headers = [*({"RAck": f"{self.rseq} {self.invite.cseq.number} INVITE"} | dict(headers)).items()]
        request = self._request(word, self.cseq, body, headers)
        if word == "INVITE":
            self.invite = request
        return request

    def _call(self, number: str, body: bytes, headers: list[tuple[str, str]]) -> Request:
        self.cseq += 1
        self.call_id = f"{self.name}-{self.cseq}"
        named = dict(headers)
        domain = PBX_ADDRESS if self.carrier else DOMAIN
        self.local = f"{named.get('From', f'<sip:{self.number}@{domain}>')};tag={self.name}{self.cseq}"
        self.remote = f"<sip:{number}@{domain}>"
        self.target = f"{number}@{domain}" if number.startswith("sips:") else f"sip:{number}@{domain}"
        self.routes = []
        others = [(header, value) for header, value in headers if header != "From"]
        self.invite = self._request("INVITE", self.cseq, body, others)
        return self.invite

    def _request(self, method: str, number: int, body: bytes, headers: Iterable[tuple[str, str]]) -> Request:
        self.branches += 1
        via = f"SIP/2.0/{self.flow.transport.upper()} {self.flow.host}:{self.flow.port}"
        extra = list(headers)
        named = dict(extra)
        typed = [("Content-Type", "application/sdp")] if body and "Content-Type" not in named else []
        contact = [] if "Contact" in named else [("Contact", f"<sip:{self.name}@{self.flow.host}>")]
        lines = [
            ("Via", f"{via};rport;branch=z9hG4bK{self.name}{self.branches}"),
            ("Max-Forwards", named.get("Max-Forwards", "70")),
            *(("Route", route) for route in self.routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
            *contact,
            *typed,
            *[(header, value) for header, value in extra if header != "Max-Forwards"],
        ]
        return Request(method, self.target, lines, body)

    def _answer(self, status: int, method: str, body: bytes, headers: list[tuple[str, str]]) -> Response:
        request = next(each for each in reversed(self.open) if method in ("", each.method))
        if status >= 200:
            self.open.remove(request)
        if status >= 300:
            self.refused.add(request.via.branch)
        lines = [("Contact", f"<sip:{self.name}@{self.flow.host}>"), *headers]
        if body:
            lines.append(("Content-Type", "application/sdp"))
        return respond(request, status, to_tag=f"{self.name}-t", headers=lines, body=body)

    # ---- receiving

    def receive(self, message: Request | Response) -> list[Request | Response]:
        """Process a message and return the automatic answers."""
        if isinstance(message, Response):
            return self._receive_response(message)
        if message.method == "ACK":
            return []
        if message.method == "INVITE" and not message.to.tag:
            self.call_id = message.call_id
            self.local = f"{message.first('to')};tag={self.name}-t"
            self.remote = message.first("from") or ""
            self.routes = message.all("record-route")
        if message.contacts:
            self.target = str(message.contacts[0].uri)
        if self.by_hand:
            self.open.append(message)
            return []
        if message.method in AUTO_ANSWERED or (message.method == "UPDATE" and not message.body):
            return [respond(message, 200)]
        if message.method == "CANCEL":
            invites = [each for each in self.open if each.method == "INVITE"]
            self.open = [each for each in self.open if each.method != "INVITE"]
            self.refused.update(each.via.branch for each in invites)
            return [respond(message, 200), *(respond(each, 487, to_tag=f"{self.name}-t") for each in invites)]
        self.open.append(message)
        return []

    def _receive_response(self, response: Response) -> list[Request | Response]:
        invite = self.invite
        if response.cseq.method != "INVITE" or invite is None or response.cseq.number != invite.cseq.number:
            return []
        if response.status >= 300:
            ack = _with_method(invite, "ACK")
            return [ack.without("to").with_prepended(("To", response.first("to") or ""))]
        if response.to.tag and (response.status >= 200 or not parse_address(self.remote).tag):
            self.remote = response.first("to") or ""
        if response.contacts:
            self.target = str(response.contacts[0].uri)
        self.rseq = response.first("rseq") or self.rseq
        return []


def _with_method(invite: Request, method: str) -> Request:
    """Return the CANCEL or ACK of an INVITE: the same request apart from its method and body."""
    cseq = ("CSeq", f"{invite.cseq.number} {method}")
    return invite.replace(method=method, body=b"").without("cseq").with_prepended(cseq)
