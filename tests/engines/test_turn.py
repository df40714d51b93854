"""TURN server URIs, and credentials as expected by coturn."""

import pytest

from unificx.core.errors import StartupError
from unificx.integrations.turn import MAX_SERVERS, credentials, parse_ice_servers


@pytest.mark.parametrize(
    ("url", "host", "port", "transport", "secure", "relays"),
    [
        ("turn:turn.example.com", "turn.example.com", 3478, "udp", False, True),
        ("turn:192.0.2.1:80?transport=tcp", "192.0.2.1", 80, "tcp", False, True),
        ("turn:[2001:db8::1]:3479?transport=udp", "2001:db8::1", 3479, "udp", False, True),
        ("turns:turn.example.com:443?transport=tcp", "turn.example.com", 443, "tcp", True, True),
        ("turns:turn.example.com", "turn.example.com", 5349, "tcp", True, True),
        ("stun:stun.example.com", "stun.example.com", 3478, "udp", False, False),
    ],
)
def test_uris_are_parsed(url: str, host: str, port: int, transport: str, secure: bool, relays: bool) -> None:
    (server,) = parse_ice_servers(url, "UNIFICX_TURN")
    assert (server.url, server.host, server.port, server.transport) == (url, host, port, transport)
    assert (server.secure, server.is_turn) == (secure, relays)


def test_comma_separated_list() -> None:
    assert [one.host for one in parse_ice_servers(" turn:a , turns:b:443,", "X")] == ["a", "b"]
    assert parse_ice_servers("", "X") == ()


@pytest.mark.parametrize(
    "text",
    [
        "turn.example.com",
        "turn://turn.example.com",
        "turn:turn.example.com:99999",
        "turn:a:0",
        "turns:a?transport=udp",
        "turn:user@a",
        "turn:a?transport=sctp",
        ",".join(["turn:a"] * (MAX_SERVERS + 1)),
    ],
)
def test_invalid_value_is_refused_naming_the_setting(text: str) -> None:
    with pytest.raises(StartupError, match="UNIFICX_TURN"):
        parse_ice_servers(text, "UNIFICX_TURN")


def test_credentials_are_an_hmac_of_the_expiry_time() -> None:
    """Computed with: printf %s 1700000000:abc | openssl dgst -sha1 -hmac secret -binary | base64"""
    assert credentials("secret", 1700000000, "abc") == ("1700000000:abc", "JHgegmW+/B84iarkT5SFAOC1Iqw=")
