"""Transfer requests inside a dialog (RFC 3515, 5589): a received REFER and the NOTIFY requests for its progress.

The subscription shares the dialog of the call and ends with it. A failed NOTIFY ends the subscription, not the call
(RFC 5057 section 5.1).
"""

from dataclasses import dataclass
from math import ceil, inf

from unificx.sip.legs.base import LegBase
from unificx.sip.legs.events import ReferReceived
from unificx.sip.message import Request, respond
from unificx.sip.phrases import PHRASES
from unificx.sip.refer import parse_refer
from unificx.sip.transactions.events import ClientKey, ServerKey

REFER_EXPIRES = 3600
"""Maximum seconds of a transfer. A target may ring for 300, and each step of its forwarding as long again."""


@dataclass(slots=True)
class ReferSubscription:
    """A received REFER, unanswered while `key` is set. `event` is the Event value of its NOTIFY requests, `status` the
    latest that they have reported; it ends at `expires_at` unless it is refreshed. `former` is the subscription of an
    earlier REFER, which goes on if this one is rejected."""

    key: ServerKey | None
    request: Request
    event: str
    suppress_notify: bool
    former: "ReferSubscription | None" = None
    status: int = 100
    expires_at: float = inf


class ReferLeg(LegBase):
    """A leg whose peer may request a transfer: after `ReferReceived` call `accept_refer` or `reject_refer`, then
    `notify` to report progress."""

    __slots__ = ()

    def accept_refer(self, now: float) -> None:
        """Accept the REFER with 202 and report 100."""
        subscription = self.refer_subscription
        if subscription is None or subscription.key is None or self.ended:
            return
        headers = [("Contact", self._contact())]
        if subscription.suppress_notify:
            headers.append(("Refer-Sub", "false"))
        self.table.endpoint.respond(subscription.key, respond(subscription.request, 202, headers=headers), now)
        subscription.key = subscription.former = None
        if not subscription.suppress_notify:
            self._grant(subscription, REFER_EXPIRES, now)
        self.notify(100, now)

    def reject_refer(self, status: int, now: float, reason: str = "") -> None:
        """Reject the REFER."""
        subscription = self.refer_subscription
        if subscription is not None and subscription.key is not None and not self.ended:
            self.refer_subscription = subscription.former
            self.table.endpoint.respond(subscription.key, respond(subscription.request, status, reason), now)
            self._rearm()

    def notify(self, status: int, now: float) -> None:
        """Report the status of the call to the target; a final status ends the subscription. While a further REFER is
        unanswered, it is that of the former one."""
        latest = self.refer_subscription
        unanswered = latest if latest is not None and latest.key is not None else None
        subscription = latest if unanswered is None else unanswered.former
        if subscription is None or subscription.key is not None or self.ended:
            return
        final = status >= 200
        if final and unanswered is not None:
            unanswered.former = None
        elif final:
            self.refer_subscription = None
        subscription.status = status
        if not subscription.suppress_notify:
            remaining = max(1, ceil(subscription.expires_at - now))
            state = "terminated;reason=noresource" if final else f"active;expires={remaining}"
            self._send_notify(subscription, state, now)

    def expire_refer(self, now: float) -> None:
        """End a subscription that was not refreshed in time (RFC 6665 section 4.2.2)."""
        subscription = self.refer_subscription
        if subscription is not None and now >= subscription.expires_at and not self.ended:
            self.refer_subscription = None
            self._send_notify(subscription, "terminated;reason=timeout", now)

    def _grant(self, subscription: ReferSubscription, seconds: int, now: float) -> None:
        subscription.expires_at = now + seconds
        self._rearm()

    def _send_notify(self, subscription: ReferSubscription, state: str, now: float) -> None:
        headers = [
            ("Contact", self._contact()),
            ("Event", subscription.event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        ]
        body = f"SIP/2.0 {subscription.status} {PHRASES.get(subscription.status, '')}\r\n".encode()
        key, _ = self._request("NOTIFY", headers, body, now)
        self.notify_keys = (*self.notify_keys, key)

    def _handle_refer(self, key: ServerKey, request: Request) -> None:
        """Process a REFER. Raise RemoteProtocolError if it is invalid."""
        refer = parse_refer(request)
        # The id tells a phone which of its REFERs a NOTIFY is about, also once the former one is over (section 2.4.6).
        event = f"refer;id={request.cseq_number}" if self.was_referred else "refer"
        self.was_referred = True
        self.refer_subscription = ReferSubscription(key, request, event, refer.suppress_notify, self.refer_subscription)
        self._emit(ReferReceived(refer))

    def _handle_subscribe(self, key: ServerKey, request: Request, now: float) -> None:
        """Process a SUBSCRIBE, by which the peer refreshes or ends the subscription of its REFER (section 2.4.4)."""
        event, subscription = (request.first("event") or "").replace(" ", "").lower(), self.refer_subscription
        if event.partition(";")[0] != "refer":
            self._respond(key, request, 489, now, [("Allow-Events", "refer")])
            return
        if (
            subscription is None
            or subscription.key is not None
            or subscription.suppress_notify
            or event not in (subscription.event, f"refer;id={subscription.request.cseq_number}")
        ):
            self._respond(key, request, 481, now)
            return
        expires = REFER_EXPIRES if request.expires is None else min(request.expires, REFER_EXPIRES)
        self._refresh_target(request)
        headers = [("Contact", self._contact()), ("Expires", str(expires))]
        self._respond(key, request, 200, now, headers)
        if expires:
            self._grant(subscription, expires, now)
        else:
            self.refer_subscription = None
        self._send_notify(subscription, f"active;expires={expires}" if expires else "terminated;reason=timeout", now)

    def _take_notify_key(self, key: ClientKey) -> bool:
        """Whether the response is to a NOTIFY, which is then complete."""
        if key not in self.notify_keys:
            return False
        self.notify_keys = tuple(one for one in self.notify_keys if one != key)
        return True

    def _handle_notify_response(self, status: int) -> None:
        if status in (408, 481, 489):
            self.refer_subscription = None
