"""A leg: one INVITE dialog with one peer, from the moment it is confirmed.

Setting it up differs by direction (`incoming`, `outgoing`); once talking both ends are alike: offers either way
(RFC 3264, 6337), UPDATE (RFC 3311), INFO, session timers (RFC 4028), BYE. A leg speaks through the endpoint it was
given and tells its user what happened; it never waits.
"""

from dataclasses import replace

from unificx.sip.endpoint import ClientKey, ServerKey
from unificx.sip.errors import BadPeer, OurMistake
from unificx.sip.flow import Flow
from unificx.sip.legs.events import Confirmed, HungUp, Informed, Lost, OfferAnswered, Offered, OfferRefused
from unificx.sip.legs.pending import ALLOW, SUPPORTED, Headers, OurOffer, Repeated, TheirOffer
from unificx.sip.legs.referral import Referrals
from unificx.sip.legs.repeat import Repeat
from unificx.sip.legs.session_timer import MIN_SE, SessionTimer, agree_as_client, agree_as_server
from unificx.sip.message import Request, Response, respond

RETRY_AFTER_GLARE = (2.1, 1.0)
"""Seconds to wait after a 491: as owner of the Call-ID and otherwise (RFC 3261 section 14.1, middle of the ranges)."""
LOOK_AGAIN = 1.0
"""Seconds until a refresh that had no turn is tried again, or what a peer without a connection did not get."""
RETURN_WITHIN = 30.0
"""Seconds a peer whose connection is gone may take to open another, when there is something to tell it."""


