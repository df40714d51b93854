"""Records the calls of an installation: by itself where an extension wants it, or because somebody in a call asks."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from unificx import sdp
from unificx.calls import Talk
from unificx.kernel.background import Background
from unificx.kernel.errors import Conflict, Forbidden, NotFound
from unificx.privacy import consent_words as words
from unificx.recorder.contracts import LiveRecording
from unificx.recorder.session import Session, SessionParts
from unificx.recordings import Allowed, Begun

RecorderParts = SessionParts
TOGGLE, PAUSE = "1", "0"
"""After a star: begins or ends a recording, pauses it or goes on."""
WITHIN = 3.0
"""Seconds between the star and what follows."""
_AS_KEY: dict[tuple[sdp.Wish, str], str] = {
    ("on", "none"): TOGGLE,
    ("on", "ended"): TOGGLE,
    ("on", "paused"): PAUSE,
    ("pause", "recording"): PAUSE,
}
"""What a phone's wish is as a key, by how it stands; any other is for nothing."""


@dataclass(slots=True)
class _Call:
    """A call in which people talk."""

    talk: Talk
    apart: bool = False
    session: Session | None = None
    stars: dict[str, float] = field(default_factory=dict[str, float])
    """When a leg pressed the star last."""
    kept: bool = False
    """Whether anything of it was kept by sessions before this one."""


