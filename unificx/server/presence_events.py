"""Live events about the presence of colleagues, for all users of their tenant."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from unificx.api import EventHub
from unificx.calls import CallControl
from unificx.cluster import EventBus
from unificx.identity import Action, DirectoryCache, Extension
from unificx.presence import Availability, Presence
from unificx.presence.events import PresenceChanged
from unificx.privacy import Consents
from unificx.privacy.events import ObjectionChanged
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
        self,
        hub: EventHub,
        bus: EventBus,
        directory: DirectoryCache,
        availability: Availability,
        calls: CallControl,
        *,
        consents: Consents,
    ) -> None:
        self._hub = hub
        self._consents = consents
        self._directory = directory
        self._availability = availability
        self._calls = calls
        # Owner: this node, like the calls and the clients connected to it.
        self._reported: dict[str, _InCalls] = {}
        self._changed: defaultdict[str, set[str]] = defaultdict(set)
        self._timer = CollectingTimer(DELAY, self._send)
        bus.subscribe(PresenceChanged, lambda event: self._schedule(event.tenant_id, event.extension_id))
        bus.subscribe(LiveCallsChanged, lambda event: self._schedule(event.tenant_id))
        bus.subscribe(ObjectionChanged, self._objection_changed)
        bus.subscribe(CallsStepped, self._calls_stepped)

    def close(self) -> None:
        """Cancel pending events."""
        self._timer.close()

    def _objection_changed(self, event: ObjectionChanged) -> None:
        if event.purpose == "directory":
            self._hub.send_to_permitted(event.tenant_id, Action.DIRECTORY, {"type": "directory"})

    def _calls_stepped(self, event: CallsStepped) -> None:
        for tenant_id in self._calls.tenants(event.call_ids):
            self._schedule(tenant_id)

    def _schedule(self, tenant_id: str, *extension_ids: str) -> None:
        """Schedule an event about these extensions and those that will have begun or ended a call, or ring or no longer
        ring."""
        self._changed[tenant_id].update(extension_ids)
        self._timer.start()

    def _send(self) -> None:
        changed, self._changed = self._changed, defaultdict(set)
        for tenant_id, chosen in changed.items():
            now = _InCalls(self._calls.busy_extensions(tenant_id), self._calls.pickup_extensions(tenant_id))
            before = self._reported.pop(tenant_id, _InCalls())
            if now.busy or now.ringing:
                self._reported[tenant_id] = now
            extension_ids = chosen | (before.busy ^ now.busy) | (before.ringing ^ now.ringing)
            if extension_ids:
                self._send_changed(tenant_id, extension_ids, now)

    def _send_changed(self, tenant_id: str, extension_ids: Set[str], in_calls: _InCalls) -> None:
        message: dict[str, object] = {"type": "presence.changed"}
        if len(extension_ids) <= MAX_ITEMS:
            found = [self._directory.extension_by_id(each) for each in sorted(extension_ids)]
            extensions = [each for each in found if each is not None]
            listed = self._consents.without_objection(extensions, "directory")
            message["items"] = [self._item(each, in_calls) for each in listed]
            self._send_own([each for each in extensions if each not in listed], in_calls)
        self._hub.send_to_permitted(tenant_id, Action.DIRECTORY, message)

    def _send_own(self, unlisted: Sequence[Extension], in_calls: _InCalls) -> None:
        """Send the presence of people who have objected to the directory to themselves only."""
        for each in unlisted:
            if each.person_id is not None:
                message = {"type": "presence.changed", "items": [self._item(each, in_calls)]}
                self._hub.send_to_person(each.person_id, message)

    def _item(self, extension: Extension, in_calls: _InCalls) -> dict[str, object]:
        presence = self._availability.presence(extension.id)
        presence = presence or Presence(extension.id, extension.tenant_id, extension.subject)
        until = presence.until
        return {
            "extension_id": extension.id,
            "number": extension.number,
            "state": self._availability.shown_state(extension.id, in_call=extension.id in in_calls.busy),
            "chosen_state": presence.state,
            "until": until.isoformat() if until is not None else None,
            "note": presence.note,
            "ringing": extension.id in in_calls.ringing,
        }
