"""The public URL used in links and QR codes."""

import pytest

from unificx.cli.output import is_local
from unificx.core.errors import StartupError
from unificx.server import presets
from unificx.server.address import listening_url, public_url


@pytest.mark.parametrize(
    ("http", "https", "expected"),
    [
        (("127.0.0.1", 8080), ("127.0.0.1", 8443), "http://127.0.0.1:8080"),
        (("::1", 8080), ("::1", 8443), "http://[::1]:8080"),
        (("127.0.0.1", 8080), ("192.0.2.7", 8443), "https://192.0.2.7:8443"),
        (("192.0.2.7", 8080), ("2001:db8::7", 443), "https://[2001:db8::7]:443"),
    ],
)
def test_other_machines_use_tls(http: tuple[str, int], https: tuple[str, int], expected: str) -> None:
    assert listening_url(http, https) == expected


@pytest.mark.parametrize("anywhere", ["0.0.0.0", "::"])
def test_a_wildcard_address_is_resolved_to_the_own_address(anywhere: str) -> None:
    assert listening_url((anywhere, 8080), (anywhere, 8443)).startswith("https://")
    assert not listening_url((anywhere, 8080), (anywhere, 8443)).startswith(f"https://{anywhere}")


@pytest.mark.parametrize("given", ["https://pbx.example.com", "http://127.0.0.1:8080", "https://pbx.example.com/"])
def test_the_setting_is_used_unchanged(given: str) -> None:
    assert public_url({"UNIFICX_PUBLIC_URL": given}) == given.rstrip("/")
    assert public_url({}) == ""


@pytest.mark.parametrize(
    "given",
    [
        "pbx.example.com",
        "ftp://pbx.example.com",
        "https://",
        "https://pbx.example.com/app",
        "https://pbx.example.com?x",
        "https://pbx.example.com#x",
        "https://user@pbx.example.com",
        "https://pbx.example.com:port",
        "https://[",
    ],
)
def test_an_invalid_setting_stops_the_start(given: str) -> None:
    with pytest.raises(StartupError):
        public_url({"UNIFICX_PUBLIC_URL": given})


@pytest.mark.promise("T1", whole=True)
def test_other_machines_reach_encrypted_transports_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """T1 as a whole: pages, the API and SIP are open to other machines over TLS only, from version 1.2 on
    (`test_tls_before_1_2_is_refused`), until the operator opens plain SIP, for example for a trunk. A phone on TLS sends
    and receives encrypted media only (`test_a_tls_phone_cannot_offer_plain_rtp`,
    `test_tls_phone_refusing_srtp_is_not_offered_plain_rtp`), which real phones and browsers do
    (`test_two_phones_hear_each_other`, `test_two_clients_exchange_audio_and_video`). E-mails leave over TLS
    (`test_nothing_is_sent_to_a_server_without_tls`), and push messages are encrypted end to end
    (`test_a_call_wakes_a_sleeping_device`)."""
    monkeypatch.setattr(presets, "own_addresses", lambda: ("192.0.2.7", "2001:db8::7"))
    local, lan, public = (
        presets.choose_preset(*given) for given in ((False, None), (True, None), (False, "a.example"))
    )
    for each in (local, lan, public):
        assert is_local(f"http://{presets.HTTP}")
        assert all(is_local(f"sip://{address}") for address in (each.sip_udp, each.sip_tcp))
    assert lan.sip_tls == public.sip_tls == "192.0.2.7:5061,[2001:db8::7]:5061"
    assert lan.https.startswith("0.0.0.0:8443")
    opened = presets.choose_preset(True, None, plain_sip=True)
    assert opened.sip_udp == opened.sip_tcp == "192.0.2.7:5060,[2001:db8::7]:5060"
    with pytest.raises(StartupError, match="--lan"):
        presets.choose_preset(False, None, plain_sip=True)
