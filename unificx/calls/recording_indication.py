"""Recording state in SDP (RFC 7866), sent once per change to each recording-aware phone."""

from collections.abc import Mapping
from dataclasses import dataclass

from unificx import sdp
from unificx.calls.machine.states import CALLER, State, Talking
from unificx.calls.participant import AnyLeg, Participant
from unificx.core.value import EMPTY


@dataclass(slots=True)
class RecordingIndication:
    """Recording state of one call, added as `current` to every SDP sent to recording-aware legs."""

    current: sdp.RecordIndication = ""
    _offered: Mapping[str, sdp.RecordIndication] = EMPTY
    """State of the last re-offer per leg: each state is offered once, even if that fails."""

    def update(self, indication: sdp.RecordIndication) -> None:
        """Set the current state. The initial "off" is not announced."""
        if indication != "off" or self.current:
            self.current = indication

    def apply_to(self, leg: AnyLeg | None, description: bytes) -> bytes:
        """Return the SDP with the recording state, if the leg is recording-aware."""
        return sdp.with_recording_indication(description, self.current if _is_recording_aware(leg) else "")

    def next_leg_to_reoffer(self, state: State, participants: Mapping[str, Participant]) -> str | None:
        """Return the next leg that needs a re-offer to learn the current state; None while an offer/answer exchange is
        pending."""
        if not self.current or not isinstance(state, Talking) or state.exchange is not None:
            return None
        for name in (CALLER, state.callee):
            one = participants.get(name)
            if one is None or not _is_recording_aware(one.leg):
                continue
            announced = sdp.recording_indication(one.sent_sdp.sdp) if one.sent_sdp.sdp else ""
            if self.current not in (announced, self._offered.get(name)):
                self._offered = {**self._offered, name: self.current}
                return name
        return None


def _is_recording_aware(leg: AnyLeg | None) -> bool:
    return leg is not None and (leg.record_aware or bool(sdp.recording_preference(leg.remote_sdp)))
