"""The hands of the conductor: what the rules say must be done, done on the legs and on the media anchor."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

import structlog

from unificx.calls.hosted import HostedCaller, HostedLeg
from unificx.calls.ports import HostsApps, MediaAnchor, Wakes
from unificx.calls.rules import words
from unificx.calls.rules.causes import ELSEWHERE, Cause
from unificx.calls.rules.descriptions import usable
from unificx.calls.rules.sections import fitted, sound_alone
from unificx.calls.rules.words import CALLER
from unificx.calls.run import AnyLeg, Run
from unificx.media import MediaReport, MediaUnavailable, Profile
from unificx.sip.legs import IncomingLeg, LegEvent, Legs, OutgoingLeg
from unificx.store import SpoolFull

log = structlog.get_logger()
Ask = words.OfferMedia | words.AnswerMedia | words.ReleaseMedia


@dataclass(frozen=True, slots=True)
class Tools:
    """What the hands work with, of those the conductor has."""

    legs: Legs
    media: MediaAnchor
    wakes: Wakes
    hosts: HostsApps


class Hands:
    """Does actions. `record` writes what became of a call; `said` takes what the media anchor replied, `told` what an
    app says."""

    def __init__(
        self,
        tools: Tools,
        record: Callable[[Run, Cause], None],
        said: Callable[[Run, words.Event], None],
        told: Callable[[HostedLeg, LegEvent], None],
    ) -> None:
        self._tools = tools
        self._media = tools.media
        self._record = record
        self._said = said
        self._told = told
        self._asked: dict[str, asyncio.Task[None]] = {}
        """By anchor, what was asked last."""

    async def settle(self) -> None:
        """Wait until nothing is asked of the media anchor any more."""
        while self._asked:
            await asyncio.wait(self._asked.values())

    def do(self, run: Run, action: words.Action, now: float) -> None:
        """Do one thing. Whatever a leg cannot do any more because its peer is gone is no error."""
        match action:
            case words.OfferMedia() | words.AnswerMedia() | words.ReleaseMedia():
                self._ask(run, action)
            case words.Dial(leg, sdp):
                self._dial(run, leg, sdp, now)
            case words.Progress(status, sdp):
                _caller(run).progress(status, run.ours(CALLER, sdp), now)
            case words.Accept(sdp, leg):
                _caller(run, leg).accept(run.ours(leg, sdp), now)
            case words.Reject(status, cause):
                _caller(run).reject(status, now, [("Reason", cause.reason)])
            case words.CancelCallee(leg, elsewhere):
                callee = run.legs.get(leg)
                if isinstance(callee, OutgoingLeg | HostedLeg):
                    callee.cancel(now, ELSEWHERE if elsewhere else "")
            case words.Acknowledge(leg, sdp):
                callee = run.legs[leg]
                if isinstance(callee, OutgoingLeg | HostedLeg):
                    callee.acknowledge(run.ours(leg, sdp), now)
            case words.Record(cause):
                self._write(run, cause)
            case words.Wake(devices):
                self._tools.wakes.wake(devices, run.id)
            case words.LetSleep(devices):
                self._tools.wakes.stop(devices, run.id)
            case words.NoteAnswered() | words.PassOn() | words.Swap() | words.NoteJoined() | words.Seek():
                pass  # they are about what is known of the call: see the conductor
            case _:
                self._in_talk(run, action, now)

    def _in_talk(
        self,
        run: Run,
        action: words.Offer | words.AnswerOffer | words.RefuseOffer | words.Bye | words.Close | words.Notify,
        now: float,
    ) -> None:
        leg = run.legs.get(action.leg)
        if leg is None:
            return
        match action:
            case words.Offer(name, sdp):
                if not leg.over:
                    leg.offer(run.ours(name, sdp), now)
            case words.AnswerOffer(name, sdp):
                leg.answer(run.ours(name, sdp), now)
            case words.RefuseOffer(_, status):
                leg.refuse_offer(status, now)
            case words.Bye(_, cause):
                leg.notify(200, now)  # had he asked for a transfer that failed, he would know by now
                leg.bye(now, cause.reason)
            case words.Notify(_, status):
                leg.notify(status, now)
            case words.Close():
                leg.close(now)
            case _:
                assert_never(action)

    def _dial(self, run: Run, name: str, sdp: bytes, now: float) -> None:
        if name in run.apps:
            hosting = run.hosting(name)
            kind = HostedCaller if name == CALLER else HostedLeg
            run.legs[name] = app = kind(hosting.leg, self._told)
            app.begin(self._tools.hosts, hosting, sdp)
            return
        leg = self._tools.legs.outgoing(run.targets[name].invitation)
        run.legs[name] = leg
        leg.call(run.ours(name, sdp), now)

    def _write(self, run: Run, cause: Cause) -> None:
        """A record that cannot be kept (a full disk) must not keep the phones from hanging up."""
        try:
            self._record(run, cause)
        except SpoolFull:
            log.error("call_record_lost", call=run.id)

    # ---- the media anchor

    def _ask(self, run: Run, action: Ask) -> None:
        """What is asked about one anchor is asked in turn, so that no offer overtakes a deletion."""
        anchor = run.anchor(action.branch)
        before = self._asked.get(anchor)
        asked = self._tell_of(run, anchor, action)
        task = asyncio.create_task(asked if before is None else _after(before, asked))
        self._asked[anchor] = task
        task.add_done_callback(partial(self._settled, anchor))

    def _settled(self, anchor: str, task: asyncio.Task[None]) -> None:
        if self._asked.get(anchor) is task:
            del self._asked[anchor]

    async def _tell_of(self, run: Run, anchor: str, action: Ask) -> None:
        match action:
            case words.OfferMedia(ticket):
                self._said(run, await _or_failed(ticket, self._offer(run, anchor, action)))
            case words.AnswerMedia(ticket):
                self._said(run, await _or_failed(ticket, self._answer(run, anchor, action)))
            case words.ReleaseMedia(_, final):
                run.meetings.left(anchor)
                run.measure(await self._release(anchor))
                if final:
                    self._said(run, words.MediaReleased())

    async def _offer(self, run: Run, anchor: str, action: words.OfferMedia) -> words.Event:
        branch, giver = action.branch, action.giver
        if action.taker is words.Taker.PLAIN:
            run.retarget(branch, Profile.PLAIN)
        to = branch if giver == CALLER else CALLER
        given = _given(run, giver, to, action.sdp)
        sdp = await self._media.offer(anchor, _tag(run, giver), given, run.described_at(to, anchor), run.profile(giver))
        return words.MediaOffered(action.ticket, fitted(sdp, run.known(to)))

    async def _answer(self, run: Run, anchor: str, action: words.AnswerMedia) -> words.Event:
        giver = action.giver
        other = action.branch if giver == CALLER else CALLER
        given = _given(run, giver, other, action.sdp)
        sdp = await self._media.answer(
            anchor, _tag(run, other), _tag(run, giver), given, run.described_at(other, anchor)
        )
        return words.MediaAnswered(action.ticket, fitted(sdp, run.known(other)))

    async def _release(self, anchor: str) -> MediaReport | None:
        try:
            return await self._media.delete(anchor)
        except MediaUnavailable:
            return None


async def _after(before: asyncio.Task[None], asked: Coroutine[Any, Any, None]) -> None:
    await asyncio.wait((before,))
    await asked


async def _or_failed(ticket: str, asked: Coroutine[Any, Any, words.Event]) -> words.Event:
    try:
        return await asked
    except MediaUnavailable as fault:
        return words.MediaFailed(ticket, fault.cause == "description")
    except Exception as fault:  # a mistake of ours: the call must not wait for a reply that never comes
        log.error("media_request_failed", kind=type(fault).__name__)
        return words.MediaFailed(ticket, theirs=False)


def _caller(run: Run, name: str = CALLER) -> IncomingLeg | HostedCaller:
    """A leg that called."""
    leg = run.legs[name]
    assert isinstance(leg, IncomingLeg | HostedCaller)
    return leg


def _tag(run: Run, name: str) -> str:
    """The tag a leg goes by at the anchor: its own, or its name while it has not been called yet."""
    leg: AnyLeg | None = run.legs.get(name)
    return leg.id if leg is not None else name


def _given(run: Run, giver: str, taker: str, sdp: bytes) -> bytes:
    """What of a description the media engine gets. Raises MediaUnavailable if that is nothing."""
    found = usable(sdp, run.source(giver))
    if sdp and not found:
        raise MediaUnavailable("description")
    return found if run.shares_pictures(giver, taker) else sound_alone(found)
