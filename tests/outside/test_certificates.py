"""Certificates of a public domain from a real ACME authority, and their exchange without a restart."""

import http.server
import os
import signal
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from free_ports import free_port
from pebble import Pebble
from server import Server, eventually

from unificx.core.clock import ManualClock, SystemClock
from unificx.integrations.local_ca import ensure_certificates

DOMAIN = "pbx.example.com"


class PublicServer(Server):
    """A server started with --domain."""

    domain_options: tuple[str, ...] = ()

    def _addresses(self) -> list[str]:
        return [*super()._addresses(), *self.domain_options]


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Pebble]:
    with Pebble(tmp_path).running() as pebble:
        yield pebble


def server_for(pebble: Pebble, domain: str = DOMAIN) -> PublicServer:
    server = PublicServer(pebble.directory / "home", settings=pebble.settings)
    server.domain_options = tuple(pebble.options(domain))
    return server


def shown(place: str) -> x509.Certificate:
    """Return the certificate that a listener shows."""
    host, port = place.removeprefix("https://").rsplit(":", 1)
    return x509.load_pem_x509_certificate(ssl.get_server_certificate((host, int(port))).encode())


def listeners(server: Server) -> list[str]:
    return [server.ready["https"], server.sip("tls")]


def issuer(certificate: x509.Certificate) -> str:
    return certificate.issuer.rfc4514_string()


def connect(server: Server, trust: str, name: str = DOMAIN) -> ssl.SSLSocket:
    """Connect to the pages as a browser that trusts only one authority does."""
    host, port = server.ready["https"].removeprefix("https://").rsplit(":", 1)
    context = ssl.create_default_context(cadata=trust)
    return context.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=name)


def public(server: Server) -> Any:
    return server.ready["public"]


