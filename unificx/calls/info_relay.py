"""Relay of SIP INFO, usually DTMF, from one party of a call to the other; digits as INFO for carriers that want it.

A digit by INFO becomes a telephone event (RFC 4733) if both parties have negotiated these, else tones for a carrier
that does not want INFO. Any other party gets the INFO.
"""

from collections.abc import Callable
from dataclasses import dataclass

from unificx.calls.call import Call, connected_state
from unificx.calls.injected_digits import InjectedDigits
from unificx.calls.machine.states import CALLER, Answering, Talking
from unificx.calls.observers import ObserverNotifier
from unificx.calls.participant import Participant
from unificx.calls.ports import OutsideLines
from unificx.sdp import sends_telephone_events
from unificx.sip.info_dtmf import parse_dtmf_digit
from unificx.sip.legs import InfoReceived

MAX_EARLY_INFO = 16
"""INFO requests kept per call until both legs are connected."""


@dataclass(frozen=True, slots=True)
class InfoRelay:
    """Relays INFO and reports the digits in it to the observers. `confirms` takes the digits of a leg that is asked for
    one: those go nowhere else."""

    observer_notifier: ObserverNotifier
    lines: OutsideLines
    confirms: Callable[[Call, str, str, float], bool]
    injected: InjectedDigits

    def receive(self, call: Call, name: str, event: InfoReceived, now: float) -> None:
        """Relay an INFO of a leg; that of a phone that has just answered, once both are connected."""
        digits = parse_dtmf_digit(event.content_type, event.body)
        if any(self.confirms(call, name, digit, now) for digit in digits):
            return
        if not isinstance(call.state, Answering):
            self._relay(call, name, event, now)
        elif len(call.early_info) < MAX_EARLY_INFO:
            call.early_info = (*call.early_info, (name, event))

    def detected(self, call: Call, name: str, digit: str, now: float) -> None:
        """Report a digit in the audio or the telephone events of a leg, and send it as INFO to a carrier that wants it
        so."""
        if self.confirms(call, name, digit, now):
            return
        self.observer_notifier.dtmf_received(call, call.existing_leg(name).id, digit)
        peer = _peer(call, name)
        outside = peer.outside if peer is not None else None
        if peer is not None and peer.leg is not None and outside is not None and self.lines.dtmf(outside) == "info":
            peer.leg.info("application/dtmf-relay", f"Signal={digit}\r\nDuration=160\r\n".encode(), now)

    def relay_early(self, call: Call, now: float) -> None:
        """Relay what was received before both legs were connected."""
        early_info, call.early_info = call.early_info, ()
        for name, event in early_info:
            self._relay(call, name, event, now)

    def _relay(self, call: Call, name: str, event: InfoReceived, now: float) -> None:
        peer, digit = _peer(call, name), parse_dtmf_digit(event.content_type, event.body)
        if digit and peer is not None and self._inject(call, name, peer, digit):
            return
        if digit:
            self.observer_notifier.dtmf_received(call, call.existing_leg(name).id, digit)
        if peer is not None and peer.leg is not None:
            peer.leg.info(event.content_type, event.body, now)

    def _inject(self, call: Call, name: str, peer: Participant, digit: str) -> bool:
        """Put the digit into the audio for the peer, unless that is to get the INFO."""
        state, one = connected_state(call), call.participant(name)
        reads_info = peer.outside is not None and self.lines.dtmf(peer.outside) == "info"
        if not isinstance(state, Talking) or one.leg is None or peer.leg is None or peer.app is not None or reads_info:
            return False
        anchor = call.anchor_id(state.callee)
        if sends_telephone_events(one.remote_sdp) and sends_telephone_events(peer.remote_sdp):
            self.injected.send_event(anchor, one.leg.id, digit)  # `detected` is called for it
            return True
        if peer.outside is None:
            return False
        self.observer_notifier.dtmf_received(call, one.leg.id, digit)
        self.injected.play_tones(anchor, peer.leg.id, digit)
        return True


def _peer(call: Call, name: str) -> Participant | None:
    """Return the participant that a leg is connected to."""
    state = connected_state(call)
    return call.participant(state.callee if name == CALLER else CALLER) if isinstance(state, Talking) else None
