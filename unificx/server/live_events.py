"""Live events for /api/v1/events, and closing of connections that lost access."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from unificx.api import EventHub
from unificx.cdr.events import CallListsChanged
from unificx.cluster import EventBus
from unificx.identity import Action, DirectoryCache
from unificx.identity.events import (
    ApiKeyEnded,
    PermissionsChanged,
    PersonClosed,
    PersonSuspended,
    SessionEnded,
    SignInCodeTriedAgain,
    SignInCodeUsed,
    TenantDeleted,
    TenantSuspended,
)
from unificx.notifications.events import NoticesChanged, PushSeen
from unificx.recording import LiveMonitoring, LiveRecording
from unificx.recording.events import CallRecordingsChanged, CallRecordingStored
from unificx.server.collecting_timer import CollectingTimer
from unificx.voicemail.events import MailboxChanged, MessageLeft
from unificx.webhooks.events import WebhookPaused

MIN_INTERVAL = 0.5
"""Minimum interval in seconds between events about one tenant's live calls."""
_CALLS, _HISTORY, _VOICEMAIL = {"type": "calls"}, {"type": "history"}, {"type": "voicemail"}
_RECORDINGS, _PARKED = {"type": "recordings"}, {"type": "parked"}


@dataclass(frozen=True, slots=True)
class LiveCallsChanged:
    """Signal: calls of a tenant have started, were answered or have ended, published at most every MIN_INTERVAL."""

    tenant_id: str


@dataclass(frozen=True, slots=True)
class CallsStepped:
    """Signal: these calls had a step, published at most every MIN_INTERVAL."""

    call_ids: Set[str]


class LiveEvents:
    """Subscribes to the bus; the call manager calls `calls_changed` and `call_stepped`. `owners` returns the extensions
    of a mailbox."""

    def __init__(
        self,
        hub: EventHub,
        bus: EventBus,
        directory: DirectoryCache,
        owners: Callable[[str], Sequence[str]] = lambda box_id: (box_id,),
    ) -> None:
        self._hub = hub
        self._bus = bus
        self._directory = directory
        self._owners = owners
        # Owner: this node, until the end of the current step.
        self._changed: set[str] = set()
        self._stepped: set[str] = set()
        self._timer = CollectingTimer(MIN_INTERVAL, self._send_calls)
        bus.subscribe(SessionEnded, lambda event: hub.end_session(event.session_id))
        bus.subscribe(ApiKeyEnded, lambda event: hub.end_session(event.key_id))
        for person_ended in (PersonClosed, PersonSuspended):
            bus.subscribe(person_ended, lambda event: hub.end_person(event.person_id))
        bus.subscribe(PermissionsChanged, lambda event: hub.change_rights(event.tenant, event.person_id))
        for tenant_ended in (TenantSuspended, TenantDeleted):
            bus.subscribe(tenant_ended, lambda event: hub.end_tenant(event.tenant))
        bus.subscribe(SignInCodeUsed, lambda event: self._on_sign_in_code(event, "used"))
        bus.subscribe(SignInCodeTriedAgain, lambda event: self._on_sign_in_code(event, "used"))
        bus.subscribe(
            PushSeen, lambda event: hub.send_to_session(event.session_id, {"type": "push_seen", "id": event.test_id})
        )
        bus.subscribe(NoticesChanged, lambda event: hub.send_to_person(event.person_id, {"type": "notices"}))
        for kind in (MessageLeft, MailboxChanged):
            bus.subscribe(kind, lambda event: self._on_voicemail(event.extension_id))
        for recording_event in (CallRecordingStored, CallRecordingsChanged):
            bus.subscribe(recording_event, self._on_recordings)
        bus.subscribe(CallListsChanged, self._on_history)
        bus.subscribe(WebhookPaused, self._on_webhook_paused)

    def close(self) -> None:
        """Cancel pending events."""
        self._timer.close()

    def calls_changed(self, tenant_id: str) -> None:
        """Schedule an event about a tenant's live calls. Called for every call, so it only sets a flag."""
        if not self._changed:
            self._timer.start()
        self._changed.add(tenant_id)

    def call_stepped(self, call_id: str) -> None:
        """Schedule a signal about a call. Called for each step of every call, so it only sets a flag."""
        if not self._stepped:
            self._timer.start()
        self._stepped.add(call_id)

    def parked_changed(self, tenant_id: str) -> None:
        """Notify all users of a tenant of a changed parking slot: any of them may retrieve the call."""
        self._hub.send_to_permitted(tenant_id, Action.DIRECTORY, _PARKED)

    def recording_changed(self, live: LiveRecording) -> None:
        """Notify all participants of a call of its recording state."""
        message = {"type": "recording", "call": live.call_id, "state": live.state, "end": live.end}
        self._send_to_extensions(live.extensions, message)

    def monitoring_changed(self, live: LiveMonitoring) -> None:
        """Notify all participants of a call that a supervisor listens to it."""
        self._send_to_extensions(live.extensions, {"type": "monitoring", "call": live.call_id, "state": live.state})

    def _send_to_extensions(self, extension_ids: Iterable[str], message: dict[str, Any]) -> None:
        extensions = [self._directory.extension_by_id(each) for each in extension_ids]
        for person_id in {one.person_id for one in extensions if one is not None and one.person_id is not None}:
            self._hub.send_to_person(person_id, message)

    def _send_calls(self) -> None:
        changed, self._changed = self._changed, set()
        for tenant_id in changed:
            self._hub.send_to_permitted(tenant_id, Action.CALLS_READ, _CALLS)
            self._bus.publish(LiveCallsChanged(tenant_id))
        if self._stepped:
            stepped, self._stepped = self._stepped, set()
            self._bus.publish(CallsStepped(stepped))

    def _on_sign_in_code(self, event: SignInCodeUsed | SignInCodeTriedAgain, state: Literal["used"]) -> None:
        """Notify the creator and the person of a QR sign-in code."""
        for person_id in {event.maker_id, event.person_id} - {""}:
            self._hub.send_to_person(person_id, {"type": "sign_in_code", "id": event.code_id, "state": state})

    def _on_voicemail(self, box_id: str) -> None:
        """Notify the owners of a mailbox."""
        self._send_to_extensions(self._owners(box_id), _VOICEMAIL)

    def _on_recordings(self, event: CallRecordingStored | CallRecordingsChanged) -> None:
        """Notify all users of a tenant: each sees only their own recordings when they fetch the list."""
        self._hub.send_to_permitted(event.tenant, Action.OWN, _RECORDINGS)

    def _on_webhook_paused(self, event: WebhookPaused) -> None:
        message = {"type": "webhook", "id": event.webhook_id, "state": "paused"}
        self._hub.send_to_permitted(event.tenant, Action.TENANT_CHANGE, message)

    def _on_history(self, event: CallListsChanged) -> None:
        self._send_to_extensions((extension_id or "" for _, extension_id in event.lists), _HISTORY)
        for tenant_id in {tenant_id for tenant_id, _ in event.lists}:
            self._hub.send_to_permitted(tenant_id, Action.HISTORY_READ, _HISTORY)
