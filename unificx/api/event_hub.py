"""Distribution of live events to WebSocket clients. In memory and without awaiting: senders never block."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Collection
from typing import Any

from unificx.identity import Action, Principal, Role, may

MOST_QUEUED = 64
MOST_OF_SESSION = 8
"""Event connections (mostly browser tabs) of one session; a further one closes the oldest."""
SIGNED_OUT, TOO_SLOW, TOO_MANY = 4401, 4408, 4429
"""Close codes for private use (RFC 6455 section 7.4.2)."""


class Feed:
    """Queue of pending events for one WebSocket client. `code` is the close code, set once it is closed."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.code: int | None = None
        self._queue: deque[str] = deque()
        self._filled = asyncio.Event()

    def put(self, text: str) -> None:
        """Add a message. A duplicate of a message still queued is dropped; a full queue is closed with TOO_SLOW."""
        if self.code is not None or text in self._queue:
            return
        if len(self._queue) >= MOST_QUEUED:
            self.end(TOO_SLOW)
            return
        self._queue.append(text)
        self._filled.set()

    def end(self, code: int) -> None:
        """Close the queue. Pending messages are still delivered, except with TOO_SLOW."""
        if self.code is None:
            self.code = code
            self._filled.set()

    async def next(self) -> str | None:
        """Return the next message; None once the queue is closed and empty."""
        while True:
            if self._queue and self.code != TOO_SLOW:
                return self._queue.popleft()
            if self.code is not None:
                return None
            self._filled.clear()
            await self._filled.wait()


class Hub:
    """All event queues, indexed by session, by person and by tenant."""

    def __init__(self) -> None:
        self._sessions: defaultdict[str, list[Feed]] = defaultdict(list)
        self._persons: defaultdict[str, list[Feed]] = defaultdict(list)
        self._tenants: defaultdict[str, list[Feed]] = defaultdict(list)

    def __len__(self) -> int:
        return sum(map(len, self._tenants.values()))

    def open(self, principal: Principal) -> Feed:
        """Register a queue for a client."""
        feed = Feed(principal)
        siblings = self._sessions[principal.session_id]
        if len(siblings) >= MOST_OF_SESSION:
            self.close(siblings[0], TOO_MANY)
            siblings = self._sessions[principal.session_id]
        siblings.append(feed)
        self._persons[principal.person_id].append(feed)
        self._tenants[principal.tenant_id].append(feed)
        return feed

    def close(self, feed: Feed, code: int) -> None:
        """Unregister and close a queue. May be repeated."""
        who = feed.principal
        for index, key in (
            (self._sessions, who.session_id),
            (self._persons, who.person_id),
            (self._tenants, who.tenant_id),
        ):
            left = [one for one in index.get(key, ()) if one is not feed]
            if left:
                index[key] = left
            else:
                index.pop(key, None)
        feed.end(code)

    # Sending

    def session(self, session_id: str, message: dict[str, Any]) -> None:
        """Send a message to all clients of one session."""
        _tell(self._sessions.get(session_id, ()), message)

    def person(self, person_id: str, message: dict[str, Any]) -> None:
        """Send a message to all clients of one person."""
        _tell(self._persons.get(person_id, ()), message)

    def allowed(self, tenant_id: str, action: Action, message: dict[str, Any]) -> None:
        """Send a message to all users with the permission for `action` in a tenant, including operators."""
        _tell([one for one in self._reaching(tenant_id) if may(one.principal, action, tenant_id)], message)

    def concerned(self, tenant_id: str, action: Action, person_ids: Collection[str], message: dict[str, Any]) -> None:
        """Send a message to these persons of a tenant, and to all other users with the permission for `action` in
        it."""
        feeds = self._reaching(tenant_id)
        _tell(
            [one for one in feeds if one.principal.person_id in person_ids or may(one.principal, action, tenant_id)],
            message,
        )

    def _reaching(self, tenant_id: str) -> list[Feed]:
        operators = [
            feed
            for tenant, feeds in self._tenants.items()
            if tenant != tenant_id
            for feed in feeds
            if feed.principal.role is Role.OPERATOR
        ]
        return [*self._tenants.get(tenant_id, ()), *operators]

    # Closing

    def end_session(self, session_id: str) -> None:
        """Close all queues of a session that has ended."""
        self._sign_out(self._sessions.get(session_id, ()))

    def end_person(self, person_id: str) -> None:
        """Close all queues of a person who lost access."""
        self._sign_out(self._persons.get(person_id, ()))

    def end_tenant(self, tenant_id: str) -> None:
        """Close all queues of a tenant that lost access."""
        self._sign_out(self._tenants.get(tenant_id, ()))

    def _sign_out(self, feeds: "list[Feed] | tuple[()]") -> None:
        for feed in tuple(feeds):
            feed.put('{"type":"signed_out"}')
            self.close(feed, SIGNED_OUT)


def _tell(feeds: "list[Feed] | tuple[()]", message: dict[str, Any]) -> None:
    if feeds:
        text = json.dumps(message, separators=(",", ":"))
        for feed in feeds:
            feed.put(text)
