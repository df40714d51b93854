"""Relay of SIP INFO, usually DTMF, from one party of a call to the other; digits as INFO for carriers that want it.

Carriers take no notice of INFO, unless the trunk says so. They get tones for the digits of a phone that has not
negotiated telephone events (RFC 4733); one that has sends these as well, or in place of INFO.
"""

from collections.abc import Callable
from dataclasses import dataclass

from unificx.calls.call import Call, connected_state
from unificx.calls.digit_tones import DigitTones
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
    """Relays INFO and reports the digits in it to the observers. `takes_digit` takes those of a leg that is asked for
    the answer key: they go nowhere else."""

    observer_notifier: ObserverNotifier
    lines: OutsideLines
    takes_digit: Callable[[Call, str, str, float], bool]
    tones: DigitTones

    def receive(self, call: Call, name: str, event: InfoReceived, now: float) -> None:
        """Relay an INFO of a leg; that of a phone that has just answered, once both are connected."""
        digit = parse_dtmf_digit(event.content_type, event.body)
        if digit and self.takes_digit(call, name, digit, now):
            return
        if digit:
            self.observer_notifier.dtmf_received(call, call.existing_leg(name).id, digit)
        if not isinstance(call.state, Answering):
            self._relay(call, name, event, now)
        elif len(call.early_info) < MAX_EARLY_INFO:
            call.early_info = (*call.early_info, (name, event))

    def detected(self, call: Call, name: str, digit: str, now: float) -> None:
        """Report a digit in the audio or the telephone events of a leg, and send it as INFO to a carrier that wants it
        so."""
        if self.takes_digit(call, name, digit, now):
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
        state, peer = connected_state(call), _peer(call, name)
        digit = parse_dtmf_digit(event.content_type, event.body)
        if peer is None or peer.leg is None or not isinstance(state, Talking):
            return
        if digit and self._gets_tones(call.participant(name), peer):
            self.tones.play(call.id, call.anchor_id(state.callee), peer.leg.id, digit)
        else:
            peer.leg.info(event.content_type, event.body, now)

    def _gets_tones(self, sender: Participant, peer: Participant) -> bool:
        carrier = peer.outside
        return (
            carrier is not None and self.lines.dtmf(carrier) != "info" and not sends_telephone_events(sender.remote_sdp)
        )


def _peer(call: Call, name: str) -> Participant | None:
    """Return the participant that a leg is connected to."""
    state = connected_state(call)
    return call.participant(state.callee if name == CALLER else CALLER) if isinstance(state, Talking) else None
