"""The server's own names, and a phone that uses one of them as its domain."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import scenarios as s
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from server import Server
from sipp_phones import SippPhones

from unificx.integrations.local_ca import Certificates
from unificx.server.host_names import own_host_names
from unificx.server.paths import InstallationPaths
from unificx.server.settings import Settings
from unificx.transport.binding import BindAddress

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    """Its own names stand for a tenant only while there is a single one."""
    return module_server


def self_signed_certificate(directory: Path, *names: str) -> Certificates:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
    path = directory / "given.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return Certificates(path, path, path)


@pytest.mark.parametrize("names", [(), ("PBX.example.com", "sip.example.com")])
def test_own_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    settings = Settings(
        paths=InstallationPaths(tmp_path),
        http=BindAddress("tcp", "127.0.0.1", 1),
        https=(BindAddress("tcp", "127.0.0.1", 2),),
        sip=(BindAddress("udp", "Office.example", 5060, "203.0.113.5"),),
        database="",
        media=(),
        certificates=self_signed_certificate(tmp_path, *names),
        public_url="https://voice.example.com:8443",
    )
    expected = {"127.0.0.1", "office.example", "203.0.113.5", "voice.example.com", "localhost"}
    assert own_host_names(settings) == expected | {socket.gethostname().lower()} | {name.lower() for name in names}


def test_server_accepts_its_own_name_and_refuses_others(desk: SippPhones, household) -> None:
    by_name = desk._sipp(household.anna, *s.registers(), s.recv(200), s.pause(10))
    by_name.domain = "localhost"
    assert by_name.run().ok
    other = desk._sipp(household.anna, *s.registers(), s.recv(403))
    other.domain = "unknown.example"
    assert other.run().ok
