"""Records calls: automatically where an extension requires it, or at a participant's request."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from unificx import sdp
from unificx.calls import Conversation
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.recording.call_recording_session import Session, SessionParts
from unificx.recording.live_recording import LiveRecording
from unificx.recording.machine import consent_types
from unificx.recording.policy import Allowed
from unificx.recording.schemas import Begun

RecorderParts = SessionParts
TOGGLE, PAUSE = "1", "0"
"""DTMF digits after `*`: start or stop recording; pause or resume it."""
WITHIN = 3.0
"""Seconds between `*` and the digit."""
_AS_KEY: dict[tuple[sdp.RecordingPreference, str], str] = {
    ("on", "none"): TOGGLE,
    ("on", "ended"): TOGGLE,
    ("on", "paused"): PAUSE,
    ("pause", "recording"): PAUSE,
}
"""The digit equivalent of a phone's recording preference (RFC 7866), by recording state; others have no effect."""


@dataclass(slots=True)
class _Call:
    """A call with two connected participants."""

    talk: Conversation
    apart: bool = False
    session: Session | None = None
    stars: dict[str, float] = field(default_factory=dict[str, float])
    """When each leg last pressed `*`."""
    kept: bool = False
    """Whether earlier sessions of this call recorded anything."""


class Recorder:
    """Implements `CallObserver`. `on_change` is called with each new recording state."""

    def __init__(self, parts: RecorderParts) -> None:
        self.changed: Callable[[LiveRecording], None] = lambda live: None
        self._parts = parts
        self._calls: dict[str, _Call] = {}
        self._ending = BackgroundTasks()

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
            call = self._calls[conversation.call_id] = _Call(conversation)
            self._newly(call)
            self._wishes(call, {})
            return
        before, call.talk, call.apart = call.talk, conversation, False
        if {leg.tag for leg in before.legs} != {leg.tag for leg in conversation.legs}:
            self._others(call)
        if call.session is not None:
            call.session.talks(conversation)
        self._wishes(call, {leg.tag: sdp.recording_preference(leg.sdp) for leg in before.legs})

    def conversation_suspended(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            call.apart = True
            if call.session is not None:
                call.session.talks(None)

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        session, now = call.session, self._parts.clock.monotonic()
        asked = session is not None and session.must_answer(tag)
        after_star = now - call.stars.pop(tag, -WITHIN) < WITHIN
        if digit == "*":
            call.stars[tag] = now
        elif after_star and not asked and digit in (TOGGLE, PAUSE):
            self._by_key(call, tag, digit)
            return
        if session is not None:
            session.tell(consent_types.DigitReceived(tag, digit))

    def call_ended(self, call_id: str) -> bool:
        call = self._calls.pop(call_id, None)
        session = call.session if call is not None else None
        if call is None or session is None:
            return False
        state_before = session.state
        kept = self._end(session) or call.kept
        if state_before != "ended":
            self.changed(LiveRecording(call_id, call.talk.tenant_id, "ended", _extensions(call.talk), session.begun))
        return kept

    def forget(self, tenant_id: str, subject: str) -> None:
        """End the recordings of an erased subject."""
        for call in self._calls.values():
            if call.session is not None and call.talk.tenant_id == tenant_id:
                call.session.forget(subject)

    # ---- requests of participants

    def live(self, call_id: str) -> LiveRecording:
        """Return the recording state of a live call. Raises NotFound."""
        return self._shown(self._call(call_id))

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        """Start recording, requested by a participant with one of these extensions. Raises NotFound, Forbidden,
        Conflict."""
        call = self._call(call_id)
        leg = next((leg for leg in call.talk.legs if leg.extension_id and leg.extension_id in extensions), None)
        if leg is None:
            raise Forbidden("Only a participant of the call can start recording.")
        self._start(call, leg.tag)
        return self._shown(call)

    # `requester` are the requester's extensions, which `check_control` the recording; None: an administrator. All three
    # raise NotFound, Conflict, Forbidden.

    def stop(self, call_id: str, by: Collection[str] | None) -> LiveRecording:
        """Stop recording."""
        return self._tell(call_id, consent_types.StopRequested(), by)

    def pause(self, call_id: str, by: Collection[str] | None, *, card: bool = False) -> LiveRecording:
        """Pause recording until `resume`; `card`: a card number is being given."""
        return self._tell(call_id, consent_types.PauseRequested("card" if card else "asked"), by)

    def resume(self, call_id: str, by: Collection[str] | None) -> LiveRecording:
        """Resume recording."""
        return self._tell(call_id, consent_types.ResumeRequested(), by)

    # ---- inside

    def _newly(self, call: _Call) -> None:
        """A new call, or one adopted after a restart: then all participants are informed again."""
        allowed = self._allowed(call.talk)
        interrupted = self._parts.archive.interrupted.pop(call.talk.call_id, None) if call.talk.restored else None
        if allowed is not None and (allowed.always or interrupted is not None):
            self._record(call, allowed, interrupted or "automatic", "")

    def _others(self, call: _Call) -> None:
        """A participant changed: recording may no longer be allowed, change its terms, or become allowed."""
        allowed, session = self._allowed(call.talk), call.session
        if session is not None and session.state != "ended":
            if allowed is None:
                session.tell(consent_types.StopRequested())
            elif allowed.terms.mode != session.terms.mode:
                call.kept |= self._end(session)
                self._record(call, allowed, session.begun, session.by)
            return
        if allowed is None or not allowed.always or (session is not None and session.end != "refused"):
            return
        if session is None or not session.refused_by() & {leg.tag for leg in call.talk.legs}:
            call.kept |= self._end(session)
            self._record(call, allowed, "automatic", "")

    def _start(self, call: _Call, tag: str) -> None:
        allowed = self._allowed(call.talk)
        if allowed is None:
            raise Forbidden("Recording is disabled for this tenant or one of these extensions.")
        if call.apart:
            raise Conflict("The call is parked or not connected. Try again once the participants are talking.")
        session = call.session
        if session is not None and session.state != "ended":
            raise Conflict("This call is already being recorded.")
        if session is not None and session.end == "refused":
            raise Conflict("A participant of this call has refused recording.")
        call.kept |= self._end(session)
        self._record(call, allowed, "demand", tag)

    def _wishes(self, call: _Call, before: Mapping[str, sdp.RecordingPreference]) -> None:
        """Apply each new recording preference in the participants' SDP (RFC 7866). Refusals are handled by the
        session."""
        for leg in call.talk.legs:
            asked = sdp.recording_preference(leg.sdp)
            state = call.session.state if call.session is not None else "none"
            if asked != before.get(leg.tag, "") and (asked, state) in _AS_KEY:
                self._by_key(call, leg.tag, _AS_KEY[asked, state])

    def _record(self, call: _Call, allowed: Allowed, begun: Begun, by: str) -> None:
        session = call.session = Session(self._parts, call.talk, begun, allowed.terms, by)
        session.changed = lambda: self.changed(self._shown(call))
        session.changed()

    def _end(self, session: Session | None) -> bool:
        """End a session that is replaced or whose call is over; return whether anything of the call is stored."""
        if session is None:
            return False
        session.changed = lambda: None
        kept = session.over()
        self._ending.spawn(session.settle())
        return kept

    def _by_key(self, call: _Call, tag: str, key: str) -> None:
        """Apply `*1` or `*0` of a leg that may control the recording; other legs' digits have no effect."""
        leg = next((leg for leg in call.talk.legs if leg.tag == tag and leg.extension_id), None)
        if leg is None:
            return
        session = call.session
        active = session is not None and session.state != "ended"
        try:
            if key == TOGGLE and not active:
                self._start(call, tag)
            elif active and session is not None:
                may_direct(session, {tag}, end=key == TOGGLE)
                self._direct(session, key)
        except (Conflict, Forbidden):
            return

    def _direct(self, session: Session, key: str) -> None:
        if key == TOGGLE:
            session.tell(consent_types.StopRequested())
        else:
            session.tell(
                consent_types.ResumeRequested() if session.state == "paused" else consent_types.PauseRequested()
            )

    def _tell(self, call_id: str, event: consent_types.ConsentEvent, by: Collection[str] | None) -> LiveRecording:
        call = self._call(call_id)
        if call.session is None or call.session.state == "ended":
            raise Conflict("This call is not being recorded.")
        if by is not None:
            tags = {leg.tag for leg in call.talk.legs if leg.extension_id and leg.extension_id in by}
            may_direct(call.session, tags, end=isinstance(event, consent_types.StopRequested))
        call.session.tell(event)
        return self._shown(call)

    def _call(self, call_id: str) -> _Call:
        call = self._calls.get(call_id)
        if call is None:
            raise NotFound("No active call with this id.", hint="See /api/v1/calls for active calls.")
        return call

    def _allowed(self, talk: Conversation) -> Allowed | None:
        called = [leg.extension_id for leg in talk.legs if leg.extension_id and not leg.is_initiator]
        calling = next((leg.extension_id for leg in talk.legs if leg.is_initiator), "")
        return self._parts.archive.allowed(talk.tenant_id, called, calling)

    def _shown(self, call: _Call) -> LiveRecording:
        session, talk = call.session, call.talk
        state = session.state if session is not None else "none"
        return LiveRecording(
            call_id=talk.call_id,
            tenant_id=talk.tenant_id,
            state=state,
            extensions=_extensions(talk),
            begun=session.begun if session is not None else None,
            end=session.end if session is not None else None,
            allowed=state in ("none", "ended") and self._allowed(talk) is not None,
            directed_by=_extensions(talk, _directing(session)) if session is not None else (),
        )


def may_direct(session: Session, tags: Collection[str], *, end: bool) -> None:
    """Raise Forbidden unless an internal participant at one of these legs may pause a recording, or `end` it: the one
    that started it, or any if no current participant did. A recording required by policy cannot be ended."""
    if not _directing(session) & set(tags):
        raise Forbidden(
            "Only the person who started this recording can pause or stop it.", hint="Ask them, or leave the call."
        )
    if end and session.begun == "automatic":
        raise Forbidden("Recording of these calls is required by an administrator.", hint="You can pause it.")


def _directing(session: Session) -> set[str]:
    """The legs that may pause it: the one that started it, or all if it has left the call."""
    inside = {leg.tag for leg in session.talk.legs}
    return inside & {session.by} or inside


def _extensions(talk: Conversation, tags: Collection[str] | None = None) -> tuple[str, ...]:
    """The extensions of these legs, or of all legs."""
    return tuple(leg.extension_id for leg in talk.legs if leg.extension_id and (tags is None or leg.tag in tags))
