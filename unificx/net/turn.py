"""TURN servers (RFC 8656): where they are, credentials for them that last an hour, and trying them out.

The server shares a secret with us and knows nobody by name: a user name is when it ends and a random text, the password
a hash of it (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`).
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

from unificx.kernel.errors import CannotStart, Refused
from unificx.net import stun

LIFETIME = 3600
"""Seconds credentials are good for. A call that has begun goes on."""
SECONDS = 5.0
"""For each step of trying a server out."""
TRIES = 3
MOST_SERVERS = 8

_URL = re.compile(
    r"(stun|stuns|turn|turns):(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?"
)
_ALLOCATE, _REFRESH, _SUCCESS, _ERROR = 0x0003, 0x0004, 0x0100, 0x0110
_LIFETIME, _REALM, _NONCE, _RELAYED, _REQUESTED_TRANSPORT = 0x000D, 0x0014, 0x0015, 0x0016, 0x0019
_UDP = struct.pack("!B3x", 17)
_HEADER = struct.Struct("!HHI12s")
_MOST = 4096


@dataclass(frozen=True, slots=True)
class RelayServer:
    """A STUN or TURN server, as its URI (RFC 7064, RFC 7065) says."""

    url: str
    scheme: Literal["stun", "stuns", "turn", "turns"]
    host: str
    port: int
    transport: Literal["udp", "tcp"]

    @property
    def relays(self) -> bool:
        """Whether it is a TURN server."""
        return self.scheme.startswith("turn")

    @property
    def secure(self) -> bool:
        return self.scheme.endswith("s")


def relay_servers(text: str, variable: str) -> tuple[RelayServer, ...]:
    """Read URIs separated by commas. Raises CannotStart naming the variable they are from."""
    found = tuple(_server(each.strip(), variable) for each in text.split(",") if each.strip())
    if len(found) > MOST_SERVERS:
        raise CannotStart(f"{variable} names more than {MOST_SERVERS} servers.", hint="Browsers try every one.")
    return found


def _server(url: str, variable: str) -> RelayServer:
    read = _URL.fullmatch(url)
    port = int(read[3] or (5349 if read[1].endswith("s") else 3478)) if read is not None else 0
    if read is None or not 0 < port < 65536 or (read[1].endswith("s") and read[4] == "udp"):
        raise CannotStart(
            f"{variable} takes STUN and TURN servers, separated by commas.",
            hint="For example turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443?transport=tcp",
        )
    transport = read[4] or ("tcp" if read[1].endswith("s") else "udp")
    return RelayServer(url, read[1], read[2].strip("[]"), port, transport)  # type: ignore[arg-type]


def credentials(secret: str, until: int, whom: str) -> tuple[str, str]:
    """User name and password, good until `until` (seconds since 1970). `whom` is random: it names nobody."""
    username = f"{until}:{whom}"
    password = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(password).decode()


class _Refusal(Exception):
    """An error response: its code, and what has to be said the next time."""

    def __init__(self, code: int, realm: bytes, nonce: bytes) -> None:
        super().__init__(code)
        self.code, self.realm, self.nonce = code, realm, nonce


def try_out(server: RelayServer, login: tuple[str, str], random: Callable[[int], bytes]) -> str:
    """Have the server relay for a moment, and say where. Blocks. Raises Refused with what to do."""
    name = f"{server.host}:{server.port}/{server.transport}"
    try:
        with _connected(server) as sock:
            return f"{name} {_try(sock, server, login, random)}"
    except ssl.SSLError as fault:
        why = getattr(fault, "verify_message", "") or fault.reason or "TLS failed"
        raise Refused(f"{name} is not trusted: {why}", hint="Give it a certificate of its name.") from None
    except OSError as fault:
        why = "nothing came back" if isinstance(fault, TimeoutError) else fault.strerror or type(fault).__name__
        raise Refused(f"{name} does not answer: {why}", hint="Look whether it runs, and at its firewall.") from None
    except _Refusal as refusal:
        if refusal.code == 401:
            hint = "UNIFICX_TURN_SECRET and the server's static-auth-secret are to be the same."
            raise Refused(f"{name} does not take our credentials", hint=hint) from None
        raise Refused(f"{name} refuses with error {refusal.code}", hint="Look at the server's log.") from None


def _connected(server: RelayServer) -> socket.socket:
    kind = socket.SOCK_DGRAM if server.transport == "udp" else socket.SOCK_STREAM
    family, _, _, _, address = socket.getaddrinfo(server.host, server.port, type=kind)[0]
    sock = socket.socket(family, kind)
    try:
        sock.settimeout(SECONDS if kind == socket.SOCK_STREAM else SECONDS / TRIES)
        sock.connect(address)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=server.host) if server.secure else sock
    except OSError:
        sock.close()
        raise


def _try(sock: socket.socket, server: RelayServer, login: tuple[str, str], random: Callable[[int], bytes]) -> str:
    if not server.relays:
        transaction = random(12)
        seen = stun.mapped_address(_exchange(sock, stun.binding_request(transaction), transaction))
        return f"sees us at {seen[0]}" if seen is not None else "answers"
    asked = stun.attribute(_REQUESTED_TRANSPORT, _UDP)
    try:
        _ask(sock, _ALLOCATE, asked, random(12), b"")
    except _Refusal as first:
        if first.code != 401:
            raise
        proof, key = _proof(login, first)
    else:
        raise Refused("It relays for anybody.", hint="Set use-auth-secret at the server.")
    transaction = random(12)
    found = _ask(sock, _ALLOCATE, asked + proof, transaction, key)
    _ask(sock, _REFRESH, stun.attribute(_LIFETIME, bytes(4)) + proof, random(12), key)
    return f"relays from {stun.address(found[_RELAYED], transaction)[0]}"


def _proof(login: tuple[str, str], refusal: _Refusal) -> tuple[bytes, bytes]:
    """The attributes of a long-term credential, and the key of the message's integrity (RFC 8489 section 9.2.2)."""
    username, password = login
    key = hashlib.md5(b":".join((username.encode(), refusal.realm, password.encode())), usedforsecurity=False).digest()
    said = (stun.USERNAME, username.encode()), (_REALM, refusal.realm), (_NONCE, refusal.nonce)
    return b"".join(stun.attribute(*each) for each in said), key


