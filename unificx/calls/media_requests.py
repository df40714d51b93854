"""Requests of calls to the media anchor, and the events that their replies become."""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from unificx.calls.call import Call
from unificx.calls.machine import actions, events
from unificx.calls.machine.states import CALLER
from unificx.calls.participant import Participant
from unificx.calls.ports import AnswerKeyRequests, OutsideLines
from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable
from unificx.rtpengine.ng import WITHOUT_EVENTS, MediaReport, Profile, Sides
from unificx.rtpengine.supervisor import RtpEngine
from unificx.sdp import (
    align_sections,
    audio_only,
    has_srtp_keys,
    is_audio_only,
    rejection_warning,
    sanitize,
    shares_audio_codec,
)

log = structlog.get_logger()
Reply = bytes | MediaReport | Exception | None


class MediaRequests:
    """Sends one request at a time per anchor, so that an offer does not overtake a delete.

    `on_reply` receives the resulting events, never while a request is being submitted.
    """

    def __init__(
        self,
        media: RtpEngine,
        lines: OutsideLines,
        answer_keys: AnswerKeyRequests,
        on_reply: Callable[[Call, events.Event], None],
    ) -> None:
        self._media = media
        self._lines = lines
        self._answer_keys = answer_keys
        self._on_reply = on_reply
        # Owner: the node that holds the call.
        self._waiting: dict[str, list[tuple[Call, actions.MediaAction]]] = {}
        """By anchor with a pending request: the requests to send after it."""
        self._idle: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        """Number of anchors with a pending request."""
        return len(self._waiting)

    async def wait_idle(self) -> None:
        """Wait until no request is pending."""
        while self._waiting:
            self._idle = self._idle or asyncio.get_running_loop().create_future()
            await asyncio.wait((self._idle,))

    def submit(self, call: Call, request: actions.MediaAction) -> None:
        """Send a request, after the pending ones to its anchor."""
        anchor = call.anchor_id(request.branch)
        waiting = self._waiting.get(anchor)
        if waiting is not None:
            waiting.append((call, request))
            return
        self._waiting[anchor] = []
        self._send(call, anchor, request)

    def _send(self, call: Call, anchor: str, request: actions.MediaAction) -> None:
        on_reply = partial(self._replied, call, anchor, request)
        try:
            match request:
                case actions.OfferMedia():
                    self._offer(call, anchor, request, on_reply)
                case actions.AnswerMedia():
                    self._answer(call, anchor, request, on_reply)
                case actions.ReleaseMedia():
                    call.anchor_released(anchor)
                    self._media.delete(anchor, on_reply)
        except Exception as fault:  # unusable SDP, or a bug: the call must not wait forever for a reply
            asyncio.get_running_loop().call_soon(on_reply, fault)

    def _offer(self, call: Call, anchor: str, request: actions.OfferMedia, on_reply: Callable[[Reply], None]) -> None:
        branch = request.branch
        if request.recipient_profile is not actions.RecipientProfile.AS_REGISTERED:
            if call.participant(branch).media_profile in (Profile.WEBRTC, Profile.ENGINE):
                raise MediaUnavailable("invalid_sdp")  # a browser or an app has no alternative
            call.set_media_profile(branch, Profile(request.recipient_profile.value))
        sender, to = call.participant(request.sender), call.participant(_recipient(request))
        relayed, profile = _relayable_sdp(sender, to, request.sdp), to.profile_at_anchor(anchor)
        if to.outside is not None and self._lines.dtmf(to.outside) != "rfc4733":
            profile = WITHOUT_EVENTS.get(profile, profile)
        tag, sides = _tag(sender, request.sender), Sides(profile, sender.media_profile, to.uses_ipv6)
        self._media.offer(anchor, tag, relayed, sides, on_reply, all_codecs=request.all_codecs)

    def _answer(self, call: Call, anchor: str, request: actions.AnswerMedia, on_reply: Callable[[Reply], None]) -> None:
        recipient = _recipient(request)
        sender, to = call.participant(request.sender), call.participant(recipient)
        tags, profile = (_tag(to, recipient), _tag(sender, request.sender)), to.profile_at_anchor(anchor)
        relayed = _relayable_sdp(sender, to, request.sdp)
        self._media.answer(anchor, tags, relayed, profile, on_reply, sender_profile=sender.media_profile)

    def _replied(self, call: Call, anchor: str, request: actions.MediaAction, reply: Reply) -> None:
        awaits_key = isinstance(request, actions.OfferMedia) and call.participant(request.branch).awaits_answer_key
        if awaits_key and isinstance(reply, bytes):
            self._answer_keys.silence(anchor, partial(self._silenced, call, anchor, request, reply))
        else:
            self._proceed(call, anchor, request, reply)

    def _silenced(self, call: Call, anchor: str, request: actions.MediaAction, reply: Reply, silent: bool) -> None:
        """Dial the leg only once the caller cannot hear it."""
        self._proceed(call, anchor, request, reply if silent else MediaUnavailable("refused"))

    def _proceed(self, call: Call, anchor: str, request: actions.MediaAction, reply: Reply) -> None:
        try:
            event = self._to_event(call, request, reply)
            if event is not None:
                self._on_reply(call, event)
        finally:
            self._send_next(anchor)

    def _send_next(self, anchor: str) -> None:
        waiting = self._waiting[anchor]
        if waiting:
            call, request = waiting.pop(0)
            self._send(call, anchor, request)
            return
        del self._waiting[anchor]
        if self._idle is not None and not self._waiting:
            self._idle.set_result(None)
            self._idle = None

    def _to_event(self, call: Call, request: actions.MediaAction, reply: Reply) -> events.Event | None:
        if isinstance(request, actions.ReleaseMedia):
            call.add_media_stats(reply if isinstance(reply, MediaReport) else None)
            _log_bug(reply)
            return events.MediaReleased() if request.final else None
        if isinstance(reply, bytes):
            try:
                return _relayed(call, request, reply)
            except Exception as fault:
                reply = fault.with_traceback(None)
        _log_bug(reply)
        sdp_at_fault = isinstance(reply, MediaUnavailable) and reply.cause == "invalid_sdp"
        if sdp_at_fault:
            log.info("sdp_refused", call=call.id, warning=rejection_warning(request.sdp))
        return events.MediaFailed(request.ticket, sdp_at_fault)


