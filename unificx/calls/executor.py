"""Executes state-machine actions against SIP legs, apps and the media anchor."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

import structlog

from unificx.calls.app_leg import HostedCaller, HostedLeg
from unificx.calls.call import AnyLeg, Run
from unificx.calls.ports import HostsApps, MediaAnchor, Wakes
from unificx.calls.rules import messages
from unificx.calls.rules.causes import ELSEWHERE, Cause
from unificx.calls.rules.media_sections import fitted, sound_alone
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.sdp_inspection import usable
from unificx.db import SpoolFull
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import MediaReport, Profile
from unificx.sip.legs import DialogTable, IncomingLeg, LegEvent, OutgoingLeg

log = structlog.get_logger()
Ask = messages.OfferMedia | messages.AnswerMedia | messages.ReleaseMedia


@dataclass(frozen=True, slots=True)
class Tools:
    """Collaborators of the executor."""

    legs: DialogTable
    media: MediaAnchor
    wakes: Wakes
    hosts: HostsApps


class Hands:
    """Executes actions. `record` writes the call record; `on_media_reply` and `on_app_event` receive replies of the
    media anchor and events of apps."""

    def __init__(
        self,
        deps: Tools,
        record: Callable[[Run, Cause], None],
        on_media_reply: Callable[[Run, messages.Event], None],
        on_app_event: Callable[[HostedLeg, LegEvent], None],
    ) -> None:
        self._tools = deps
        self._media = deps.media
        self._record = record
        self._said = on_media_reply
        self._told = on_app_event
        self._asked: dict[str, asyncio.Task[None]] = {}
        """The latest request per anchor."""

    async def settle(self) -> None:
        """Wait until no request to the media anchor is pending."""
        while self._asked:
            await asyncio.wait(self._asked.values())

    def do(self, call: Run, action: messages.Action, now: float) -> None:
        """Execute one action. A leg whose peer is gone ignores it; that is not an error."""
        match action:
            case messages.OfferMedia() | messages.AnswerMedia() | messages.ReleaseMedia():
                self._ask(call, action)
            case messages.Dial(leg, sdp):
                self._dial(call, leg, sdp, now)
            case messages.Progress(status, sdp):
                _caller(call).progress(status, call.ours(CALLER, sdp), now)
            case messages.Accept(sdp, leg):
                _caller(call, leg).accept(call.ours(leg, sdp), now)
            case messages.Reject(status, cause):
                _caller(call).reject(status, now, [("Reason", cause.reason)])
            case messages.CancelCallee(leg, elsewhere):
                callee = call.legs.get(leg)
                if isinstance(callee, OutgoingLeg | HostedLeg):
                    callee.cancel(now, ELSEWHERE if elsewhere else "")
            case messages.Acknowledge(leg, sdp):
                callee = call.legs[leg]
                if isinstance(callee, OutgoingLeg | HostedLeg):
                    callee.acknowledge(call.ours(leg, sdp), now)
            case messages.Record(cause):
                self._write(call, cause)
            case messages.Wake(devices):
                self._tools.wakes.wake(devices, call.id)
            case messages.LetSleep(devices):
                self._tools.wakes.stop(devices, call.id)
            case (
                messages.NoteAnswered() | messages.PassOn() | messages.Swap() | messages.NoteJoined() | messages.Seek()
            ):
                pass  # these only update the call: see `apply_action`
            case _:
                self._in_talk(call, action, now)

    def _in_talk(
        self,
        call: Run,
        action: messages.Offer
        | messages.AnswerOffer
        | messages.RefuseOffer
        | messages.Bye
        | messages.Close
        | messages.Notify,
        now: float,
    ) -> None:
        leg = call.legs.get(action.leg)
        if leg is None:
            return
        match action:
            case messages.Offer(name, sdp):
                if not leg.ended:
                    leg.offer(call.ours(name, sdp), now)
            case messages.AnswerOffer(name, sdp):
                leg.answer(call.ours(name, sdp), now)
            case messages.RefuseOffer(_, status):
                leg.reject_offer(status, now)
            case messages.Bye(_, cause):
                leg.notify(200, now)  # ends a pending REFER; a failed transfer was reported before
                leg.bye(now, cause.reason)
            case messages.Notify(_, status):
                leg.notify(status, now)
            case messages.Close():
                leg.close(now)
            case _:
                assert_never(action)

    def _dial(self, call: Run, name: str, sdp: bytes, now: float) -> None:
        if name in call.apps:
            context = call.hosting(name)
            leg_class = HostedCaller if name == CALLER else HostedLeg
            call.legs[name] = app = leg_class(context.leg, self._told)
            app.begin(self._tools.hosts, context, sdp)
            return
        leg = self._tools.legs.outgoing(call.targets[name].invitation)
        call.legs[name] = leg
        leg.call(call.ours(name, sdp), now)

    def _write(self, call: Run, cause: Cause) -> None:
        """Write the call record. A full disk must not prevent the phones from hanging up."""
        try:
            self._record(call, cause)
        except SpoolFull:
            log.error("call_record_lost", call=call.id)

    # ---- the media anchor

    def _ask(self, call: Run, action: Ask) -> None:
        """Serialize requests per anchor, so that an offer does not overtake a delete."""
        anchor = call.anchor(action.branch)
        previous = self._asked.get(anchor)
        request = self._tell_of(call, anchor, action)
        task = asyncio.create_task(request if previous is None else _after(previous, request))
        self._asked[anchor] = task
        task.add_done_callback(partial(self._settled, anchor))

    def _settled(self, anchor: str, task: asyncio.Task[None]) -> None:
        if self._asked.get(anchor) is task:
            del self._asked[anchor]

    async def _tell_of(self, call: Run, anchor: str, action: Ask) -> None:
        match action:
            case messages.OfferMedia(ticket):
                self._said(call, await _or_failed(ticket, self._offer(call, anchor, action)))
            case messages.AnswerMedia(ticket):
                self._said(call, await _or_failed(ticket, self._answer(call, anchor, action)))
            case messages.ReleaseMedia(_, final):
                call.meetings.left(anchor)
                call.measure(await self._release(anchor))
                if final:
                    self._said(call, messages.MediaReleased())

    async def _offer(self, call: Run, anchor: str, action: messages.OfferMedia) -> messages.Event:
        branch, sender = action.branch, action.giver
        if action.taker is messages.Taker.PLAIN:
            call.retarget(branch, Profile.PLAIN)
        to = branch if sender == CALLER else CALLER
        relayed = _given(call, sender, to, action.sdp)
        sdp = await self._media.offer(
            anchor, _tag(call, sender), relayed, call.described_at(to, anchor), call.profile(sender)
        )
        return messages.MediaOffered(action.ticket, fitted(sdp, call.known(to)))

    async def _answer(self, call: Run, anchor: str, action: messages.AnswerMedia) -> messages.Event:
        sender = action.giver
        other = action.branch if sender == CALLER else CALLER
        relayed = _given(call, sender, other, action.sdp)
        sdp = await self._media.answer(
            anchor, _tag(call, other), _tag(call, sender), relayed, call.described_at(other, anchor)
        )
        return messages.MediaAnswered(action.ticket, fitted(sdp, call.known(other)))

    async def _release(self, anchor: str) -> MediaReport | None:
        try:
            return await self._media.delete(anchor)
        except MediaUnavailable:
            return None


async def _after(previous: asyncio.Task[None], request: Coroutine[Any, Any, None]) -> None:
    await asyncio.wait((previous,))
    await request


async def _or_failed(ticket: str, request: Coroutine[Any, Any, messages.Event]) -> messages.Event:
    try:
        return await request
    except MediaUnavailable as fault:
        return messages.MediaFailed(ticket, fault.cause == "description")
    except Exception as fault:  # a bug: the call must not wait forever for a reply
        log.error("media_request_failed", kind=type(fault).__name__)
        return messages.MediaFailed(ticket, theirs=False)


def _caller(call: Run, name: str = CALLER) -> IncomingLeg | HostedCaller:
    """The leg as a calling leg."""
    leg = call.legs[name]
    assert isinstance(leg, IncomingLeg | HostedCaller)
    return leg


def _tag(call: Run, name: str) -> str:
    """Tag of a leg at the anchor: the leg's id, or its name before it is dialled."""
    leg: AnyLeg | None = call.legs.get(name)
    return leg.id if leg is not None else name


def _given(call: Run, sender: str, recipient: str, sdp: bytes) -> bytes:
    """SDP as passed to the media engine. Raises MediaUnavailable if it is unusable."""
    sanitized = usable(sdp, call.source(sender))
    if sdp and not sanitized:
        raise MediaUnavailable("description")
    return sanitized if call.shares_pictures(sender, recipient) else sound_alone(sanitized)
