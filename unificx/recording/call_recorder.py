"""Records calls: automatically where an extension requires it, or at a participant's request."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from unificx import sdp
from unificx.calls import Conversation
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.recording.call_recording_session import CallRecordingSession
from unificx.recording.call_source import CallSessionDependencies
from unificx.recording.live_recording import LiveRecording
from unificx.recording.machine import consent_types
from unificx.recording.policy import RecordingDecision
from unificx.recording.schemas import StartMode

CallRecorderDependencies = CallSessionDependencies
TOGGLE, PAUSE = "1", "0"
"""DTMF digits after `*`: start or stop recording; pause or resume it."""
STAR_TIMEOUT = 3.0
"""Seconds between `*` and the digit."""
_PREFERENCE_DIGITS: dict[tuple[sdp.RecordingPreference, str], str] = {
    ("on", "none"): TOGGLE,
    ("on", "ended"): TOGGLE,
    ("on", "paused"): PAUSE,
    ("pause", "recording"): PAUSE,
}
"""The digit equivalent of a phone's recording preference (RFC 7866), by recording state; others have no effect."""


@dataclass(slots=True)
class _RecordedCall:
    """A call with two connected participants."""

    conversation: Conversation
    disconnected: bool = False
    session: CallRecordingSession | None = None
    star_times: dict[str, float] = field(default_factory=dict[str, float])
    """When each leg last pressed `*`."""
    has_recording: bool = False
    """Whether earlier sessions of this call recorded anything."""


