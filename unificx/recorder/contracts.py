"""What goes out of the room."""

from dataclasses import dataclass
from typing import Literal

from unificx.privacy import consent_words
from unificx.recordings import Begun
from unificx.sdp import Indication

RecordingState = Literal["none", "announced", "recording", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class LiveRecording:
    """How it stands with the recording of a live call. `extensions` are those in the call; `end`: why it ended."""

    call_id: str
    tenant_id: str
    state: RecordingState
    extensions: tuple[str, ...]
    begun: Begun | None = None
    end: consent_words.End | None = None
    allowed: bool = False
    """Whether somebody in the call may begin it now."""
    directed_by: tuple[str, ...] = ()
    """Whose extensions may pause it: who began it, or, if nobody in the call did, all in it."""

    @property
    def indication(self) -> Indication:
        """What phones that show it are told: while somebody is being told, nothing is kept."""
        return "on" if self.state == "recording" else "paused" if self.state == "paused" else "off"
