"""TLS of the listeners: version 1.2 and later, with forward secrecy and without CBC (RFC 8996, RFC 9325)."""

import ssl
from pathlib import Path

import pytest

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates, server_context


def tls_handshake(server: ssl.SSLContext, ciphers: str, version: ssl.TLSVersion) -> str:
    """Return the cipher suite agreed on with a client. Raises SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = version
    context.set_ciphers(ciphers)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        context.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    agreed = ends[0].cipher()
    assert agreed is not None
    return agreed[0]


def test_tls12_without_cbc_and_with_forward_secrecy(tmp_path: Path) -> None:
    """TLS 1.2 takes no suite with CBC."""
    server = server_context(ensure_certificates(tmp_path / "tls", [], SystemClock()))
    for ciphers in ("ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256"):
        with pytest.raises(ssl.SSLError):
            tls_handshake(server, ciphers, ssl.TLSVersion.TLSv1_2)
    assert tls_handshake(server, "ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2).startswith("ECDHE-")
    assert tls_handshake(server, "DEFAULT", ssl.TLSVersion.TLSv1_3).startswith("TLS_")
