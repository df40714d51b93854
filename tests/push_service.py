"""Local push service, and a subscribed browser that decrypts its messages (RFC 8291)."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from unificx.notifications import NewSubscription


@dataclass
class ReceivedPush:
    """One received request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Receives messages. `responses` (status, headers) are returned in turn, then 201."""

    base: str = ""
    received: list[ReceivedPush] = field(default_factory=list)
    responses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """If set, each response waits for it."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        assert scope["method"] == "POST"
        self.received.append(ReceivedPush(scope["path"], headers, body))
        self.arrived.set()
        if self.gate is not None:
            await self.gate.wait()
        status, extra = self.responses.pop(0) if self.responses else (201, {})
        values = [(name.encode(), value.encode()) for name, value in extra.items()]
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *values]})
        await send({"type": "http.response.body", "body": b""})


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave signals to the test runner."""


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """Run a push service on a free port until the end of the block."""
    service = PushService()
    sock = socket.create_server(("127.0.0.1", 0))
    service.base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    config = uvicorn.Config(service, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = _Server(config)
    task = asyncio.create_task(server._serve([sock]))
    try:
        yield service
    finally:
        server.should_exit = True
        await task
        sock.close()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SubscribedBrowser:
    """Browser with the private key of a subscription."""

    def __init__(self, service: PushService, path: str) -> None:
        self.service, self.path = service, path
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))

    @property
    def public_point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self) -> NewSubscription:
        return NewSubscription(self.service.base + self.path, b64(self.public_point), b64(self.auth))

    def as_json(self) -> dict[str, Any]:
        """Return the subscription as JSON of a browser."""
        new = self.subscription()
        keys = {"p256dh": new.p256dh, "auth": new.auth}
        return {"endpoint": new.endpoint, "expirationTime": None, "keys": keys}

    def pushes(self) -> list[ReceivedPush]:
        return [one for one in self.service.received if one.path == self.path]

    def messages(self) -> list[dict[str, str]]:
        return [self.read(one.body) for one in self.pushes()]

    def read(self, body: bytes) -> dict[str, str]:
        """Decrypt according to RFC 8291 section 3.4 and RFC 8188 section 2."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, rest = body[21 : 21 + length], body[21 + length :]
        assert len(rest) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _hkdf(self.auth, shared, b"WebPush: info\x00" + self.public_point + sender, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, rest, None)
        text = padded.rstrip(b"\x00")
        assert text[-1:] == b"\x02"
        return json.loads(text[:-1])


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def claims(pushed: ReceivedPush) -> tuple[dict[str, Any], str]:
    """Return the verified VAPID claims and the key (RFC 8292 section 3)."""
    scheme, _, parameters = pushed.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    values = dict(each.strip().split("=", 1) for each in parameters.split(","))
    point = unb64(values["k"])
    public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})
    token = jwt.decode(values["t"], public, algorithms=["ES256"])
    assert token.header["alg"] == "ES256"
    return token.claims, values["k"]
