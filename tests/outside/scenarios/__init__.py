"""SIPp scenarios written as ladders: one step per line, in the phone's order. Fields of the injection file: 0 own
number, 1 SIPp's authentication keyword, 2 dialed number, 3 `host:port` for Contact. The keyword `[domain]` is the
tenant's domain. In an established dialog, `dialog_of_caller` or `dialog_of_callee` have stored its From and To in
the variables `local` and `remote`, so that either side can send requests in it.
"""

import re

OFFER = """\
v=0
o=phone 1 {version} IN IP4 [media_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio {port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a={direction}
"""

_ACTION_OF_CALLER = """
  <action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="local"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="remote"/>
  </action>"""
_ACTION_OF_CALLEE = _ACTION_OF_CALLER.replace("local", "held").replace("remote", "local").replace("held", "remote")


def scenario(*steps: str) -> str:
    """Return the XML of a ladder. CANCEL, the ACK of a rejection and retransmissions get the branch of their
    request."""
    lines: list[str] = []
    transaction_start = 0
    for index, step in enumerate(steps):
        lines.append(step.replace("@same-branch@", f"[branch-{index - transaction_start}]"))
        if re.search(r"^(INVITE|BYE) \S+ SIP", step, re.MULTILINE) and "@same-branch@" not in step:
            transaction_start = index
    body = "\n".join(lines)
    variables = sorted(set(re.findall(r'assign_to="(\w+)"', body)))  # SIPp rejects a variable that is never read
    reference = f'<Reference variables="{",".join(variables)}"/>' if variables else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="ladder">\n{body}\n{reference}\n</scenario>\n'


def sdp(direction: str = "sendrecv", *, version: int = 1, audio: bool = False) -> str:
    """A G.711 SDP; with `audio` the port is that of SIPp's stream player."""
    return OFFER.format(
        direction=direction, version=version, port="[rtpstream_audio_port]" if audio else "[media_port]"
    )


def send(message: str, body: str = "", *, attributes: str = 'retrans="500"') -> str:
    """Send a message; SIPp retransmits it over UDP until the message of the next step has arrived."""
    kind = "Content-Type: application/sdp\n" if body else ""
    length = "[len]" if body else "0"
    return f"<send {attributes}><![CDATA[\n\n{message}{kind}Content-Length: {length}\n\n{body}\n]]></send>"


def recv(what: int | str, *, optional: bool = False, attributes: str = "", action: str = "") -> str:
    """Wait for a status (int) or a request (its method)."""
    kind = f'response="{what}"' if isinstance(what, int) else f'request="{what}"'
    maybe = ' optional="true"' if optional else ""
    return f"<recv {kind}{maybe} {attributes}>{action}</recv>"


def expect(pattern: str, *, header: str = "") -> str:
    """An action of `recv`: the call fails unless the message (or one header line) matches the pattern."""
    where = f'search_in="hdr" header="{header}:"' if header else 'search_in="msg"'
    return f'<action><ereg regexp="{pattern}" {where} check_it="true" assign_to="seen"/></action>'


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>'


def play(command: str = "apattern,3,0,PCMU/8000") -> str:
    """Start (or pause) SIPp's own audio pattern, whose echo it compares byte by byte."""
    return f'<nop><action><exec rtp_stream="{command}"/></action></nop>'


# requests outside a dialog


def _request(method: str, uri: str, cseq: int, to: str, *, extra: str = "", branch: str = "[branch]") -> str:
    return (
        f"{method} {uri} SIP/2.0\n"
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport\n"
        "Max-Forwards: 70\n"
        "From: <sip:[field0]@[domain]>;tag=[pid]from[call_number]\n"
        f"To: {to}\n"
        "Call-ID: [call_id]\n"
        f"CSeq: {cseq} {method}\n"
        f"{extra}"
    )


def register(cseq: int, *, expires: int = 3600, authenticate: bool = False) -> str:
    extra = f"Contact: <sip:[field0]@[field3];transport=[transport]>\nExpires: {expires}\n"
    extra += "[field1]\n" if authenticate else ""
    return send(_request("REGISTER", "sip:[domain]", cseq, "<sip:[field0]@[domain]>", extra=extra))


def registers(expires: int = 3600) -> list[str]:
    """REGISTER, the challenge, REGISTER with credentials."""
    first, challenge = register(1, expires=expires), recv(401, attributes='auth="true"')
    return [first, challenge, register(2, expires=expires, authenticate=True)]


_CALLED = "sip:[field2]@[domain]"
_CONTACT = "Contact: <sip:[field0]@[local_ip]:[local_port];transport=[transport]>\n"
_ALLOW = "Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, OPTIONS\n"