def _relayed(call: Call, request: actions.OfferMedia | actions.AnswerMedia, sdp: bytes) -> events.Event:
    """The event with the SDP of the anchor. Raises MediaUnavailable if it has no audio codec of its recipient."""
    known = call.participant(_recipient(request)).remote_sdp
    if isinstance(request, actions.OfferMedia):
        return events.MediaOffered(request.ticket, align_sections(sdp, known))
    if not shares_audio_codec(known, sdp):
        raise MediaUnavailable("invalid_sdp")  # a codec that rtpengine cannot encode, such as iLBC
    return events.MediaAnswered(request.ticket, align_sections(sdp, known))


def _log_bug(reply: Reply) -> None:
    if isinstance(reply, Exception) and not isinstance(reply, MediaUnavailable):
        log.error("media_request_failed", **describe_fault(reply))


def _recipient(request: actions.OfferMedia | actions.AnswerMedia) -> str:
    """Name of the participant that receives the SDP."""
    return request.branch if request.sender == CALLER else CALLER


def _tag(one: Participant, name: str) -> str:
    """Tag of a leg at the anchor: the leg's id, or its name before it is dialled."""
    return one.leg.id if one.leg is not None else name


def _relayable_sdp(sender: Participant, recipient: Participant, sdp: bytes) -> bytes:
    """Return SDP as passed to rtpengine. Raise MediaUnavailable if it is unusable."""
    sanitized = sanitize(sdp, sender.peer_address)
    if (sdp and not sanitized) or not has_srtp_keys(sanitized):
        raise MediaUnavailable("invalid_sdp")
    return sanitized if is_audio_only(sanitized) or recipient.accepts_video_of(sender) else audio_only(sanitized)
