"""Schemas of live recordings."""

from dataclasses import dataclass
from typing import Literal

from unificx.recording.machine import consent_types
from unificx.recording.schemas import StartMode
from unificx.sdp import RecordIndication

RecordingState = Literal["none", "announced", "recording", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class LiveRecording:
    """The recording state of a live call. `extensions` are those in the call; `end`: why recording ended."""

    call_id: str
    tenant_id: str
    state: RecordingState
    extensions: tuple[str, ...]
    begun: StartMode | None = None
    end: consent_types.EndReason | None = None
    allowed: bool = False
    """Whether a participant may start recording now."""
    controlled_by: tuple[str, ...] = ()
    """Extensions that may pause it: the one that started it, or all in the call if no current participant started
    it."""

    @property
    def indication(self) -> RecordIndication:
        """The RFC 7866 state signaled to phones; "off" while a notice is played, because nothing is recorded then."""
        return "on" if self.state == "recording" else "paused" if self.state == "paused" else "off"
