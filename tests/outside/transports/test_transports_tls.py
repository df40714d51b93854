"""SIP over TLS with certificates of the local CA."""

import asyncio
import os
import ssl
import stat
import warnings
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from waiting import until

from unificx.core.clock import ManualClock, SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.core.errors import StartupError
from unificx.integrations.local_ca import Certificates, ensure_certificates, server_context
from unificx.sip.flow import Flow
from unificx.transport.binding import BindAddress
from unificx.transport.connections import StreamLimits
from unificx.transport.manager import TransportManager

HOST = "127.0.0.1"
HELLO = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n"


def trusting(files: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(files.authority))


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    return ensure_certificates(tmp_path / "tls", ["acme.example", "192.0.2.1"], SystemClock())


class Server:
    def __init__(self, files: Certificates, trust: Certificates | None = None, handshake: float = 0.5) -> None:
        self.received: list[Flow] = []
        self.lost: list[Flow] = []
        self.transports = TransportManager(
            [BindAddress("tls", HOST, 0)],
            lambda data, flow: self.received.append(flow),
            self.lost.append,
            tls=server_context(files),
            trust=trusting(trust or files),
            limits=StreamLimits(per_source_loopback=10, handshake=handshake, connect=2.0),
        )

    @property
    def port(self) -> int:
        return self.transports.bound[0].port


@pytest.fixture
async def server(files: Certificates) -> AsyncIterator[Server]:
    server = Server(files)
    await server.transports.start(DatagramReader(SystemClock()))
    yield server
    await server.transports.close()


@pytest.mark.promise("T1")
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "acme.example"])
async def test_a_phone_that_trusts_the_local_ca_connects(server: Server, files: Certificates, name: str) -> None:
    reader, writer = await asyncio.open_connection(HOST, server.port, ssl=trusting(files), server_hostname=name)
    writer.write(HELLO + b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    await until(lambda: server.received)
    assert server.received[0].transport == "tls"
    assert server.received[0].secure
    server.transports.send(HELLO, server.received[0])
    assert await reader.readexactly(len(HELLO)) == HELLO
    writer.close()
    await until(lambda: server.lost)


async def test_a_carrier_is_verified_by_the_name_that_was_looked_up(server: Server) -> None:
    """Each name has a connection of its own: what was verified for one is not for another."""
    good, bad = (Flow("tls", HOST, server.port, server_name=name) for name in ("acme.example", "globex.example"))
    server.transports.send(HELLO, good)
    await until(lambda: server.received)
    server.transports.send(HELLO, bad)
    await until(lambda: server.lost)
    assert server.lost == [bad]
    server.transports.send(HELLO, good)
    await until(lambda: len(server.received) == 2)


async def test_a_phone_that_trusts_another_ca_does_not_connect(server: Server, tmp_path: Path) -> None:
    outsider = ensure_certificates(tmp_path / "elsewhere", [], SystemClock())
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(HOST, server.port, ssl=trusting(outsider), server_hostname="localhost")
    assert not server.received


@pytest.mark.promise("T1")
async def test_tls_before_1_2_is_refused(server: Server, files: Certificates) -> None:
    old = trusting(files)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(HOST, server.port, ssl=old, server_hostname="localhost")


async def test_an_unfinished_handshake_times_out_and_frees_its_connection(server: Server, files: Certificates) -> None:
    idlers = [await asyncio.open_connection(HOST, server.port) for _ in range(10)]
    for reader, _ in idlers:
        async with asyncio.timeout(5):
            assert await reader.read() == b""
    _, writer = await asyncio.open_connection(HOST, server.port, ssl=trusting(files), server_hostname="localhost")
    writer.write(HELLO)
    await until(lambda: server.received)
    for _, other in (*idlers, (None, writer)):
        other.close()


async def test_unfinished_handshakes_lock_no_phone_out(files: Certificates) -> None:
    server = Server(files, handshake=60.0)
    await server.transports.start(DatagramReader(SystemClock()))
    idlers = [await asyncio.open_connection(HOST, server.port) for _ in range(10)]
    _, writer = await asyncio.open_connection(HOST, server.port, ssl=trusting(files), server_hostname="localhost")
    writer.write(HELLO)
    await until(lambda: server.received)
    async with asyncio.timeout(5):
        assert await idlers[0][0].read() == b""
    for _, other in (*idlers, (None, writer)):
        other.close()
    await server.transports.close()


@pytest.mark.parametrize("known", [True, False])
async def test_the_certificate_of_an_outgoing_connection_is_verified(
    server: Server, files: Certificates, tmp_path: Path, known: bool
) -> None:
    outsider = ensure_certificates(tmp_path / "elsewhere", [], SystemClock())
    client = Server(files, files if known else outsider)
    await client.transports.start(DatagramReader(SystemClock()))
    asked = Flow("tls", "localhost", server.port)
    client.transports.send(HELLO, asked)
    await until(lambda: server.received or client.lost)
    assert bool(server.received) is known
    assert client.lost == ([] if known else [asked])
    await client.transports.close()


def test_key_files_are_private(files: Certificates) -> None:
    directory = files.key.parent
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for name in ("server.key", "ca.key"):
        assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600


def test_a_second_start_keeps_the_certificates(files: Certificates) -> None:
    before = files.certificate.read_bytes()
    again = ensure_certificates(files.key.parent, ["ACME.example"], SystemClock())
    assert again == files
    assert files.certificate.read_bytes() == before


def test_a_new_domain_gets_a_new_certificate_of_the_same_authority(files: Certificates) -> None:
    authority, before = files.authority.read_bytes(), files.certificate.read_bytes()
    ensure_certificates(files.key.parent, ["acme.example", "globex.example"], SystemClock())
    assert files.certificate.read_bytes() != before
    assert files.authority.read_bytes() == authority
    names = x509.load_pem_x509_certificate(files.certificate.read_bytes()).extensions
    held = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "globex.example" in held.get_values_for_type(x509.DNSName)


def test_a_certificate_is_renewed_before_it_expires(tmp_path: Path) -> None:
    clock = ManualClock()
    files = ensure_certificates(tmp_path / "tls", [], clock)
    first, authority = files.certificate.read_bytes(), files.authority.read_bytes()
    clock.at += timedelta(days=300)
    ensure_certificates(tmp_path / "tls", [], clock)
    assert files.certificate.read_bytes() == first
    clock.at += timedelta(days=80)
    ensure_certificates(tmp_path / "tls", [], clock)
    assert files.certificate.read_bytes() != first
    assert files.authority.read_bytes() == authority
    clock.at += timedelta(days=3000)
    ensure_certificates(tmp_path / "tls", [], clock)
    assert files.authority.read_bytes() != authority


@pytest.mark.parametrize("content", [b"", b"not a certificate"])
def test_damaged_files_are_reported(files: Certificates, content: bytes) -> None:
    files.certificate.write_bytes(content)
    with pytest.raises(StartupError, match="cannot be read or made"):
        ensure_certificates(files.key.parent, [], SystemClock())
    assert os.listdir(files.key.parent)
