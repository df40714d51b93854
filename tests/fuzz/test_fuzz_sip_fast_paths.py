"""Fast paths for the usual spelling of headers: they agree with the full grammar."""

from collections.abc import Callable
from random import Random
from types import SimpleNamespace

import pytest

from unificx.sip import dialog, fields, grammar, headers, message
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Message
from unificx.sip.message import Request, parse

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
USUAL_AUTH = (
    'Digest username="1001", realm="demo.example", nonce="0a", uri="sip:h;a=b", response="0", algorithm=MD5, nc=1'
)
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


def test_usual_credentials_agree_with_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = mutants((*AUTHS, USUAL_AUTH), 6000)
    fast = headers._usual_auth_params  # pyright: ignore[reportPrivateUsage]
    assert sum(1 for text in texts if fast(text.partition(" ")[2])) > 300
    first = [outcome(headers.parse_auth, text) for text in texts]
    monkeypatch.setattr(headers, "_usual_auth_params", lambda _: None)
    assert first == [outcome(headers.parse_auth, text) for text in texts]


HEADERS = {
    "Via": (
        *VIAS,
        "SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKq;rport",
        "SIP/2.0/UDP 192.0.2.17:05060;rport;branch=q;rport",
        "SIP/2.0/UDP HOST.example:65535;branch=z9hG4bKq",
    ),
    "From": ADDRESSES,
    "To": ADDRESSES,
    "CSeq": ("1 INVITE", "000000009 INVITE", "2147483647 INVITE", "2147483648 INVITE"),
    "Call-ID": ("c@h", "a b"),
    "Max-Forwards": ("70", "0", "070"),
    "Contact": (
        *ADDRESSES,
        "<sip:1001@192.0.2.17:5060>;expires=60",
        "<SIP:1001@192.0.2.17:05060;transport=TCP>",
        "<sip:1001@h:59999;transport=ws>, <sip:1002@h>",
    ),
    "Route": ("<sip:p;lr>",),
}
LINES = (
    "Via: {v}",
    "Via : {v}",
    "Via:{v} ",
    "v:\t{v}",
    "Via: SIP/2.0/UDP b;branch=z\r\nVia: {v}",
    "CSeq: 1 INVITE\r\nVia: {v}",
    "Via:  \t{v} \t",
    "Content-Length:   0\r\nVia: {v}",
    "Content-Length:   0 \r\nVia: {v}\r\nContent-Length:  0",
    "Subject: \t\r\nVia: {v}",
    "Subject: a  b\tc \r\nVia: {v}",
    "Subject: a \r\n  b\r\nVia: {v}",
)
ANYTHING = SimpleNamespace(fullmatch=lambda _: None)


def ids_of(data: bytes) -> object:
    """Return all that transactions and dialogs use of a message, or the error and the headers to answer it with."""
    try:
        read = parse(data)
    except RemoteProtocolError as bad:
        return bad.status, bad.reason, bad.request and bad.request.headers
    assert isinstance(read, Request)
    there = [parse(data) for _ in range(2)]
    hosts = zip(there, ("192.0.2.17", "host.example"), strict=True)
    ports = [copy.add_source_address(host, 40000) for copy, host in hosts]
    return (
        ports,
        read.headers,
        read.by_name,
        [(name, read.first(name), read.all(name), outcome(read.values, name)) for name in ("via", "from", "route")],
        [(each.branch, each.sent_by, each.headers, str(each.via), each.first("via")) for each in (read, *there)],
        (read.from_tag, read.to_tag, read.call_id, read.cseq_number, read.cseq_method, read.max_forwards, read.target),
        outcome(lambda _: dialog._target_of(read), ""),  # pyright: ignore[reportPrivateUsage]
    )


def seeds_of_messages() -> list[bytes]:
    usual = {name: values[0] for name, values in HEADERS.items()}
    found: list[bytes] = []
    for name, values in HEADERS.items():
        for value in mutants(values, 600):
            lines = [f"{key}: {value if key == name else text}" for key, text in usual.items()]
            found.append("\r\n".join(["INVITE sip:1002@h SIP/2.0", *lines, "", ""]).encode("utf-8", "surrogateescape"))
    head = "\r\n".join(f"{name}: {value}" for name, value in usual.items() if name != "Via")
    found += [f"INVITE sip:a SIP/2.0\r\n{line.format(v=VIAS[0])}\r\n{head}\r\n\r\n".encode() for line in LINES]
    for uri in mutants(
        ("sip:1002@demo.example:5060;transport=tcp", "sips:a", "tel:1", "sip:h?a=b", "sip:h:70000"), 600
    ):
        text = f"INVITE {uri} SIP/2.0\r\nVia: {usual['Via']}\r\n{head}\r\n\r\n"
        found.append(text.encode("utf-8", "surrogateescape"))
    return found


def test_ids_found_by_the_fast_paths_agree_with_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = seeds_of_messages()
    first = [ids_of(text) for text in texts]
    assert sum(1 for each in first if isinstance(each, tuple) and len(each) > 3) > 1500
    for name in ("usual_hop", "usual_from_to", "usual_cseq", "usual_contact"):
        monkeypatch.setattr(fields, name, ANYTHING.fullmatch)
    monkeypatch.setattr(message, "is_usual_uri", ANYTHING.fullmatch)
    monkeypatch.setattr(message, "_usual_headers", lambda head, lines: ([], None))
    for text, found in zip(texts, first, strict=True):
        assert ids_of(text) == found, text


def test_usual_spellings_need_no_parsed_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of a header as objects are built on first access only. Many clients pad the Content-Length."""
    monkeypatch.setattr(message, "_any_headers", None)
    read = parse(
        b"INVITE sip:1002@demo.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:61000;branch=z9hG4bK1;rport\r\n"
        b'Max-Forwards: 70\r\nFrom: "A" <sip:1001@demo.example>;tag=a\r\nTo: <sip:1002@demo.example>\r\n'
        b"Call-ID: c@h\r\nCSeq: 2 INVITE\r\nContact: <sip:1001@192.0.2.7:5060>\r\nContent-Length:    0\r\n\r\n"
    )
    read.add_source_address("192.0.2.7", 61000)
    assert (read.branch, read.from_tag, read.cseq_number, read.contact_uri) == (
        "z9hG4bK1",
        "a",
        2,
        "sip:1001@192.0.2.7:5060",
    )
    assert not vars(read)


def test_names_of_headers_are_cached_up_to_a_limit() -> None:
    names = grammar.HeaderNames()
    for number in range(3000):
        assert names[f"X-{number}"] == f"x-{number}"
        assert len(names) <= grammar.HeaderNames.MAX_NAMES
    assert (names["v"], names["Call-ID"]) == ("via", "call-id")


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
