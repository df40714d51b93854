"""Recording status of live calls, for the recorders."""

from unificx import sdp
from unificx.calls.manager import Conductor
from unificx.sdp import RecordIndication


class RecordedCalls:
    """Recording status of live calls. Does not block; unknown call ids are ignored."""

    def __init__(self, manager: Conductor) -> None:
        self._conductor = manager

    def indicate(self, call_id: str, indication: RecordIndication) -> None:
        """Set the recording state of a call and send it to recording-aware phones."""
        call = self._conductor.runs.get(call_id)
        if call is not None:
            call.indicating.stands(indication)
            self._conductor.indicate(call)

    def kept(self, call_id: str) -> None:
        """Mark the call as recorded in its call record."""
        call = self._conductor.runs.get(call_id)
        if call is not None:
            call.kept = True

    def refuses(self, call_id: str) -> bool:
        """Whether a phone of the call refuses to be recorded (`a=recordpref:off`)."""
        call = self._conductor.runs.get(call_id)
        return call is not None and any(sdp.recording_preference(leg.remote_sdp) == "off" for leg in call.legs.values())
