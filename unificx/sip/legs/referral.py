"""Transfers asked for inside a dialog (RFC 3515, 5589): a REFER that came in, and what its sender is told of it.

What is told goes by the dialog of the call, so it ends with it. A NOTIFY that fails costs the subscription, not the
call (RFC 5057 section 5.1).
"""

from dataclasses import dataclass

from unificx.sip.endpoint import ClientKey, ServerKey
from unificx.sip.legs.core import Core
from unificx.sip.legs.events import Referred
from unificx.sip.message import Request, respond
from unificx.sip.phrases import PHRASES
from unificx.sip.refer import refer_of

LASTS = 180
"""Seconds a transfer may take: longer than phones ring."""


@dataclass(slots=True)
class Referral:
    """A REFER: not answered yet while `key` is there. `event` names it in notices."""

    key: ServerKey | None
    request: Request
    event: str
    quiet: bool


class Referrals(Core):
    """A leg whose peer may ask for a transfer: `Referred` tells, `accept_referral` or `refuse_referral` must follow,
    then `notify` for as long as it goes on."""

    __slots__ = ()

    def accept_referral(self, now: float) -> None:
        """Say that it is tried."""
        referral = self.referral
        if referral is None or referral.key is None or self.over:
            return
        headers = [("Contact", self.legs.contact(self._peer_flow()))]
        if referral.quiet:
            headers.append(("Refer-Sub", "false"))
        self.legs.endpoint.respond(referral.key, respond(referral.request, 202, headers=headers), now)
        referral.key = None
        self.notify(100, now)

    def refuse_referral(self, status: int, now: float, reason: str = "") -> None:
        """Say that it is not."""
        referral, self.referral = self.referral, None
        if referral is not None and referral.key is not None and not self.over:
            self.legs.endpoint.respond(referral.key, respond(referral.request, status, reason), now)

    def notify(self, status: int, now: float) -> None:
        """Tell how far it is, as the status of the call to the target; a final one is the last."""
        referral = self.referral
        if referral is None or referral.key is not None or self.over:
            return
        over = status >= 200
        if over:
            self.referral = None
        if referral.quiet:
            return
        state = "terminated;reason=noresource" if over else f"active;expires={LASTS}"
        headers = [
            ("Contact", self.legs.contact(self._peer_flow())),
            ("Event", referral.event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        ]
        body = f"SIP/2.0 {status} {PHRASES.get(status, '')}\r\n".encode()
        key, _ = self._request("NOTIFY", headers, body, now)
        self.notices.add(key)

    def _heard_refer(self, key: ServerKey, request: Request) -> None:
        """Raises BadPeer for one that cannot be meant."""
        refer = refer_of(request)
        event = "refer" if self.referral is None else f"refer;id={request.cseq.number}"
        self.referral = Referral(key, request, event, refer.quiet)
        self._tell(Referred(refer))

    def _was_notice(self, key: ClientKey) -> bool:
        """Whether what comes back is about a NOTIFY, of which nothing more comes then."""
        known = key in self.notices
        self.notices.discard(key)
        return known

    def _notice_settled(self, status: int) -> None:
        if status in (408, 481, 489):
            self.referral = None
