"""WebSockets for live events: /api/v1/events for users, /api/v1/guests/me/events for guests of meetings. One JSON
object per message; `type` is the kind.

Browsers with our cookie and a same-site Origin are accepted, and so are clients with a token: as
`Authorization: Bearer`, or as `{"token": ...}` in the first message. Any other incoming message is ignored. Guests send
their token in the first message: the browser may belong to a user, whose cookie is not theirs.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from unificx.api.access import COOKIE
from unificx.api.event_hub import CHANGED_RIGHTS, MEETING_CHANGED, SIGNED_OUT, EventHub, MessageQueue
from unificx.api.middleware import Receive, Scope, Send
from unificx.api.websocket_connection import frame_writer
from unificx.conferencing import MeetingGuests
from unificx.core.access import ANONYMOUS, Access, stating
from unificx.core.errors import DomainError
from unificx.identity import Identity, Principal, Role, is_assistant

PATH, GUEST_PATH = "/api/v1/events", "/api/v1/guests/me/events"
FIRST_MESSAGE_SECONDS = 5.0
PING_SECONDS = 30.0
STALLED_SECONDS = 10.0
"""Seconds within which the peer has to read one message."""
MAX_FIRST_MESSAGE = 1000
_PING = '{"type":"ping"}'
_GOING_AWAY = 1001
_POLICY_VIOLATION = 1008


class EventsWebSocket:
    """ASGI application of the WebSocket."""

    def __init__(self, identity: Identity, hub: EventHub) -> None:
        self._identity = identity
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        headers = Headers(scope=scope)
        if _is_cross_site(headers):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        token = _handshake_token(headers)
        principal = await self._authenticate(token) if token else None
        if token and principal is None:
            await send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        await send({"type": "websocket.accept"})
        if principal is None:
            token = await _first_message_token(receive)
            principal = await self._authenticate(token) if token else None
        if principal is None:
            await _close(send, SIGNED_OUT)
            return
        queue = self._hub.open(principal)
        try:
            # Check again: the session may have ended, or its rights changed, before the queue was registered,
            # without a notification.
            now = await self._authenticate(token)
            if now != principal:
                self._hub.close(queue, SIGNED_OUT if now is None else CHANGED_RIGHTS)
            queue.write = frame_writer(scope)
            await _Connection(queue, receive, send).run()
        finally:
            self._hub.close(queue, _GOING_AWAY)

    async def _authenticate(self, token: str) -> Principal | None:
        try:
            with stating(Access("authentication", ANONYMOUS)):
                principal = await self._identity.authenticate(token)
                if principal.role is not Role.OPERATOR and not principal.key_id:
                    await self._identity.passwords.require_own(principal)
        except DomainError:
            return None
        return None if is_assistant(principal) else principal


class GuestWebSocket:
    """ASGI application of the WebSocket of guests."""

    def __init__(self, guests: MeetingGuests, hub: EventHub) -> None:
        self._guests = guests
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if _is_cross_site(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        await send({"type": "websocket.accept"})
        token = await _first_message_token(receive)
        guest = self._guests.find(token)
        if guest is None:
            await _close(send, SIGNED_OUT)
            return
        queue = self._hub.open_guest(guest.id, guest.room_id)
        queue.put(json.dumps(MEETING_CHANGED))  # for what has changed before the queue was open

        def is_current() -> bool:
            if self._guests.find(token) is None:  # which notes that the page is there
                self._hub.close_guest(queue, SIGNED_OUT)
            return queue.code is None

        try:
            await _Connection(queue, receive, send, is_current).run()
        finally:
            self._hub.close_guest(queue, _GOING_AWAY)


class _Connection:
    """One open WebSocket: sends the queued events until either side closes it. `is_current` is asked before each
    ping."""

    def __init__(
        self, queue: MessageQueue, receive: Receive, send: Send, is_current: Callable[[], bool] = lambda: True
    ) -> None:
        self._queue, self._receive, self._send, self._is_current = queue, receive, send, is_current

    async def run(self) -> None:
        reader, writer = asyncio.create_task(self._read()), asyncio.create_task(self._write())
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
            peer_closed = reader.done()
        finally:
            reader.cancel()
            writer.cancel()
            outcomes = await asyncio.gather(reader, writer, return_exceptions=True)
        if not peer_closed:
            await _close(self._send, self._queue.code or _GOING_AWAY)
        for fault in outcomes:
            if isinstance(fault, Exception) and not isinstance(fault, OSError):  # TimeoutError is one
                raise fault

    async def _read(self) -> None:
        while (await self._receive())["type"] == "websocket.receive":
            pass

    async def _write(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    text = await self._queue.next()
            except TimeoutError:
                text = _PING if self._is_current() else None
            if text is None:
                return
            async with asyncio.timeout(STALLED_SECONDS):
                await self._send({"type": "websocket.send", "text": text})


def _is_cross_site(headers: Headers) -> bool:
    """Return whether a page of another site opens the WebSocket: browsers always send Origin, other clients mostly do
    not."""
    hosts = [host.lower() for host in headers.getlist("host")]
    return any([_authority(origin)] != hosts for origin in headers.getlist("origin"))


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _handshake_token(headers: Headers) -> str:
    """Return the token of the handshake: a bearer token, or a browser's cookie, which is accepted only with an
    Origin."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "") if "origin" in headers else ""


async def _first_message_token(receive: Receive) -> str:
    """Return the token in the first message; "" if none arrives in time."""
    try:
        async with asyncio.timeout(FIRST_MESSAGE_SECONDS):
            text = (await receive()).get("text") or ""
    except TimeoutError:
        return ""
    if len(text) > MAX_FIRST_MESSAGE:
        return ""
    try:
        payload: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    token = payload.get("token") if isinstance(payload, dict) else None
    return token if isinstance(token, str) else ""


async def _close(send: Send, code: int) -> None:
    """Send a close frame to a peer that may be disconnected or not reading."""
    with suppress(OSError, RuntimeError):
        async with asyncio.timeout(1.0):
            await send({"type": "websocket.close", "code": code})
