"""Live events about the presence of colleagues, for all users of their tenant."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass

from unificx.api import EventHub
from unificx.calls import CallControl
from unificx.cluster import EventBus
from unificx.identity import Action, DirectoryCache
from unificx.presence import Availability, Presence
from unificx.presence.events import PresenceChanged
from unificx.server.collecting_timer import CollectingTimer
from unificx.server.live_events import CallsStepped, LiveCallsChanged

DELAY = 0.2
"""Seconds from a change to its event, which then has all changes of that time."""
MAX_ITEMS = 50
"""Extensions named in one event; after more changes, the client fetches the list."""


@dataclass(frozen=True, slots=True)
class _InCalls:
    """The extensions of a tenant in calls, and those at which a call may be picked up."""

    busy: Set[str] = frozenset()
    ringing: Set[str] = frozenset()


class PresenceEvents:
    """Subscribes to changes of presence and of live calls."""

    def __init__(
        self, hub: EventHub, bus: EventBus, directory: DirectoryCache, availability: Availability, calls: CallControl
    ) -> None:
        self._hub = hub
        self._directory = directory
        self._availability = availability
        self._calls = calls
        # Owner: this node, like the calls and the clients connected to it.
        self._reported: dict[str, _InCalls] = {}
        self._changed: defaultdict[str, set[str]] = defaultdict(set)
        self._timer = CollectingTimer(DELAY, self._send)
        bus.subscribe(PresenceChanged, lambda event: self._schedule(event.tenant_id, frozenset((event.extension_id,))))
        bus.subscribe(LiveCallsChanged, lambda event: self._calls_changed(event.tenant_id))
        bus.subscribe(CallsStepped, self._calls_stepped)

    def close(self) -> None:
        """Cancel pending events."""
        self._timer.close()

    def _calls_stepped(self, event: CallsStepped) -> None:
        for tenant_id in self._calls.tenants(event.call_ids):
            self._calls_changed(tenant_id)

    def _calls_changed(self, tenant_id: str) -> None:
        """Schedule an event about the extensions that began or ended a call, or that ring now or no longer."""
        before, now = self._reported.pop(tenant_id, _InCalls()), self._in_calls(tenant_id)
        if now.busy or now.ringing:
            self._reported[tenant_id] = now
        self._schedule(tenant_id, (before.busy ^ now.busy) | (before.ringing ^ now.ringing))

    def _in_calls(self, tenant_id: str) -> _InCalls:
        return _InCalls(self._calls.busy_extensions(tenant_id), self._calls.pickup_extensions(tenant_id))

    def _schedule(self, tenant_id: str, extension_ids: Set[str]) -> None:
        if extension_ids:
            self._changed[tenant_id] |= extension_ids
            self._timer.start()

    def _send(self) -> None:
        changed, self._changed = self._changed, defaultdict(set)
        for tenant_id, extension_ids in changed.items():
            message: dict[str, object] = {"type": "presence.changed"}
            if len(extension_ids) <= MAX_ITEMS:
                in_calls = self._in_calls(tenant_id)
                message["items"] = [item for each in sorted(extension_ids) for item in self._items(each, in_calls)]
            self._hub.send_to_permitted(tenant_id, Action.DIRECTORY, message)

    def _items(self, extension_id: str, in_calls: _InCalls) -> list[dict[str, object]]:
        extension = self._directory.extension_by_id(extension_id)
        if extension is None:
            return []
        presence = self._availability.presence(extension_id)
        presence = presence or Presence(extension_id, extension.tenant_id, extension.subject)
        until = presence.until
        return [
            {
                "extension_id": extension_id,
                "number": extension.number,
                "state": self._availability.shown_state(extension_id, in_call=extension_id in in_calls.busy),
                "chosen_state": presence.state,
                "until": until.isoformat() if until is not None else None,
                "note": presence.note,
                "ringing": extension_id in in_calls.ringing,
            }
        ]