class Recorder:
    """Fills `calls.Overhears`. `changed` is told how it stands with a recording each time that is new."""

    def __init__(self, parts: RecorderParts) -> None:
        self.changed: Callable[[LiveRecording], None] = lambda live: None
        self._parts = parts
        self._calls: dict[str, _Call] = {}
        self._ending = Background()

    def __len__(self) -> int:
        """How many calls are being recorded."""
        return sum(call.session is not None and call.session.state != "ended" for call in self._calls.values())

    async def close(self) -> None:
        """End every recording and wait until what was said is kept."""
        for call_id in list(self._calls):
            self.over(call_id)
        await self._ending.settle()

    # ---- calls.Overhears

    def talks(self, talk: Talk) -> None:
        call = self._calls.get(talk.call_id)
        if call is None:
            call = self._calls[talk.call_id] = _Call(talk)
            self._newly(call)
            self._wishes(call, {})
            return
        before, call.talk, call.apart = call.talk, talk, False
        if {leg.tag for leg in before.legs} != {leg.tag for leg in talk.legs}:
            self._others(call)
        if call.session is not None:
            call.session.talks(talk)
        self._wishes(call, {leg.tag: sdp.wish(leg.sdp) for leg in before.legs})

    def apart(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is not None:
            call.apart = True
            if call.session is not None:
                call.session.talks(None)

    def pressed(self, call_id: str, tag: str, key: str) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        session, now = call.session, self._parts.clock.monotonic()
        asked = session is not None and session.must_answer(tag)
        after_star = now - call.stars.pop(tag, -WITHIN) < WITHIN
        if key == "*":
            call.stars[tag] = now
        elif after_star and not asked and key in (TOGGLE, PAUSE):
            self._by_key(call, tag, key)
            return
        if session is not None:
            session.tell(words.Pressed(tag, key))

    def over(self, call_id: str) -> bool:
        call = self._calls.pop(call_id, None)
        session = call.session if call is not None else None
        if call is None or session is None:
            return False
        was = session.state
        kept = self._end(session) or call.kept
        if was != "ended":
            self.changed(LiveRecording(call_id, call.talk.tenant_id, "ended", _extensions(call.talk), session.begun))
        return kept

    def forget(self, tenant_id: str, subject: str) -> None:
        """Somebody was erased: what he is recorded in ends."""
        for call in self._calls.values():
            if call.session is not None and call.talk.tenant_id == tenant_id:
                call.session.forget(subject)

    # ---- what people in a call ask for

    def live(self, call_id: str) -> LiveRecording:
        """How it stands with the recording of a live call. Raises NotFound."""
        return self._shown(self._call(call_id))

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        """Somebody in the call, at one of these extensions, wants it recorded. Raises NotFound, Forbidden, Conflict."""
        call = self._call(call_id)
        leg = next((leg for leg in call.talk.legs if leg.extension_id and leg.extension_id in extensions), None)
        if leg is None:
            raise Forbidden("Only somebody in the call can have it recorded.")
        self._start(call, leg.tag)
        return self._shown(call)

    # `by` are the extensions of whoever asks, who must be one who `may_direct` it; None: he looks after the
    # organisation. All three raise NotFound, Conflict, Forbidden.

    def stop(self, call_id: str, by: Collection[str] | None) -> LiveRecording:
        """No more of it."""
        return self._tell(call_id, words.StopAsked(), by)

    def pause(self, call_id: str, by: Collection[str] | None, *, card: bool = False) -> LiveRecording:
        """Leave out what is said until `resume`; `card`: a card's number is being named."""
        return self._tell(call_id, words.PauseAsked("card" if card else "asked"), by)

    def resume(self, call_id: str, by: Collection[str] | None) -> LiveRecording:
        """Go on."""
        return self._tell(call_id, words.ResumeAsked(), by)

    # ---- inside

    def _newly(self, call: _Call) -> None:
        """A call begins, or one of an earlier life goes on: that was told before, and everybody is told again."""
        allowed = self._allowed(call.talk)
        interrupted = self._parts.archive.interrupted.pop(call.talk.call_id, None) if call.talk.adopted else None
        if allowed is not None and (allowed.always or interrupted is not None):
            self._record(call, allowed, interrupted or "automatic", "")

    def _others(self, call: _Call) -> None:
        """Somebody else is in the call: it may not be recorded any more, or on other terms, or only now."""
        allowed, session = self._allowed(call.talk), call.session
        if session is not None and session.state != "ended":
            if allowed is None:
                session.tell(words.StopAsked())
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
            raise Forbidden("Calls of this organisation or of one of these extensions are not recorded.")
        if call.apart:
            raise Conflict("Nobody talks in this call just now.")
        session = call.session
        if session is not None and session.state != "ended":
            raise Conflict("This call is being recorded already.")
        if session is not None and session.end == "refused":
            raise Conflict("Somebody in this call has refused to be recorded.")
        call.kept |= self._end(session)
        self._record(call, allowed, "demand", tag)

    def _wishes(self, call: _Call, before: Mapping[str, sdp.Wish]) -> None:
        """What phones ask for in their descriptions, each time they ask anew (RFC 7866). That one refuses, the session
        sees by itself."""
        for leg in call.talk.legs:
            asked = sdp.wish(leg.sdp)
            state = call.session.state if call.session is not None else "none"
            if asked != before.get(leg.tag, "") and (asked, state) in _AS_KEY:
                self._by_key(call, leg.tag, _AS_KEY[asked, state])

    def _record(self, call: _Call, allowed: Allowed, begun: Begun, by: str) -> None:
        session = call.session = Session(self._parts, call.talk, begun, allowed.terms, by)
        session.changed = lambda: self.changed(self._shown(call))
        session.changed()

    def _end(self, session: Session | None) -> bool:
        """One that another takes the place of, or whose call is over; whether anything of it is kept."""
        if session is None:
            return False
        session.changed = lambda: None
        kept = session.over()
        self._ending.begin(session.settle())
        return kept

    def _by_key(self, call: _Call, tag: str, key: str) -> None:
        """Whoever records may; for anybody else it is a key like any other."""
        leg = next((leg for leg in call.talk.legs if leg.tag == tag and leg.extension_id), None)
        if leg is None:
            return
        session = call.session
        runs = session is not None and session.state != "ended"
        try:
            if key == TOGGLE and not runs:
                self._start(call, tag)
            elif runs and session is not None:
                may_direct(session, {tag}, end=key == TOGGLE)
                self._direct(session, key)
        except (Conflict, Forbidden):
            return

    def _direct(self, session: Session, key: str) -> None:
        if key == TOGGLE:
            session.tell(words.StopAsked())
        else:
            session.tell(words.ResumeAsked() if session.state == "paused" else words.PauseAsked())

    def _tell(self, call_id: str, event: words.Event, by: Collection[str] | None) -> LiveRecording:
        call = self._call(call_id)
        if call.session is None or call.session.state == "ended":
            raise Conflict("This call is not being recorded.")
        if by is not None:
            tags = {leg.tag for leg in call.talk.legs if leg.extension_id and leg.extension_id in by}
            may_direct(call.session, tags, end=isinstance(event, words.StopAsked))
        call.session.tell(event)
        return self._shown(call)

    def _call(self, call_id: str) -> _Call:
        call = self._calls.get(call_id)
        if call is None:
            raise NotFound("There is no such call going on.", hint="Look at /api/v1/calls.")
        return call

    def _allowed(self, talk: Talk) -> Allowed | None:
        called = [leg.extension_id for leg in talk.legs if leg.extension_id and not leg.calls]
        calling = next((leg.extension_id for leg in talk.legs if leg.calls), "")
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
    """Raise Forbidden unless somebody of the organisation at these legs may pause a recording, or `end` it: who asked
    for it, or, if nobody in the call did, anybody. What is always recorded nobody in the call ends."""
    if not _directing(session) & set(tags):
        raise Forbidden("Who has begun this recording pauses and ends it.", hint="Ask him, or leave the call.")
    if end and session.begun == "automatic":
        raise Forbidden("An administrator has these calls recorded.", hint="It can be paused.")


def _directing(session: Session) -> set[str]:
    """The legs that may pause it: the one that began it, or, if that is none of the call's, all."""
    inside = {leg.tag for leg in session.talk.legs}
    return inside & {session.by} or inside


def _extensions(talk: Talk, tags: Collection[str] | None = None) -> tuple[str, ...]:
    """Of those legs; of all, if none are named."""
    return tuple(leg.extension_id for leg in talk.legs if leg.extension_id and (tags is None or leg.tag in tags))