def test_a_public_domain_gets_a_certificate_that_browsers_and_phones_trust(authority: Pebble) -> None:
    with server_for(authority) as server:
        assert public(server)["trusted"], server.log()
        assert (public(server)["problem"], public(server)["local"]) == (None, False)
        assert server.ready["sign_in"]["url"].startswith(f"https://{DOMAIN}:")
        with connect(server, authority.root()) as browser:
            assert browser.version() == "TLSv1.3"
        assert {issuer(shown(place)) for place in listeners(server)} == {issuer(shown(listeners(server)[0]))}
        assert "Pebble" in issuer(shown(listeners(server)[1]))
        plain = f"http://127.0.0.1:{authority.http_port}"
        moved = httpx.get(f"{plain}/portal/?a=b")
        assert (moved.status_code, moved.headers["location"]) == (308, f"{public(server)['url']}/portal/")
        assert httpx.get(f"{plain}/.well-known/acme-challenge/unknown").status_code == 404
        assert not server.log_violations()
    files = list((server.home / "tls" / "acme").iterdir())
    assert {file.name for file in files} == {"account.key", f"{DOMAIN}.pem", f"{DOMAIN}.json"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"BEGIN PRIVATE KEY" not in file.read_bytes()
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (server.home / "tls" / "acme" / f"{DOMAIN}.pem").read_bytes()


def test_a_second_start_keeps_the_certificate_and_needs_no_authority(tmp_path: Path) -> None:
    pebble = Pebble(tmp_path)
    server = server_for(pebble)
    with pebble.running(), server:
        before = shown(server.ready["https"]).serial_number
    with server:
        assert (public(server)["trusted"], public(server)["problem"]) == (True, None)
        assert shown(server.ready["https"]).serial_number == before


def test_a_certificate_is_renewed_without_a_restart(tmp_path: Path) -> None:
    """Connections that are open stay open: calls go on."""
    with Pebble(tmp_path, validity=24).running() as pebble, server_for(pebble) as server:
        before = shown(server.ready["https"]).serial_number
        context = ssl.create_default_context(cadata=pebble.root())
        with context.wrap_socket(socket.create_connection(server.address("tls"), 10), server_hostname=DOMAIN) as phone:
            phone.settimeout(10)

            def renewed() -> set[int]:
                phone.sendall(b"\r\n\r\n")  # a keep-alive (RFC 5626 section 3.5.1)
                assert phone.recv(100) == b"\r\n"
                return {shown(place).serial_number for place in listeners(server)} - {before}

            assert len(eventually(renewed, timeout=60)) == 1
        with connect(server, pebble.root()):
            pass


def test_an_authority_that_is_down_does_not_stop_the_server(tmp_path: Path) -> None:
    pebble = Pebble(tmp_path)
    with server_for(pebble) as server:
        assert not public(server)["trusted"]
        assert public(server)["problem"] == "127.0.0.1 does not answer."
        assert "UnifiCX" in issuer(shown(server.ready["https"]))
        assert '"kind": "unreachable", "retry_seconds": 300.0' in server.log()
        checks = {one["name"]: one for one in server.cli("doctor", check=False)["checks"]}
        assert "does not answer" in checks[f"certificate {DOMAIN}"]["detail"]
        with pebble.running():
            os.kill(server.pid, signal.SIGHUP)
            eventually(lambda: "Pebble" in issuer(shown(server.ready["https"])))
        checks = {one["name"]: one for one in server.cli("doctor", check=False)["checks"]}
        assert checks[f"certificate {DOMAIN}"]["state"] == "ok"


class _AnotherServer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Welcome to another server")

    def log_message(self, *_: object) -> None:
        pass


def test_a_domain_that_leads_elsewhere_is_explained(authority: Pebble) -> None:
    with http.server.HTTPServer(("127.0.0.1", authority.http_port), _AnotherServer) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            server = server_for(authority)
            server.domain_options = ("--domain", DOMAIN, "--challenges", f"127.0.0.1:{free_port()}")
            with server:
                assert public(server)["problem"] == f"Another server answers at {DOMAIN} on port 80."
        finally:
            other.shutdown()
            thread.join()


def test_a_closed_port_80_is_explained(authority: Pebble) -> None:
    server = server_for(authority)
    server.domain_options = ("--domain", DOMAIN, "--challenges", f"127.0.0.1:{free_port()}")
    with server:
        assert public(server)["problem"] == f"No connection to {DOMAIN} on port 80 was possible."


def test_a_domain_that_does_not_exist_is_explained(authority: Pebble) -> None:
    authority.forget(DOMAIN)
    with server_for(authority) as server:
        assert public(server)["problem"] == f"{DOMAIN} is not in the DNS."


def test_a_domain_that_the_authority_rejects_is_explained(authority: Pebble) -> None:
    with server_for(authority, "forbidden.example.com") as server:
        assert "issues no certificates for forbidden.example.com" in public(server)["problem"]


def test_an_expired_certificate_is_kept_until_a_new_one_is_issued(tmp_path: Path) -> None:
    pebble = Pebble(tmp_path, validity=8)
    server = server_for(pebble)
    with pebble.running(), server:
        assert public(server)["problem"] is None
    stored = (server.home / "tls" / "acme" / f"{DOMAIN}.pem").read_bytes()
    ends = x509.load_pem_x509_certificates(stored)[0].not_valid_after_utc
    eventually(lambda: datetime.now(UTC) > ends + timedelta(seconds=1), what="it has expired")
    with server:
        assert (public(server)["problem"], public(server)["trusted"]) == ("127.0.0.1 does not answer.", False)
        assert "Pebble" in issuer(shown(server.ready["https"]))
        before = shown(server.ready["https"]).serial_number
        with pebble.running():
            os.kill(server.pid, signal.SIGHUP)
            eventually(lambda: shown(server.ready["https"]).serial_number != before)


def test_a_configured_certificate_is_exchanged_without_a_restart(tmp_path: Path) -> None:
    """As after a renewal by another program."""
    first, second = (ensure_certificates(tmp_path / name, [DOMAIN], SystemClock()) for name in ("first", "second"))
    settings = {"UNIFICX_TLS_CERTIFICATE": str(first.certificate), "UNIFICX_TLS_KEY": str(first.key)}
    with Server(tmp_path / "home", settings=settings) as server:
        before = {shown(place).serial_number for place in listeners(server)}
        first.key.write_bytes(b"damaged")
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: "certificate_not_reloaded" in server.log())
        assert {shown(place).serial_number for place in listeners(server)} == before
        first.certificate.write_bytes(second.certificate.read_bytes())
        first.key.write_bytes(second.key.read_bytes())
        os.kill(server.pid, signal.SIGHUP)
        expected = x509.load_pem_x509_certificate(second.certificate.read_bytes()).serial_number
        eventually(lambda: {shown(place).serial_number for place in listeners(server)} == {expected})


def test_a_certificate_made_while_the_clock_was_ahead_is_replaced(tmp_path: Path) -> None:
    """Otherwise no browser would accept it for years, and devices that trust its authority neither."""
    files = ensure_certificates(tmp_path, [DOMAIN], ManualClock(datetime(2046, 1, 1, tzinfo=UTC)))
    ensure_certificates(tmp_path, [DOMAIN], ManualClock(now := datetime(2026, 12, 1, tzinfo=UTC)))
    for path in (files.certificate, files.authority):
        assert x509.load_pem_x509_certificate(path.read_bytes()).not_valid_before_utc <= now


def test_an_expired_certificate_is_reported_at_the_start_and_when_it_is_read_again(tmp_path: Path) -> None:
    long_ago = ManualClock(datetime(2020, 1, 1, tzinfo=UTC))
    expired, fresh = ensure_certificates(tmp_path / "a", [DOMAIN], long_ago), tmp_path / "b"
    new = ensure_certificates(fresh, [DOMAIN], SystemClock())
    settings = {"UNIFICX_TLS_CERTIFICATE": str(expired.certificate), "UNIFICX_TLS_KEY": str(expired.key)}
    with Server(tmp_path / "home", settings=settings) as server:
        assert server.log().count("certificate_expired") == 1
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: server.log().count("certificate_expired") == 2)
        expired.certificate.write_bytes(new.certificate.read_bytes())
        expired.key.write_bytes(new.key.read_bytes())
        os.kill(server.pid, signal.SIGHUP)
        eventually(lambda: server.log().count("certificate_reloaded") == 2)
        assert server.log().count("certificate_expired") == 2