class Leg(Referrals):
    """What incoming and outgoing legs share. `id` is the local tag, unique in this process."""

    __slots__ = ()

    # ---- verbs

    def offer(self, body: bytes, now: float) -> None:
        """Offer the peer a new session by re-INVITE. OfferAnswered, OfferRefused or Lost will tell.

        An offer on its way is let finish first (RFC 3264 section 4); what comes of it is not told any more.
        """
        if self.over or self.dialog is None:
            raise OurMistake("no offer can be made on this leg now")
        if self.ours is not None and self.ours.key is not None:
            self.ours.following = body
        else:
            self._reinvite(OurOffer(body, None, 0), now)

    def answer(self, body: bytes, now: float) -> None:
        """Answer what `Offered` told."""
        theirs = self._their_offer()
        if theirs is None:
            return
        key, request = theirs.key, theirs.request
        if request.method == "INVITE":
            self._accept(key, request, body, now)
            return
        self.sent = body
        self.legs.endpoint.respond(
            key, respond(request, 200, headers=self._told_headers(body, request), body=body), now
        )

    def refuse_offer(self, status: int, now: float, headers: Headers = ()) -> None:
        """Refuse what `Offered` told; the session stays as it was."""
        theirs = self._their_offer()
        if theirs is not None:
            self.legs.endpoint.respond(theirs.key, respond(theirs.request, status, headers=headers), now)

    def info(self, content_type: str, body: bytes, now: float) -> None:
        """Send an INFO; what the peer says to it is not told."""
        if not self.over:
            self._request("INFO", [("Content-Type", content_type)], body, now)

    def bye(self, now: float, reason: str = "") -> None:
        """End a confirmed leg. `reason` is a Reason header value (RFC 3326)."""
        if not self.over and self.dialog is not None:
            self._request("BYE", [("Reason", reason)] if reason else [], b"", now)
            self._end(now)

    def close(self, now: float) -> None:
        """Answer the BYE that `HungUp` told of."""
        if self.bye_key is not None:
            key, request = self.bye_key
            self.bye_key = None
            self.legs.endpoint.respond(key, respond(request, 200), now)

    # ---- what the book brings

    def heard(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        """Take a request of the peer inside the dialog."""
        if self.dialog is None or self.over:
            self._say(key, request, 481, now)
            return
        self.dialog = self.dialog.heard(request, flow)
        self.away_until = None
        match request.method:
            case "BYE":
                self.bye_key = (key, request)
                self._end(now)
                self._tell(HungUp())
            case "INVITE":
                self._heard_invite(key, request, now)
            case "UPDATE":
                self._heard_update(key, request, now)
            case "INFO":
                self._say(key, request, 200, now)
                self._tell(Informed(request.first("content-type") or "", request.body))
            case "OPTIONS":
                self._say(key, request, 200, now, [("Allow", ALLOW), ("Supported", SUPPORTED)])
            case "PRACK":
                self._heard_prack(key, request, now)
            case "REFER":
                self._heard_refer(key, request)
            case _:
                self._say(key, request, 405, now, [("Allow", ALLOW)])

    def acked(self, request: Request, now: float) -> None:
        """Take the ACK of a 2xx of ours."""
        repeated = self.repeated
        if repeated is None or repeated.response.status < 200 or request.cseq.number != repeated.number:
            return
        self.repeated = None
        answer = request.body
        if answer:
            self.received = answer
        self._tell(Confirmed(answer))

    def moved(self, now: float) -> None:
        """Take note that the peer may be elsewhere now: what it may not have got where it was is said there again."""
        before = self.dialog.flow if self.dialog is not None else None
        if self.over or before is None or self._peer_flow() == before:
            return
        self.away_until = None
        ours, repeated = self.ours, self.repeated
        if ours is not None:
            self._reinvite(replace(ours, key=None), now)
        if repeated is not None:
            self.legs.endpoint.send(repeated.response, self._peer_flow())

    def got_response(self, key: ClientKey, response: Response, flow: Flow, now: float) -> None:
        """Take a response to a request of ours inside the dialog."""
        del flow
        if self.over or self.dialog is None or response.status < 200:
            return
        self.away_until = None
        if self._was_notice(key):
            self._notice_settled(response.status)
            return
        if response.cseq.method in ("INVITE", "UPDATE"):
            self.dialog = self.dialog.answered(response)
        ours = self.ours
        if ours is not None and ours.key == key:
            self._offer_settled(ours, response, now)
        elif response.cseq.method == "INVITE" and response.status < 300:
            if response.cseq.number in self._acks:
                self._ack_again(response.cseq.number)
            else:  # to an offer that has been made again since
                self._send_ack(response.cseq.number, [], b"")
        elif ours is not None and key in self._invites:
            return
        elif response.status in (408, 481):
            self._lose(f"{response.cseq.method} answered {response.status}", now)
        elif response.cseq.method == "UPDATE":
            self._refreshed_by_update(response, now)

    def failed(self, key: ClientKey, cause: str, now: float) -> None:
        """Take note that a request of ours inside the dialog got no answer.

        A peer whose connection is gone may come back by another: it is waited for.
        """
        ours = self.ours
        if self.over or self._was_notice(key) or (ours is not None and ours.key != key and key in self._invites):
            return
        if self.dialog is None or not self.dialog.flow.reliable or cause != "transport":
            self._lose(f"no answer ({cause})", now)
            return
        if ours is not None and ours.key == key:
            self.ours = replace(ours, key=None, retry_at=now + LOOK_AGAIN)
        elif self.timer is not None and self.timer.we_refresh:
            self.timer = replace(self.timer, refresh_at=now + LOOK_AGAIN)
        else:  # whether it is still there its own refreshes will tell
            return
        if self.away_until is None:
            self.away_until = now + RETURN_WITHIN
        self.legs.rearm(self)

    def deadline(self) -> float | None:
        """When `expired` wants to be called."""
        due = [
            self.repeated.repeat.deadline if self.repeated is not None else None,
            self.timer.deadline if self.timer is not None else None,
            self.ours.retry_at if self.ours is not None else None,
            self.away_until,
        ]
        return min((at for at in due if at is not None), default=None)

    def expired(self, now: float) -> None:
        """Do what time has made due."""
        repeated = self.repeated
        if repeated is not None and now >= repeated.repeat.deadline:
            self._repeat(repeated, now)
        timer = self.timer
        if timer is not None and now >= timer.deadline and not self.over:
            self._refresh_or_end(timer, now)
        ours = self.ours
        if ours is not None and ours.retry_at is not None and now >= ours.retry_at and not self.over:
            self._reinvite(ours, now)
        if self.away_until is not None and now >= self.away_until and not self.over:
            self._lose("its connection did not come back", now)

    # ---- offers of the peer

    def _heard_invite(self, key: ServerKey, request: Request, now: float) -> None:
        if self.ours is not None and self.ours.key is not None:
            self._say(key, request, 491, now)
            return
        if self.theirs is not None or self.repeated is not None:
            self._say(key, request, 500, now, [("Retry-After", "1")])
            return
        if not self._agree_as_server(key, request, now):
            return
        self._say(key, request, 100, now)
        if not request.body:  # the peer asks for our offer: the session as it stands
            if self.sent:
                self._accept(key, request, self.sent, now)
            else:
                self._say(key, request, 500, now, [("Retry-After", "5")])
            return
        self._they_offer(key, request)

    def _heard_update(self, key: ServerKey, request: Request, now: float) -> None:
        if request.body and (self.ours is not None and self.ours.key is not None):
            self._say(key, request, 491, now)
            return
        if request.body and self.theirs is not None:
            self._say(key, request, 500, now, [("Retry-After", "1")])
            return
        if not self._agree_as_server(key, request, now):
            return
        if not request.body:
            self._say(key, request, 200, now, self._told_headers(b"", request))
            return
        self._they_offer(key, request)

    def _heard_prack(self, key: ServerKey, request: Request, now: float) -> None:
        self._say(key, request, 481, now)

    def _they_offer(self, key: ServerKey, request: Request) -> None:
        self.theirs = TheirOffer(key, request)
        self.received = request.body
        self._tell(Offered(request.body))

    def _their_offer(self) -> TheirOffer | None:
        theirs, self.theirs = self.theirs, None
        return None if self.over else theirs

    def _accept(self, key: ServerKey, request: Request, body: bytes, now: float) -> None:
        """Send the 2xx to an INVITE, and say it again until the ACK."""
        response = respond(request, 200, to_tag=self.id, headers=self._told_headers(body, request), body=body)
        self.sent = body
        self.repeated = Repeated(response, Repeat.start(now, capped=True), request.cseq.number)
        self.legs.endpoint.respond(key, response, now)
        self.legs.rearm(self)

    # ---- our offers

    def _reinvite(self, ours: OurOffer, now: float) -> None:
        headers = [*self._told_headers(ours.body), ("Min-SE", str(MIN_SE))]
        if self.theirs is not None or self.repeated is not None:  # their turn: try again after it
            self.ours = replace(ours, retry_at=now + RETRY_AFTER_GLARE[1])
        else:
            key, number = self._request("INVITE", headers, ours.body, now)
            self.ours = replace(ours, key=key, number=number, retry_at=None)
        self.legs.rearm(self)

    def _offer_settled(self, ours: OurOffer, response: Response, now: float) -> None:
        status = response.status
        if status == 491:
            wait = RETRY_AFTER_GLARE[0 if self.owns_call_id else 1]
            again = ours if ours.following is None else OurOffer(ours.following, None, 0)
            self.ours = replace(again, key=None, retry_at=now + wait)
            self.legs.rearm(self)
            return
        self.ours = None
        if status < 300:
            self._send_ack(ours.number, [], b"")
            self._agree(agree_as_client(response, now, self.timer))
            self.sent = ours.body
            if response.body:
                self.received = response.body
        if status in (408, 481):
            self._lose(f"re-INVITE answered {status}", now)
        elif ours.following is not None:
            self._reinvite(OurOffer(ours.following, None, 0), now)
        elif not ours.refresh:
            self._tell(OfferAnswered(response.body) if status < 300 else OfferRefused(status))

    def _send_ack(self, number: int, headers: Headers, body: bytes) -> None:
        assert self.dialog is not None
        ack = self.dialog.ack(number, headers, body)
        self._acks = {**dict(list(self._acks.items())[-1:]), number: ack}
        self.legs.endpoint.send(ack, self._peer_flow())

    def _ack_again(self, number: int) -> None:
        """The peer repeats its 2xx: the ACK was lost (13.2.2.4)."""
        said = self._acks.get(number)
        if said is not None:
            self.legs.endpoint.send(said, self._peer_flow())

    # ---- time

    def _repeat(self, repeated: Repeated, now: float) -> None:
        if repeated.repeat.expired(now):
            self.repeated = None
            self._unacknowledged(repeated.response.status, now)
            return
        repeated.repeat = repeated.repeat.again(now)
        self.legs.endpoint.send(repeated.response, self._peer_flow())

    def _unacknowledged(self, status: int, now: float) -> None:
        """13.3.1.4: a 2xx nobody acknowledged ends the dialog by BYE."""
        self.bye(now, f'SIP;cause=408;text="No ACK of {status}"')
        self._tell(Lost("no ACK"))

    def _refresh_or_end(self, timer: SessionTimer, now: float) -> None:
        if now >= timer.ends_at:
            self._lose("session expired", now)
        elif timer.we_refresh:
            if self.ours is not None or self.theirs is not None:  # what goes on may refresh it too
                self.timer = replace(timer, refresh_at=now + LOOK_AGAIN)
                return
            self.timer = replace(timer, refresh_at=timer.ends_at)
            if self.takes_update:
                self._request("UPDATE", self._told_headers(b""), b"", now)
            else:
                self._reinvite(OurOffer(self.sent, None, 0, refresh=True), now)

    def _refreshed_by_update(self, response: Response, now: float) -> None:
        """A peer that refuses an UPDATE is refreshed by re-INVITE instead."""
        if response.status < 300:
            self._agree(agree_as_client(response, now, self.timer))
        elif self.timer is not None:
            self.takes_update = False
            self.timer = replace(self.timer, refresh_at=now + LOOK_AGAIN)
            self.legs.rearm(self)

    def _agree_as_server(self, key: ServerKey, request: Request, now: float) -> bool:
        try:
            self._agree(agree_as_server(request, self.legs.session_expires, now))
        except BadPeer as fault:
            self._say(key, request, fault.status, now, [("Min-SE", str(MIN_SE))])
            return False
        return True

    def _agree(self, timer: SessionTimer | None) -> None:
        if timer is not None:
            self.timer = timer
            self.legs.rearm(self)

    # ---- the end

    def _lose(self, why: str, now: float) -> None:
        self.bye(now, 'SIP;cause=408;text="Lost"')
        self._tell(Lost(why))

    def _end(self, now: float) -> None:
        """The dialog is over: nothing is said again, an open offer of the peer is answered 487."""
        theirs, self.theirs = self.theirs, None
        if theirs is not None:
            self._say(theirs.key, theirs.request, 487, now)
        self.over = True
        self.ours = None
        self.repeated = None
        self.timer = None
        self.legs.forget(self, self._invites)