class CallRecorder:
    """Implements `CallObserver`. `on_change` is called with each new recording state; `is_required` returns whether a
    call is recorded automatically, where that is allowed, although no extension requires it."""

    def __init__(
        self,
        parts: CallRecorderDependencies,
        on_change: Callable[[LiveRecording], None],
        is_required: Callable[[Conversation], bool] = lambda conversation: False,
    ) -> None:
        self._on_change = on_change
        self._is_required = is_required
        self._deps = parts
        # Owner: the node that holds the call.
        self._calls: dict[str, _RecordedCall] = {}
        self._ending = BackgroundTasks(Access("history", "call recorder"))

    def __len__(self) -> int:
        """Number of calls being recorded."""
        return sum(call.session is not None and call.session.state != "ended" for call in self._calls.values())

    async def close(self) -> None:
        """End every recording and wait until all are stored."""
        for call_id in list(self._calls):
            self.call_ended(call_id)
        await self._ending.join()

    # ---- CallObserver

    def conversation_changed(self, conversation: Conversation) -> None:
        call = self._calls.get(conversation.call_id)
        if call is None:
            call = self._calls[conversation.call_id] = _RecordedCall(conversation)
            self._on_new_call(call)
            self._apply_preferences(call, {})
            return
        before, call.conversation, call.disconnected = call.conversation, conversation, False
        if {leg.tag for leg in before.legs} != {leg.tag for leg in conversation.legs}:
            self._on_participants_changed(call)
        if call.session is not None:
            call.session.update_conversation(conversation)
        self._apply_preferences(call, {leg.tag: sdp.recording_preference(leg.sdp) for leg in before.legs})

    def conversation_suspended(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            call.disconnected = True
            if call.session is not None:
                call.session.update_conversation(None)

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        session, now = call.session, self._deps.clock.monotonic()
        asked = session is not None and session.awaits_answer(tag)
        after_star = now - call.star_times.pop(tag, -STAR_TIMEOUT) < STAR_TIMEOUT
        if digit == "*":
            call.star_times[tag] = now
        elif after_star and not asked and digit in (TOGGLE, PAUSE):
            self._on_command(call, tag, digit)
            return
        if session is not None:
            session.handle_event(consent_types.DigitReceived(tag, digit))

    def call_ended(self, call_id: str) -> bool:
        call = self._calls.pop(call_id, None)
        session = call.session if call is not None else None
        if call is None or session is None:
            return False
        state_before = session.state
        recorded = self._end(session) or call.has_recording
        if state_before != "ended":
            self._on_change(
                LiveRecording(
                    call_id, call.conversation.tenant_id, "ended", _extensions(call.conversation), session.begun
                )
            )
        return recorded

    def on_subject_erased(self, tenant_id: str, subject: str) -> None:
        """End the recordings of an erased subject."""
        for call in self._calls.values():
            if call.session is not None and call.conversation.tenant_id == tenant_id:
                call.session.on_subject_erased(subject)

    # ---- requests of participants

    def live(self, call_id: str) -> LiveRecording:
        """Return the recording state of a live call. Raises NotFound."""
        return self._live_recording(self._call(call_id))

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        """Start recording, requested by a participant with one of these extensions. Raises NotFound, Forbidden,
        Conflict."""
        call = self._call(call_id)
        leg = next((leg for leg in call.conversation.legs if leg.extension_id and leg.extension_id in extensions), None)
        if leg is None:
            raise Forbidden("Only a participant of the call can start recording.")
        self._start(call, leg.tag)
        return self._live_recording(call)

    # `requester` are the requester's extensions (see `_check_control`); None: an administrator. All three raise
    # NotFound, Conflict, Forbidden.

    def stop(self, call_id: str, requester: Collection[str] | None) -> LiveRecording:
        """Stop recording."""
        return self._control(call_id, consent_types.StopRequested(), requester)

    def pause(self, call_id: str, requester: Collection[str] | None, *, card: bool = False) -> LiveRecording:
        """Pause recording until `resume`; `card`: a card number is being given."""
        return self._control(call_id, consent_types.PauseRequested("card" if card else "asked"), requester)

    def resume(self, call_id: str, requester: Collection[str] | None) -> LiveRecording:
        """Resume recording."""
        return self._control(call_id, consent_types.ResumeRequested(), requester)

    # ---- inside

    def _on_new_call(self, call: _RecordedCall) -> None:
        """A new call, or one adopted after a restart: then all participants are informed again."""
        allowed = self._decide(call.conversation)
        interrupted = (
            self._deps.archive.interrupted.pop(call.conversation.call_id, None) if call.conversation.restored else None
        )
        if allowed is not None and (allowed.automatic or interrupted is not None):
            self._record(call, allowed, interrupted or "automatic", "")

    def _on_participants_changed(self, call: _RecordedCall) -> None:
        """A participant changed: recording may no longer be allowed, change its terms, or become allowed."""
        allowed, session = self._decide(call.conversation), call.session
        if session is not None and session.state != "ended":
            if allowed is None:
                session.handle_event(consent_types.StopRequested())
            elif allowed.terms.mode != session.terms.mode:
                call.has_recording |= self._end(session)
                self._record(call, allowed, session.begun, session.started_by)
            return
        if allowed is None or not allowed.automatic or (session is not None and session.end != "refused"):
            return
        if session is None or not session.refused_by() & {leg.tag for leg in call.conversation.legs}:
            call.has_recording |= self._end(session)
            self._record(call, allowed, "automatic", "")

    def _start(self, call: _RecordedCall, tag: str) -> None:
        allowed = self._decide(call.conversation)
        if allowed is None:
            raise Forbidden("Recording is disabled for this tenant or one of these extensions.")
        if call.disconnected:
            raise Conflict("The call is parked or not connected. Try again once the participants are talking.")
        session = call.session
        if session is not None and session.state != "ended":
            raise Conflict("This call is already being recorded.")
        if session is not None and session.end == "refused":
            raise Conflict("A participant of this call has refused recording.")
        call.has_recording |= self._end(session)
        self._record(call, allowed, "demand", tag)

    def _apply_preferences(self, call: _RecordedCall, before: Mapping[str, sdp.RecordingPreference]) -> None:
        """Apply each new recording preference in the participants' SDP (RFC 7866). Refusals are handled by the
        session."""
        for leg in call.conversation.legs:
            preference = sdp.recording_preference(leg.sdp)
            state = call.session.state if call.session is not None else "none"
            if preference != before.get(leg.tag, "") and (preference, state) in _PREFERENCE_DIGITS:
                self._on_command(call, leg.tag, _PREFERENCE_DIGITS[preference, state])

    def _record(self, call: _RecordedCall, allowed: RecordingDecision, begun: StartMode, started_by: str) -> None:
        def notify() -> None:
            self._on_change(self._live_recording(call))

        call.session = CallRecordingSession(
            self._deps, call.conversation, begun, allowed.terms, started_by, on_change=notify
        )
        notify()

    def _end(self, session: CallRecordingSession | None) -> bool:
        """End a session that is replaced or whose call is over; return whether anything of the call is stored."""
        if session is None:
            return False
        recorded = session.close()
        self._ending.spawn(session.settle())
        return recorded

    def _on_command(self, call: _RecordedCall, tag: str, digit: str) -> None:
        """Apply `*1` or `*0` of a leg that may control the recording; other legs' digits have no effect."""
        leg = next((leg for leg in call.conversation.legs if leg.tag == tag and leg.extension_id), None)
        if leg is None:
            return
        session = call.session
        active = session is not None and session.state != "ended"
        try:
            if digit == TOGGLE and not active:
                self._start(call, tag)
            elif active and session is not None:
                _check_control(session, {tag}, end=digit == TOGGLE)
                self._control_by_digit(session, digit)
        except (Conflict, Forbidden):
            return

    def _control_by_digit(self, session: CallRecordingSession, digit: str) -> None:
        if digit == TOGGLE:
            session.handle_event(consent_types.StopRequested())
        else:
            session.handle_event(
                consent_types.ResumeRequested() if session.state == "paused" else consent_types.PauseRequested()
            )

    def _control(
        self, call_id: str, event: consent_types.ConsentEvent, requester: Collection[str] | None
    ) -> LiveRecording:
        call = self._call(call_id)
        if call.session is None or call.session.state == "ended":
            raise Conflict("This call is not being recorded.")
        if requester is not None:
            tags = {leg.tag for leg in call.conversation.legs if leg.extension_id and leg.extension_id in requester}
            _check_control(call.session, tags, end=isinstance(event, consent_types.StopRequested))
        call.session.handle_event(event)
        return self._live_recording(call)

    def _call(self, call_id: str) -> _RecordedCall:
        call = self._calls.get(call_id)
        if call is None:
            raise NotFound("No active call with this id.", hint="See /api/v1/calls for active calls.")
        return call

    def _decide(self, conversation: Conversation) -> RecordingDecision | None:
        callees = [leg.extension_id for leg in conversation.legs if leg.extension_id and not leg.is_initiator]
        caller = next((leg.extension_id for leg in conversation.legs if leg.is_initiator), "")
        decision = self._deps.archive.decide(conversation.tenant_id, callees, caller)
        if decision is not None and not decision.automatic and self._is_required(conversation):
            return replace(decision, automatic=True)
        return decision

    def _live_recording(self, call: _RecordedCall) -> LiveRecording:
        session, conversation = call.session, call.conversation
        state = session.state if session is not None else "none"
        return LiveRecording(
            call_id=conversation.call_id,
            tenant_id=conversation.tenant_id,
            state=state,
            extensions=_extensions(conversation),
            begun=session.begun if session is not None else None,
            end=session.end if session is not None else None,
            allowed=state in ("none", "ended") and self._decide(conversation) is not None,
            controlled_by=_extensions(conversation, _controlling_legs(session)) if session is not None else (),
        )


def _check_control(session: CallRecordingSession, tags: Collection[str], *, end: bool) -> None:
    """Raise Forbidden unless an internal participant at one of these legs may pause a recording, or `end` it: the one
    that started it, or any if no current participant did. A recording required by policy cannot be ended."""
    if not _controlling_legs(session) & set(tags):
        raise Forbidden(
            "Only the person who started this recording can pause or stop it.", hint="Ask them, or leave the call."
        )
    if end and session.begun == "automatic":
        raise Forbidden("Recording of these calls is required by an administrator.", hint="You can pause it.")


def _controlling_legs(session: CallRecordingSession) -> set[str]:
    """The legs that may pause it: the one that started it, or all if it has left the call."""
    present = {leg.tag for leg in session.conversation.legs}
    return present & {session.started_by} or present


def _extensions(conversation: Conversation, tags: Collection[str] | None = None) -> tuple[str, ...]:
    """The extensions of these legs, or of all legs."""
    return tuple(
        leg.extension_id for leg in conversation.legs if leg.extension_id and (tags is None or leg.tag in tags)
    )
