"""The public URL used in links and QR codes."""

import pytest

from unificx.core.errors import StartupError
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
