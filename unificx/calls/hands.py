"""The hands of the conductor: what the rules say must be done, done on the legs and on the media anchor."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, assert_never

import structlog

from unificx.calls.ports import MediaAnchor
from unificx.calls.rules import words
from unificx.calls.rules.causes import ELSEWHERE, Cause
from unificx.calls.rules.descriptions import as_origin
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run
from unificx.media import MediaUnavailable, Profile
from unificx.sip.legs import IncomingLeg, Leg, Legs, OutgoingLeg
from unificx.store.spool import SpoolFull

log = structlog.get_logger()


class Hands:
    """Does actions. `record` writes what became of a call; `said` takes what the media anchor replied."""

    def __init__(
        self,
        legs: Legs,
        media: MediaAnchor,
        record: Callable[[Run, Cause], None],
        said: Callable[[Run, words.Event], None],
    ) -> None:
        self._legs = legs
        self._media = media
        self._record = record
        self._said = said
        self._asked: set[asyncio.Task[None]] = set()

    async def settle(self) -> None:
        """Wait until nothing is asked of the media anchor any more."""
        while self._asked:
            await asyncio.gather(*self._asked)

    def do(self, run: Run, action: words.Action, now: float) -> None:
        """Do one thing. Whatever a leg cannot do any more because its peer is gone is no error."""
        match action:
            case words.OfferMedia() | words.AnswerMedia() | words.ReleaseMedia():
                self._ask(run, action)
            case words.Dial(leg, sdp):
                self._dial(run, leg, sdp, now)
            case words.Progress(status, sdp):
                _caller(run).progress(status, self._ours(run, CALLER, sdp), now)
            case words.Accept(sdp):
                _caller(run).accept(self._ours(run, CALLER, sdp), now)
            case words.Reject(status, cause):
                _caller(run).reject(status, now, [("Reason", cause.reason)])
            case words.CancelCallee(leg, elsewhere):
                callee = run.legs.get(leg)
                if isinstance(callee, OutgoingLeg):
                    callee.cancel(now, ELSEWHERE if elsewhere else "")
            case words.Acknowledge(leg, sdp):
                callee = run.legs[leg]
                if isinstance(callee, OutgoingLeg):
                    callee.acknowledge(self._ours(run, leg, sdp), now)
            case words.Record(cause):
                self._write(run, cause)
            case words.NoteAnswered():
                pass
            case _:
                self._in_talk(run, action, now)

    def _in_talk(
        self,
        run: Run,
        action: words.Offer | words.AnswerOffer | words.RefuseOffer | words.Bye | words.Close,
        now: float,
    ) -> None:
        leg = run.legs.get(action.leg)
        if leg is None:
            return
        match action:
            case words.Offer(name, sdp):
                if not leg.over and leg.ours is None:
                    leg.offer(self._ours(run, name, sdp), now)
            case words.AnswerOffer(name, sdp):
                leg.answer(self._ours(run, name, sdp), now)
            case words.RefuseOffer(_, status):
                leg.refuse_offer(status, now)
            case words.Bye(_, cause):
                leg.bye(now, cause.reason)
            case words.Close():
                leg.close(now)
            case _:
                assert_never(action)

    def _dial(self, run: Run, name: str, sdp: bytes, now: float) -> None:
        leg = self._legs.outgoing(run.targets[name].invitation)
        run.legs[name] = leg
        leg.call(self._ours(run, name, sdp), now)

    def _ours(self, run: Run, name: str, sdp: bytes) -> bytes:
        """The description under the origin this leg knows us by."""
        return as_origin(sdp, int(run.id[:13].replace("-", ""), 16), run.next_version(name)) if sdp else b""

    def _write(self, run: Run, cause: Cause) -> None:
        """A record that cannot be kept (a full disk) must not keep the phones from hanging up."""
        try:
            self._record(run, cause)
        except SpoolFull:
            log.error("call_record_lost", call=run.id)

    # ---- the media anchor

    def _ask(self, run: Run, action: words.OfferMedia | words.AnswerMedia | words.ReleaseMedia) -> None:
        match action:
            case words.OfferMedia():
                asked = self._offer(run, action)
            case words.AnswerMedia():
                asked = self._answer(run, action)
            case words.ReleaseMedia():
                asked = self._release(run, action)
        self._start(asked)

    def _start(self, asked: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(asked)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _offer(self, run: Run, action: words.OfferMedia) -> None:
        branch, giver = action.branch, action.giver
        if action.taker is words.Taker.PLAIN:
            run.retarget(branch, Profile.PLAIN)
        other = branch if giver == CALLER else CALLER
        try:
            sdp = await self._media.offer(run.anchor(branch), _tag(run, giver), action.sdp, run.profile(other))
            self._said(run, words.MediaOffered(action.ticket, sdp))
        except MediaUnavailable as fault:
            self._said(run, words.MediaFailed(action.ticket, fault.cause == "description"))

    async def _answer(self, run: Run, action: words.AnswerMedia) -> None:
        branch, giver = action.branch, action.giver
        other = branch if giver == CALLER else CALLER
        try:
            sdp = await self._media.answer(
                run.anchor(branch), _tag(run, other), _tag(run, giver), action.sdp, run.profile(other)
            )
            self._said(run, words.MediaAnswered(action.ticket, sdp))
        except MediaUnavailable as fault:
            self._said(run, words.MediaFailed(action.ticket, fault.cause == "description"))

    async def _release(self, run: Run, action: words.ReleaseMedia) -> None:
        try:
            report = await self._media.delete(run.anchor(action.branch))
        except MediaUnavailable:
            report = None
        if action.final:
            run.report = report
            self._said(run, words.MediaReleased())


def _caller(run: Run) -> IncomingLeg:
    leg = run.legs[CALLER]
    assert isinstance(leg, IncomingLeg)
    return leg


def _tag(run: Run, name: str) -> str:
    """The tag a leg goes by at the anchor: its own, or its name while it has not been called yet."""
    leg: Leg | None = run.legs.get(name)
    return leg.id if leg is not None else name
