"""Fast paths for the usual spelling of headers: they agree with the full grammar."""

from collections.abc import Callable
from random import Random

import pytest

from unificx.sip import grammar, headers
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Message
from unificx.sip.message import parse

VIAS = (
    "SIP/2.0/UDP 192.0.2.17:5060;rport;branch=z9hG4bKa1.b",
    "SIP/2.0/TCP proxy.example;branch=z9hG4bKq;rport",
    "SIP/2.0/WSS [2001:db8::1]:65535;branch=z9hG4bKq",
    "sip / 2.0 / UDP a-b_c.example : 70000 ;branch=z9;received=192.0.2.1",
)
ADDRESSES = (
    '"Reception" <sip:1001@demo.example>;tag=5f3a.b-c',
    "<sip:1001@192.0.2.17:5060;transport=tcp>",
    'B <sips:1001@demo.example?a=b>;tag="5f3a";expires=60',
    '"Q \\"B\\"" <tel:+49-30-1>;tag=a',
)
PARAMS = (";tag=5f3a", ";lr", ' ; tag = "a;b"', ";refresher=uas;x=1", ";tag=")
AUTHS = ('Digest realm="a", nonce="b,c", qop=auth, nc=00000001', 'Digest username="\\"", uri="sip:h"', "Basic QQ==")
ALPHABET = " \t\";,<>:@=?\\/-.+09aZ%[]_{tag=}'~*\x7f\u00e9\udcff"


def mutants(seeds: tuple[str, ...], count: int) -> list[str]:
    rng = Random(7)
    texts = list(seeds)
    for _ in range(count):
        text = rng.choice(seeds)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(("", rng.choice(ALPHABET))) + text[at + rng.randint(0, 1) :]
        texts.append(text)
    return texts


def outcome(read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except RemoteProtocolError as bad:
        return bad.status, bad.reason


@pytest.mark.parametrize(
    ("read", "module", "fast_path", "seeds"),
    [
        (headers.Via.parse, headers, "_usual_via", VIAS),
        (headers.parse_address, headers, "_usual_address", ADDRESSES),
        (grammar.parse_params, grammar, "_one_param", PARAMS),
    ],
)
def test_fast_path_agrees_with_the_grammar(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object], module: object, fast_path: str, seeds: tuple[str]
) -> None:
    texts = mutants(seeds, 6000)
    fast = getattr(module, fast_path)
    assert sum(1 for text in texts if fast(text)) > 300
    first = [outcome(read, text) for text in texts]
    monkeypatch.setattr(module, fast_path, lambda _: None)
    assert first == [outcome(read, text) for text in texts]


def test_credentials_are_parsed_to_their_end() -> None:
    for text in mutants(AUTHS, 3000):
        found = outcome(headers.parse_auth, text)
        if isinstance(found, headers.AuthParams) and found.scheme == "digest":
            again = ", ".join(
                '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"'))
                for name, value in found.params.items()
            )
            assert headers.parse_auth(f"Digest {again}").params == found.params
            assert outcome(headers.parse_auth, f"{text} ~") == (400, "Bad Credentials")


def test_parsed_values_stay_valid_under_another_via() -> None:
    data = (
        b"INVITE sip:1002@demo.example SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2\r\n"
        b"Via: SIP/2.0/UDP c;branch=z9hG4bK3\r\nMax-Forwards: 7\r\nFrom: <sip:1001@demo.example>;tag=a\r\n"
        b"To: <sip:1002@demo.example>\r\nCall-ID: c@h\r\nCSeq: 2 INVITE\r\nContact: <sip:1001@a>\r\nRAck: 1 2 INVITE\r\n\r\n"
    )
    names = [name for name in vars(Message) if type(vars(Message)[name]).__name__ == "typed"]
    message = parse(data)
    for name in names:
        getattr(message, name)
    other = message.with_top_via(message.via.with_received("192.0.2.1", 5062))
    reparsed = parse(other.encode())
    assert [getattr(other, name) for name in names] == [getattr(reparsed, name) for name in names]
    assert [hop.host for hop in other.vias] == ["a", "b", "c"]
    assert other.by_name == reparsed.without("content-length").by_name
    assert message.via.received == ""
    bare = parse(data).with_top_via(None).with_top_via(None).with_top_via(None)
    assert bare.all("via") == []
    with pytest.raises(RemoteProtocolError):
        _ = bare.via