def invite(
    cseq: int, body: str, *, extra: str = "", attributes: str = 'retrans="500"', branch: str = "[branch]"
) -> str:
    lines = _CONTACT + _ALLOW + ("[field1]\n" if cseq > 1 else "") + extra
    return send(
        _request("INVITE", _CALLED, cseq, f"<{_CALLED}>", extra=lines, branch=branch), body, attributes=attributes
    )


def ack_refusal(cseq: int) -> str:
    """ACK for a final answer other than 2xx: belongs to the INVITE's transaction (RFC 3261 17.1.1.3)."""
    ack = _request("ACK", _CALLED, cseq, "[last_To:]", branch="@same-branch@").replace("To: [last_To:]", "[last_To:]")
    return send(ack, attributes="")


def cancel(cseq: int) -> str:
    return send(_request("CANCEL", _CALLED, cseq, f"<{_CALLED}>", branch="@same-branch@"))


def authenticated_invite(body: str, *, extra: str = "") -> list[str]:
    """INVITE, the challenge, INVITE with credentials. The dialog's CSeq is 2 from here on."""
    return [
        invite(1, body, extra=extra),
        recv(100, optional=True),
        recv(407, attributes='auth="true"'),
        ack_refusal(1),
        invite(2, body, extra=extra),
        recv(100, optional=True),
    ]


# requests within a dialog


def in_dialog(
    method: str, cseq: int, body: str = "", *, extra: str = "", branch: str = "[branch]", attributes: str | None = None
) -> str:
    message = (
        f"{method} [next_url] SIP/2.0\n"
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport\n"
        "Max-Forwards: 70\n"
        "[routes]\n"
        "From:[$local]\n"
        "To:[$remote]\n"
        "Call-ID: [call_id]\n"
        f"CSeq: {cseq} {method}\n"
        f"{_CONTACT}{extra}"
    )
    if attributes is None:
        attributes = "" if method == "ACK" else 'retrans="500"'
    return send(message, body, attributes=attributes)


def answered(*, optional_ringing: bool = True) -> list[str]:
    """The caller's side of an answered call, up to and including the 2xx."""
    return [recv(180, optional=optional_ringing), recv(183, optional=True), dialog_of_caller()]


def dialog_of_caller() -> str:
    return recv(200, attributes='rrs="true"', action=_ACTION_OF_CALLER)


def rings_reliably() -> str:
    """180 with Require: 100rel; stores its RSeq (RFC 3262) and the early dialog."""
    rseq = '<ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/></action>'
    return recv(180, attributes='rrs="true"', action=_ACTION_OF_CALLER.replace("</action>", rseq))


def hang_up(cseq: int) -> list[str]:
    return [in_dialog("BYE", cseq), recv(200)]


# responses of a called phone


def reply(
    status: str, body: str = "", *, extra: str = "", tag: bool = False, attributes: str = "", stored: bool = False
) -> str:
    """Answer the last request, or the stored INVITE; `tag` adds ours to To (until the dialog's own requests carry
    it)."""
    message = (
        f"SIP/2.0 {status}\n"
        f"{'Via:[$via]' if stored else '[last_Via:]'}\n"
        "[last_From:]\n"
        f"[last_To:]{';tag=[pid]to[call_number]' if tag else ''}\n"
        "[last_Call-ID:]\n"
        f"{'CSeq:[$cseq]' if stored else '[last_CSeq:]'}\n"
        "[last_Record-Route:]\n"
        "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"
        f"{extra}"
    )
    return send(message, body, attributes=attributes)


STORE_INVITE = """
  <action>
    <ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
    <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
  </action>"""
"""An action of `called`, for a later `reply` to the INVITE after other requests."""


def called(action: str = STORE_INVITE) -> str:
    return recv("INVITE", attributes='rrs="true"', action=action)


def ringing() -> str:
    return reply("180 Ringing", tag=True)


def answers(body: str, *, extra: str = "") -> list[str]:
    """200 with SDP, retransmitted until the ACK, which confirms the dialog for our own requests."""
    return [
        reply("200 OK", body, extra=extra, tag=True, attributes='retrans="500"'),
        recv("ACK", action=_ACTION_OF_CALLEE),
    ]


def is_hung_up() -> list[str]:
    return [recv("BYE"), reply("200 OK")]


def refuses(status: str, *, stored: bool = False) -> list[str]:
    return [reply(status, tag=True, stored=stored, attributes='retrans="500"'), recv("ACK")]


def is_cancelled() -> list[str]:
    """The phone, which has stored the INVITE, receives the CANCEL."""
    return [recv("CANCEL"), reply("200 OK", tag=True), *refuses("487 Request Terminated", stored=True)]


def is_refused(status: int, cseq: int = 2) -> list[str]:
    """The caller receives a rejection."""
    return [recv(180, optional=True), recv(183, optional=True), recv(status), ack_refusal(cseq)]
