"""STUN and TURN servers (RFC 8656): configuration, short-lived credentials and a connectivity test.

The TURN server shares a secret with us and has no user accounts: a user name consists of an expiry time and a random
id, the password is an HMAC of it (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`).
"""

import base64
import hashlib
import hmac
import re
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from unificx.core.errors import DomainError, StartupError
from unificx.transport import stun

LIFETIME = 3600
"""Lifetime of credentials in seconds. Established calls are not affected by their expiry."""
STEP_TIMEOUT = 5.0
"""Timeout of each step of the test."""
UDP_ATTEMPTS = 3
MAX_SERVERS = 8

_URL = re.compile(
    r"(stun|stuns|turn|turns):(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?"
)
_ALLOCATE, _REFRESH, _SUCCESS, _ERROR = 0x0003, 0x0004, 0x0100, 0x0110
_LIFETIME, _REALM, _NONCE, _RELAYED, _REQUESTED_TRANSPORT = 0x000D, 0x0014, 0x0015, 0x0016, 0x0019
_UDP = struct.pack("!B3x", 17)
_HEADER = struct.Struct("!HHI12s")
_MAX_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class TurnServer:
    """A STUN or TURN server, given by its URI (RFC 7064, RFC 7065)."""

    url: str
    scheme: Literal["stun", "stuns", "turn", "turns"]
    host: str
    port: int
    transport: Literal["udp", "tcp"]

    @property
    def is_turn(self) -> bool:
        """Whether this is a TURN server."""
        return self.scheme.startswith("turn")

    @property
    def secure(self) -> bool:
        return self.scheme.endswith("s")


def parse_ice_servers(text: str, variable: str) -> tuple[TurnServer, ...]:
    """Parse comma-separated URIs. Raise StartupError naming the `variable` they come from."""
    found = tuple(_parse_server(each.strip(), variable) for each in text.split(",") if each.strip())
    if len(found) > MAX_SERVERS:
        raise StartupError(f"{variable} names more than {MAX_SERVERS} servers.", hint="Browsers try them all.")
    return found


def _parse_server(url: str, variable: str) -> TurnServer:
    match = _URL.fullmatch(url)
    port = int(match[3] or (5349 if match[1].endswith("s") else 3478)) if match is not None else 0
    if match is None or not 0 < port < 65536 or (match[1].endswith("s") and match[4] == "udp"):
        raise StartupError(
            f"{variable} takes a comma-separated list of STUN and TURN servers.",
            hint="For example turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443?transport=tcp",
        )
    transport = match[4] or ("tcp" if match[1].endswith("s") else "udp")
    return TurnServer(url, match[1], match[2].strip("[]"), port, transport)  # type: ignore[arg-type]


def credentials(secret: str, until: int, random_id: str) -> tuple[str, str]:
    """Return a user name and password valid until `until` (Unix time). `random_id` identifies no user."""
    username = f"{until}:{random_id}"
    password = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(password).decode()


class _ErrorResponse(Exception):
    """An error response: its code, and the realm and nonce for the next request."""

    def __init__(self, code: int, realm: bytes, nonce: bytes) -> None:
        super().__init__(code)
        self.code, self.realm, self.nonce = code, realm, nonce


def probe(server: TurnServer, login: tuple[str, str], random: Callable[[int], bytes]) -> str:
    """Allocate a relay address briefly and return a description of it. Blocks. Raise Refused with a hint."""
    name = f"{server.host}:{server.port}/{server.transport}"
    try:
        with _connect(server) as sock:
            return f"{name} {_probe(sock, server, login, random)}"
    except ssl.SSLError as fault:
        why = getattr(fault, "verify_message", "") or fault.reason or "TLS failed"
        raise DomainError(f"{name} is not trusted: {why}", hint="Install a certificate for its name.") from None
    except OSError as fault:
        why = "timeout" if isinstance(fault, TimeoutError) else fault.strerror or type(fault).__name__
        raise DomainError(f"{name} does not respond: {why}", hint="Check that it runs, and its firewall.") from None
    except _ErrorResponse as refusal:
        if refusal.code == 401:
            hint = "UNIFICX_TURN_SECRET must equal the server's static-auth-secret."
            raise DomainError(f"{name} rejects our credentials", hint=hint) from None
        raise DomainError(f"{name} responds with error {refusal.code}", hint="See the server's log.") from None


