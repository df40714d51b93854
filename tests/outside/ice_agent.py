"""One browser's end of ICE and DTLS on a socket: as much of RFC 8445 and RFC 6347 as shows which role the peer takes."""

import asyncio
import hashlib
import hmac
import os
import socket
import struct
import zlib

from OpenSSL import SSL

from unificx import sdp

BINDING_REQUEST, BINDING_RESPONSE = 0x0001, 0x0101
MAGIC = 0x2112A442
USERNAME, MESSAGE_INTEGRITY, PRIORITY, USE_CANDIDATE, FINGERPRINT, ICE_CONTROLLING = (
    0x0006,
    0x0008,
    0x0024,
    0x0025,
    0x8028,
    0x802A,
)
DTLS_HANDSHAKE = 22
SERVER_HELLO, HELLO_VERIFY_REQUEST = 2, 3


class IceAgent:
    """The controlling agent, which nominates the peer's first IPv4 candidate at once (RFC 8445 section 8.1.1)."""

    def __init__(self, local_fragment: str) -> None:
        self._local_fragment = local_fragment
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    async def nominate(self, description: bytes) -> None:
        """Check the candidate in the peer's SDP with nomination, until it responds."""
        session = sdp.parse(description)
        media = sdp.first_audio(session)
        assert media is not None
        fragment, password = media.attribute("ice-ufrag"), media.attribute("ice-pwd")
        assert fragment, password
        candidate = next(value.split() for name, value in media.attributes if name == "candidate" and value)
        self._socket.connect((candidate[4], int(candidate[5])))
        transaction = os.urandom(12)
        check = _binding_request(f"{fragment}:{self._local_fragment}", str(password), transaction)
        while True:
            await self._send(check)
            data = await self._receive()
            if data[:2] == struct.pack("!H", BINDING_RESPONSE) and data[8:20] == transaction:
                return

    async def hello(self) -> int:
        """Begin DTLS as its client; return the type of the first handshake message of the peer (RFC 6347 section
        4.2.2)."""
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
        connection = SSL.Connection(context, None)
        connection.set_connect_state()
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            await self._send(connection.bio_read(4096))
        while True:
            data = await self._receive()
            if data[:1] == bytes([DTLS_HANDSHAKE]):
                return data[13]

    async def _send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def _receive(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._socket, 4096), 10)


def _binding_request(username: str, password: str, transaction: bytes) -> bytes:
    """Encode a connectivity check with nomination (RFC 8445 section 7.1, RFC 8489 section 5)."""
    attributes = (
        _attribute(USERNAME, username.encode())
        + _attribute(PRIORITY, struct.pack("!I", 1 << 30))
        + _attribute(ICE_CONTROLLING, os.urandom(8))
        + _attribute(USE_CANDIDATE, b"")
    )
    signed = _header(len(attributes) + 24, transaction) + attributes
    attributes += _attribute(MESSAGE_INTEGRITY, hmac.new(password.encode(), signed, hashlib.sha1).digest())
    checked = _header(len(attributes) + 8, transaction) + attributes
    return checked + _attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(checked) ^ 0x5354554E))


def _header(length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", BINDING_REQUEST, length, MAGIC) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
