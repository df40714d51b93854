"""Listening addresses and configured certificates."""

import ssl
from pathlib import Path

import pytest
from server import Server

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates


@pytest.mark.promise("U1")
def test_call_over_ipv6_only_has_audio(tmp_path: Path) -> None:
    with Server(tmp_path / "home", host="[::1]") as server:
        call = server.cli("call")
        assert call["ok"], call
        assert all(place.startswith("[::1]:") for kind, place in server.ready["sip"].items() if kind != "ws")


@pytest.mark.promise("T1")
def test_configured_certificate_is_used_for_browsers_and_phones(tmp_path: Path) -> None:
    given = ensure_certificates(tmp_path / "given", ["pbx.example.com"], SystemClock())
    settings = {"UNIFICX_TLS_CERTIFICATE": str(given.certificate), "UNIFICX_TLS_KEY": str(given.key)}
    with Server(tmp_path / "home", settings=settings) as server:
        pages = server.ready["https"].removeprefix("https://").rsplit(":", 1)
        for host, port in (pages, server.address("tls")):
            shown = ssl.get_server_certificate((host, int(port)))
            assert shown.strip() in given.certificate.read_text()