def _connect(server: TurnServer) -> socket.socket:
    kind = socket.SOCK_DGRAM if server.transport == "udp" else socket.SOCK_STREAM
    family, _, _, _, address = socket.getaddrinfo(server.host, server.port, type=kind)[0]
    sock = socket.socket(family, kind)
    try:
        sock.settimeout(STEP_TIMEOUT if kind == socket.SOCK_STREAM else STEP_TIMEOUT / UDP_ATTEMPTS)
        sock.connect(address)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=server.host) if server.secure else sock
    except OSError:
        sock.close()
        raise


def _probe(sock: socket.socket, server: TurnServer, login: tuple[str, str], random: Callable[[int], bytes]) -> str:
    if not server.is_turn:
        transaction = random(12)
        mapped = stun.mapped_address(_exchange(sock, stun.binding_request(transaction), transaction))
        return f"reports our address as {mapped[0]}" if mapped is not None else "responds"
    request = stun.encode_attribute(_REQUESTED_TRANSPORT, _UDP)
    try:
        _request(sock, _ALLOCATE, request, random(12), b"")
    except _ErrorResponse as first:
        if first.code != 401:
            raise
        authentication, key = _authenticate(login, first)
    else:
        raise DomainError("The server is an open relay.", hint="Set use-auth-secret on the server.")
    transaction = random(12)
    found = _request(sock, _ALLOCATE, request + authentication, transaction, key)
    _request(sock, _REFRESH, stun.encode_attribute(_LIFETIME, bytes(4)) + authentication, random(12), key)
    return f"relays from {stun.decode_address(found[_RELAYED], transaction)[0]}"


def _authenticate(login: tuple[str, str], refusal: _ErrorResponse) -> tuple[bytes, bytes]:
    """Return the attributes of a long-term credential and the MESSAGE-INTEGRITY key (RFC 8489 section 9.2.2)."""
    username, password = login
    key = hashlib.md5(b":".join((username.encode(), refusal.realm, password.encode())), usedforsecurity=False).digest()
    attributes = (stun.USERNAME, username.encode()), (_REALM, refusal.realm), (_NONCE, refusal.nonce)
    return b"".join(stun.encode_attribute(*each) for each in attributes), key


def _request(sock: socket.socket, method: int, body: bytes, transaction: bytes, key: bytes) -> dict[int, bytes]:
    """Send a request; return the attributes of a success response. Raise _ErrorResponse or OSError."""
    length = len(body) + (24 if key else 0)
    message = _HEADER.pack(method, length, stun.MAGIC_COOKIE, transaction) + body
    if key:
        message += stun.encode_attribute(stun.MESSAGE_INTEGRITY, hmac.new(key, message, hashlib.sha1).digest())
    response = _exchange(sock, message, transaction)
    kind = _HEADER.unpack_from(response)[0]
    found = {number: value for number, value, _ in stun.parse_attributes(response) or []}
    if kind == method | _ERROR:
        code = found.get(stun.ERROR_CODE, bytes(4))
        raise _ErrorResponse(code[2] * 100 + code[3], found.get(_REALM, b""), found.get(_NONCE, b""))
    if kind != method | _SUCCESS:
        raise OSError(None, "not a TURN server")
    return found


def _exchange(sock: socket.socket, message: bytes, transaction: bytes) -> bytes:
    """Send a message and return the response; retransmit over UDP."""
    stream = sock.type == socket.SOCK_STREAM
    for left in reversed(range(1 if stream else UDP_ATTEMPTS)):
        sock.sendall(message)
        try:
            response = _read_message(sock) if stream else sock.recv(_MAX_MESSAGE)
        except TimeoutError:
            if not left:
                raise
        else:
            if not stun.is_stun(response) or response[8:20] != transaction:
                raise OSError(None, "not a STUN server")
            return response
    raise TimeoutError


def _read_message(sock: socket.socket) -> bytes:
    data = b""
    while len(data) < 20 or len(data) < 20 + int.from_bytes(data[2:4], "big"):
        more = sock.recv(_MAX_MESSAGE)
        if not more or len(data) > _MAX_MESSAGE:
            raise ConnectionResetError(None, "connection closed")
        data += more
    return data
