"""SIPp scenarios that both systems serve: they follow record routes, which a proxy adds and UnifiCX does not."""

from pathlib import Path

SDP = (
    "v=0\no=user1 1 1 IN IP4 [media_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
    "m=audio [media_port] RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
)
CALLEE = (Path(__file__).parent / "callee.xml").read_text()
_TALK_MILLISECONDS = 200


def _request(
    method: str, uri: str, number: int, to: str, extra: str = "", *, body: str = "", branch: str = "[branch]"
) -> str:
    retransmitted = "" if method == "ACK" else ' retrans="500"'
    kind = "Content-Type: application/sdp\n" if body else ""
    return (
        f"<send{retransmitted}><![CDATA[\n\n{method} {uri} SIP/2.0\n"
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport\nMax-Forwards: 70\n"
        f"From: <sip:[field0]@[domain]>;tag=[pid]x[call_number]\n{to}\nCall-ID: [call_id]\nCSeq: {number} {method}\n"
        f"{extra}{kind}Content-Length: {'[len]' if body else 0}\n\n{body}\n]]></send>\n"
    )


def _scenario(name: str, steps: str) -> str:
    return f'<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="{name}">\n{steps}</scenario>\n'


def _optional(*codes: int) -> str:
    return "".join(f'<recv response="{code}" optional="true"/>\n' for code in codes)


def caller() -> str:
    """Return the scenario of an authenticated call that the caller ends."""
    uri, contact = "sip:[field2]@[domain]", "Contact: <sip:[field0]@[local_ip]:[local_port]>\n"
    steps = _request("INVITE", uri, 1, f"To: <{uri}>", contact, body=SDP)
    steps += _optional(100) + '<recv response="407" auth="true"/>\n'
    steps += _request("ACK", uri, 1, "[last_To:]", branch="[branch-3]")
    steps += _request("INVITE", uri, 2, f"To: <{uri}>", contact + "[field1]\n", body=SDP)
    steps += _optional(100, 180, 183) + '<recv response="200" rrs="true"/>\n'
    steps += _request("ACK", "[next_url]", 2, "[last_To:]", "[routes]\n")
    steps += f'<pause milliseconds="{_TALK_MILLISECONDS}"/>\n'
    steps += _request("BYE", "[next_url]", 3, "[last_To:]", "[routes]\n") + '<recv response="200"/>\n'
    return _scenario("caller", steps)


def register() -> str:
    """Return the scenario of a registration with digest."""
    uri, to = "sip:[domain]", "To: <sip:[field0]@[domain]>"
    extra = "Contact: <sip:[field0]@[field3]>\nExpires: 3600\n"
    steps = _request("REGISTER", uri, 1, to, extra) + _optional(100) + '<recv response="401" auth="true"/>\n'
    steps += _request("REGISTER", uri, 2, to, extra + "[field1]\n") + _optional(100) + '<recv response="200"/>\n'
    return _scenario("register", steps)
