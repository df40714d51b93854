"""Distribution of live events to WebSocket clients. In memory and without awaiting: senders never block."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from unificx.api.websocket_connection import WriteFrame, text_frame
from unificx.identity import Action, Principal, Role, may
from unificx.support import needs_consent

MAX_QUEUED = 64
MAX_PER_SESSION = 8
"""Event connections (mostly browser tabs) of one session, or one guest; a further one closes the oldest."""
SIGNED_OUT, TOO_SLOW, CHANGED_RIGHTS, TOO_MANY = 4401, 4408, 4409, 4429
"""Close codes for private use (RFC 6455 section 7.4.2)."""

MEETING_CHANGED = {"type": "meeting"}
"""The meeting of a guest has changed; what a guest sees depends on their state, so the page fetches it."""


class MessageQueue:
    """Queue of pending events for one WebSocket client. `code` is the close code, set once it is closed; `write` writes
    a frame past an empty queue, set once the client may get events."""

    __slots__ = ("_filled", "_messages", "code", "write")

    def __init__(self) -> None:
        self.code: int | None = None
        self.write: WriteFrame | None = None
        # Owner: the WebSocket of this node that reads it.
        self._messages: list[str] = []
        self._filled: asyncio.Future[None] | None = None
        """Set while the reader waits. A list and a future, because thousands of queues are empty most of the time."""

    def put(self, text: str) -> None:
        """Add a message. A duplicate of a message still queued is dropped; a full queue is closed with TOO_SLOW."""
        if self.code is not None or text in self._messages:
            return
        if len(self._messages) >= MAX_QUEUED:
            self.close(TOO_SLOW)
            return
        self._messages.append(text)
        self._wake()

    def put_frame(self, text: str, frame: bytes) -> None:
        """Write a message, encoded as `frame`; add it to the queue if it cannot be written now."""
        if self.write is None or self._messages or self.code is not None or not self.write(frame):
            self.put(text)

    def close(self, code: int) -> None:
        """Close the queue. Pending messages are still delivered, except with TOO_SLOW."""
        if self.code is None:
            self.code = code
            self._wake()

    async def next(self) -> str | None:
        """Return the next message; None once the queue is closed and empty."""
        while True:
            if self._messages and self.code != TOO_SLOW:
                return self._messages.pop(0)
            if self.code is not None:
                return None
            self._filled = asyncio.get_running_loop().create_future()
            try:
                await self._filled
            finally:
                self._filled = None

    def _wake(self) -> None:
        if self._filled is not None and not self._filled.done():
            self._filled.set_result(None)


class EventQueue(MessageQueue):
    """Queue of a user."""

    __slots__ = ("principal",)

    def __init__(self, principal: Principal) -> None:
        super().__init__()
        self.principal = principal


class GuestQueue(MessageQueue):
    """Queue of a guest of a meeting, who gets events of its room only."""

    __slots__ = ("guest_id", "room_id")

    def __init__(self, guest_id: str, room_id: str) -> None:
        super().__init__()
        self.guest_id, self.room_id = guest_id, room_id


class EventHub:
    """All event queues, indexed by session, by person and by tenant; those of guests by their room."""

    def __init__(self) -> None:
        # Owner: this node: each node sends events to the clients connected to it.
        self._sessions: defaultdict[str, list[EventQueue]] = defaultdict(list)
        self._persons: defaultdict[str, list[EventQueue]] = defaultdict(list)
        self._tenants: defaultdict[str, list[EventQueue]] = defaultdict(list)
        self._guests: defaultdict[str, list[GuestQueue]] = defaultdict(list)

    def __len__(self) -> int:
        return sum(map(len, self._tenants.values()))

    def open(self, principal: Principal) -> EventQueue:
        """Register a queue for a client."""
        queue = EventQueue(principal)
        session_id, person_id = _indexed_by(principal)
        siblings = self._sessions[session_id]
        if len(siblings) >= MAX_PER_SESSION:
            self.close(siblings[0], TOO_MANY)
            siblings = self._sessions[session_id]
        siblings.append(queue)
        self._persons[person_id].append(queue)
        self._tenants[principal.tenant_id].append(queue)
        return queue

    def close(self, queue: EventQueue, code: int) -> None:
        """Unregister and close a queue. May be repeated."""
        session_id, person_id = _indexed_by(queue.principal)
        for index, key in (
            (self._sessions, session_id),
            (self._persons, person_id),
            (self._tenants, queue.principal.tenant_id),
        ):
            left = [one for one in index.get(key, ()) if one is not queue]
            if left:
                index[key] = left
            else:
                index.pop(key, None)
        queue.close(code)

    def open_guest(self, guest_id: str, room_id: str) -> GuestQueue:
        """Register a queue for a guest of a meeting."""
        own = [one for one in self._guests.get(room_id, ()) if one.guest_id == guest_id]
        if len(own) >= MAX_PER_SESSION:
            self.close_guest(own[0], TOO_MANY)
        queue = GuestQueue(guest_id, room_id)
        self._guests[room_id].append(queue)
        return queue

    def close_guest(self, queue: GuestQueue, code: int) -> None:
        """Unregister and close a queue. May be repeated."""
        left = [one for one in self._guests.get(queue.room_id, ()) if one is not queue]
        if left:
            self._guests[queue.room_id] = left
        else:
            self._guests.pop(queue.room_id, None)
        queue.close(code)

    # Sending

    def send_to_guests(
        self,
        room_id: str,
        message: dict[str, Any],
        admitted: Collection[str] = (),
        more: Mapping[str, Any] = {},
        *,
        but: Collection[str] = (),
    ) -> None:
        """Send a message to all guests of a room, also to those in its lobby; to those who were admitted with more."""
        queues = [one for one in self._guests.get(room_id, ()) if one.guest_id not in but]
        _send([one for one in queues if one.guest_id not in admitted], message)
        _send([one for one in queues if one.guest_id in admitted], {**message, **more})

    def send_to_admitted_guests(self, room_id: str, admitted: Collection[str], message: dict[str, Any]) -> None:
        """Send a message to those guests of a room who were admitted."""
        _send([one for one in self._guests.get(room_id, ()) if one.guest_id in admitted], message)

    def send_to_session(self, session_id: str, message: dict[str, Any]) -> None:
        """Send a message to all clients of one session."""
        _send(self._sessions.get(session_id, ()), message)

    def send_to_person(self, person_id: str, message: dict[str, Any]) -> None:
        """Send a message to all clients of one person; not to API keys without access to what is their own."""
        _send([one for one in self._persons.get(person_id, ()) if one.principal.person_id == person_id], message)

    def send_to_persons(self, person_ids: Iterable[str], message: dict[str, Any]) -> None:
        """Send a message to all clients of these persons, as `send_to_person`. There may be thousands."""
        persons, text = self._persons, json.dumps(message, separators=(",", ":"))
        frame = text_frame(text)
        for person_id in person_ids:
            for queue in persons.get(person_id, ()):
                if queue.principal.person_id == person_id:
                    queue.put_frame(text, frame)

    def is_connected(self, session_id: str) -> bool:
        """Return whether a client of this sign-in is connected."""
        return session_id in self._sessions

    def send_to_permitted(self, tenant_id: str, action: Action, message: dict[str, Any]) -> None:
        """Send a message to all users with the permission for `action` in a tenant, including operators."""
        queues = self._queues_reaching(tenant_id)
        _send([one for one in queues if _may_receive(one.principal, action, tenant_id, message)], message)

    def send_to_persons_or_permitted(
        self, tenant_id: str, action: Action, person_ids: Collection[str], message: dict[str, Any]
    ) -> None:
        """Send a message to these persons of a tenant, and to all other users with the permission for `action` in
        it."""
        queues = self._queues_reaching(tenant_id)
        _send(
            [
                one
                for one in queues
                if one.principal.person_id in person_ids or _may_receive(one.principal, action, tenant_id, message)
            ],
            message,
        )

    def _queues_reaching(self, tenant_id: str) -> list[EventQueue]:
        operators = [
            feed
            for tenant, queues in self._tenants.items()
            if tenant != tenant_id
            for feed in queues
            if feed.principal.role is Role.OPERATOR
        ]
        return [*self._tenants.get(tenant_id, ()), *operators]

    # Closing

    def end_session(self, session_id: str) -> None:
        """Close all queues of a session, or an API key, that has ended."""
        self._sign_out(self._sessions.get(session_id, ()))

    def end_person(self, person_id: str) -> None:
        """Close all queues of a person who lost access."""
        self._sign_out(self._persons.get(person_id, ()))

    def end_tenant(self, tenant_id: str) -> None:
        """Close all queues of a tenant that lost access."""
        self._sign_out(self._tenants.get(tenant_id, ()))

    def change_rights(self, tenant_id: str, person_id: str) -> None:
        """Close all queues of a person whose permissions have changed, or with "" those of the tenant, so that their
        clients connect again with the new ones."""
        queues = self._persons.get(person_id, ()) if person_id else self._tenants.get(tenant_id, ())
        for queue in tuple(queues):
            queue.put(json.dumps({"type": "permissions"}))
            self.close(queue, CHANGED_RIGHTS)

    def _sign_out(self, queues: "list[EventQueue] | tuple[()]") -> None:
        for queue in tuple(queues):
            queue.put('{"type":"signed_out"}')
            self.close(queue, SIGNED_OUT)


def _indexed_by(principal: Principal) -> tuple[str, str]:
    """Return the session or API key, and the person whose access it is."""
    return principal.session_id or principal.key_id, principal.maker_id or principal.person_id


def _may_receive(principal: Principal, action: Action, tenant_id: str, message: Mapping[str, Any]) -> bool:
    """Return whether a user may get a message. Staff of the operator get bare notices that something has changed: what
    it is they fetch, with the consent of the tenant."""
    if not may(principal, action, tenant_id):
        return False
    return message.keys() == {"type"} or not needs_consent(principal, tenant_id, action)


def _send(queues: Sequence[MessageQueue], message: dict[str, Any]) -> None:
    if queues:
        text = json.dumps(message, separators=(",", ":"))
        for queue in queues:
            queue.put(text)
