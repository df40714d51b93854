"""Any bytes parse or raise RemoteProtocolError, as does every property; all answerable requests are answered."""

import contextlib
from pathlib import Path
from random import Random

import pytest

from unificx.sip.digest import ha1, verify
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Message
from unificx.sip.headers import parse_address, parse_auth
from unificx.sip.message import Request, Response, parse, respond


def seed(text: bytes) -> bytes:
    """Return a message of RFC 4475 in nearly original form: the notation for other octets is not expanded."""
    data = b"\r\n".join(line for line in text.split(b"\n") if not line.startswith(b"# "))
    return data.replace(b"{length}", b"%d" % (len(data.partition(b"\r\n\r\n")[2])))


TORTURE = Path(__file__).parents[1] / "engines" / "torture"
SEEDS = {path.stem: seed(path.read_bytes()) for path in sorted(TORTURE.glob("*.sip"))}
SEEDS["auth"] = (
    b"REGISTER sip:demo.example SIP/2.0\r\nVia: SIP/2.0/WSS [2001:db8::1]:5;branch=z9hG4bKq;rport\r\nMax-Forwards: 1\r\n"
    b'From: "B\xfcro" <sip:1001@demo.example>;tag=a\r\nTo: <tel:+49-30-1;phone-context=x>\r\nCall-ID: c@h\r\nCSeq: 2 REGISTER\r\n'
    b'Contact: <sip:1001@h?Replaces=a%40b>;expires=60;+sip.instance="<urn:uuid:0>"\r\nx: 90;refresher=uas\r\n'
    b'Authorization: Digest username="1001", realm="demo.example", nonce="n", uri="sip:demo.example", response="0",\r\n'
    b' algorithm=MD5, cnonce="0a", nc=00000001, qop=auth\r\nRAck: 1 2 INVITE\r\nRoute: <sip:p;lr>,<sip:q;lr>\r\nl: 0\r\n\r\n'
)
PROPERTIES = [name for name in vars(Message) if type(vars(Message)[name]).__name__ == "typed"]
HOSTILE = [bytes([code]) for code in b'\0\t\r\n ";,<>:@%=?*[]\\/-+09aZ\x7f\x80\xc3\xff']
KNOWN = {"MD5": ha1("MD5", "1001", "demo.example", "x")}


def check(data: bytes) -> None:
    """Check the invariant for one input."""
    try:
        message = parse(data)
    except RemoteProtocolError as bad:
        answer(bad)
        return
    again = parse(message.encode())
    assert again.without("content-length").headers == message.without("content-length").headers
    for name in (*PROPERTIES, "target", "max_forwards"):
        if hasattr(type(message), name):
            with contextlib.suppress(RemoteProtocolError):
                read(getattr(message, name))
    for line in message.all("authorization"):
        with contextlib.suppress(RemoteProtocolError):
            verify(parse_auth(line), "REGISTER", KNOWN)
    if isinstance(message, Request) and message.method != "ACK":
        answered = parse(respond(message, 200, to_tag="t").encode())
        assert isinstance(answered, Response)
        assert answered.via == message.via
        assert answered.to.tag == (message.to.tag or "t")


def answer(bad: RemoteProtocolError) -> None:
    assert bad.status in (400, 416, 505, 513)
    if bad.request is None:
        return
    via = bad.request.via.with_received("192.0.2.1", 5060)
    updated = bad.request.with_top_via(via)
    data = respond(updated, bad.status, bad.reason, to_tag="t").encode()
    assert data.startswith(b"SIP/2.0 ")
    assert updated.via == via


def read(value: object) -> None:
    """Access a parsed value and its lazily parsed parts."""
    if isinstance(value, list):
        for each in value:
            read(each)
    elif hasattr(value, "uri"):
        _ = value.tag, value.expires, value.uri.decoded_user, value.uri.equals(value.uri), value.q
        assert parse_address(str(value)).uri == value.uri
    else:
        str(value)


@pytest.mark.parametrize("name", SEEDS)
def test_truncated_anywhere(name: str) -> None:
    data = SEEDS[name]
    for end in range(len(data) + 1):
        check(data[:end])
        check(data[:end] + b"\r\n\r\n")


@pytest.mark.parametrize("name", ["auth", "wsinv", "regescrt", "unreason"])
def test_byte_by_byte(name: str) -> None:
    data = SEEDS[name]
    for at in range(len(data)):
        for hostile in HOSTILE:
            check(data[:at] + hostile + data[at + 1 :])
        check(data[:at] + data[at + 1 :])


@pytest.mark.parametrize("seed", range(4))
def test_random_mutations(seed: int) -> None:
    rng = Random(seed)
    for _ in range(1500):
        data = bytearray(rng.choice(list(SEEDS.values())))
        for _ in range(rng.randint(1, 8)):
            mutate(data, rng)
        check(bytes(data))


def mutate(data: bytearray, rng: Random) -> None:
    at, length = rng.randrange(len(data) + 1), rng.randint(0, 40)
    match rng.randrange(5):
        case 0:
            data[at : at + length] = b""
        case 1:
            data[at:at] = rng.choice(HOSTILE) * length
        case 2:
            data[at:at] = data[at : at + length]
        case 3:
            data[at : at + length] = rng.randbytes(length)
        case _:
            other = rng.choice(list(SEEDS.values()))
            start = rng.randrange(len(other))
            data[at : at + length] = other[start : start + length]


@pytest.mark.parametrize("seed", range(2))
def test_noise(seed: int) -> None:
    rng = Random(seed)
    for _ in range(500):
        check(rng.randbytes(rng.randint(0, 300)))
        check(b"SIP/2.0 200 OK\r\n" + rng.randbytes(100) + b"\r\n\r\n")
        check(b"INVITE sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h" + rng.randbytes(20) + b"\r\n\r\n")
