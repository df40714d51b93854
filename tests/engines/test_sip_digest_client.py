"""Answers to digest challenges of carriers: choice of algorithm, counts, stale nonces and damaged headers."""

from unificx.sip.digest import challenges, ha1, verify
from unificx.sip.digest_client import authorization, is_stale
from unificx.sip.headers import parse_auth

LOGIN = ("4930123", "a long secret")


def test_the_strongest_offered_algorithm_is_answered_as_verified_by_the_server() -> None:
    lines = [("WWW-Authenticate", value) for value in challenges("carrier.example", "n-1")]
    found = authorization(lines, "REGISTER", "sip:carrier.example", *LOGIN, nonce_count=3)
    assert found is not None
    name, value = found
    credentials = parse_auth(value)
    assert (name, credentials.get("algorithm"), credentials.get("nc")) == ("Authorization", "SHA-256", "00000003")
    hashes = {each: ha1(each, LOGIN[0], "carrier.example", LOGIN[1]) for each in ("SHA-256", "MD5")}
    assert verify(credentials, "REGISTER", hashes)
    again = authorization(lines, "REGISTER", "sip:carrier.example", *LOGIN, nonce_count=4)
    assert again is not None
    assert parse_auth(again[1]).get("cnonce") != credentials.get("cnonce")


def test_a_proxy_is_answered_in_the_header_for_proxies() -> None:
    lines = [
        ("WWW-Authenticate", 'Digest realm="a", nonce="x", algorithm=SHA-512-256'),
        ("Proxy-Authenticate", 'Digest realm="b", nonce="y"'),
    ]
    found = authorization(lines, "INVITE", "sip:+4930@b", *LOGIN)
    assert found is not None
    assert found[0] == "Proxy-Authorization"
    assert 'realm="b"' in found[1]


def test_what_cannot_be_answered_gives_none() -> None:
    for value in ("", "Digest", 'Digest realm="a', 'Basic realm="a"', 'Digest realm="a", nonce="n", qop="auth-int"'):
        expected = value == "Digest"  # a challenge without parameters is of the oldest form
        found = authorization([("WWW-Authenticate", value), ("Via", value)], "INVITE", "sip:b", *LOGIN)
        assert (found is not None) == expected, value
    many = [("WWW-Authenticate", "Basic")] * 100 + [("WWW-Authenticate", 'Digest realm="a", nonce="n"')]
    assert authorization(many, "INVITE", "sip:b", *LOGIN) is None


def test_a_stale_nonce_is_recognised() -> None:
    assert is_stale([("WWW-Authenticate", value) for value in challenges("r", "n", stale=True)])
    assert not is_stale([("WWW-Authenticate", value) for value in challenges("r", "n")])