def _ask(sock: socket.socket, method: int, body: bytes, transaction: bytes, key: bytes) -> dict[int, bytes]:
    """The attributes of a success. Raises _Refusal, and OSError for what is no answer."""
    length = len(body) + (24 if key else 0)
    message = _HEADER.pack(method, length, stun.MAGIC_COOKIE, transaction) + body
    if key:
        message += stun.attribute(stun.MESSAGE_INTEGRITY, hmac.new(key, message, hashlib.sha1).digest())
    answer = _exchange(sock, message, transaction)
    kind = _HEADER.unpack_from(answer)[0]
    found = {number: value for number, value, _ in stun.attributes(answer) or []}
    if kind == method | _ERROR:
        code = found.get(stun.ERROR_CODE, bytes(4))
        raise _Refusal(code[2] * 100 + code[3], found.get(_REALM, b""), found.get(_NONCE, b""))
    if kind != method | _SUCCESS:
        raise OSError(None, "it is no TURN server")
    return found


def _exchange(sock: socket.socket, message: bytes, transaction: bytes) -> bytes:
    """The answer to a message; over UDP it is asked more than once."""
    stream = sock.type == socket.SOCK_STREAM
    for left in reversed(range(1 if stream else TRIES)):
        sock.sendall(message)
        try:
            answer = _read(sock) if stream else sock.recv(_MOST)
        except TimeoutError:
            if not left:
                raise
        else:
            if not stun.is_stun(answer) or answer[8:20] != transaction:
                raise OSError(None, "it is no STUN server")
            return answer
    raise TimeoutError


def _read(sock: socket.socket) -> bytes:
    data = b""
    while len(data) < 20 or len(data) < 20 + int.from_bytes(data[2:4], "big"):
        more = sock.recv(_MOST)
        if not more or len(data) > _MOST:
            raise ConnectionResetError(None, "it hung up")
        data += more
    return data
