"""Recording status of live calls, for the recorders, and monitoring."""

from unificx import sdp
from unificx.calls import path_tracking
from unificx.calls.call_control import CallControl
from unificx.sdp import RecordIndication


class CallRecordingStatus:
    """Recording status of live calls. Does not block; unknown call ids are ignored."""

    def __init__(self, calls: CallControl) -> None:
        self._calls = calls

    def indicate(self, call_id: str, indication: RecordIndication) -> None:
        """Set the recording state of a call and send it to recording-aware phones."""
        call = self._calls.find(call_id)
        if call is not None:
            call.recording_indication.update(indication)
            self._calls.manager.send_recording_indication(call)

    def mark_recorded(self, call_id: str) -> None:
        """Mark the call as recorded in its call record."""
        call = self._calls.find(call_id)
        if call is not None:
            call.has_recording = True

    def mark_monitored(self, call_id: str, extension_id: str) -> None:
        """Add a supervisor who listens to the way of the call."""
        call = self._calls.find(call_id)
        if call is None:
            return
        deps = self._calls.manager.deps
        extension = deps.directory.extension_by_id(extension_id)
        if extension is not None:
            path_tracking.monitored(call, extension, deps.clock.monotonic())

    def refuses_recording(self, call_id: str) -> bool:
        """Whether a phone of the call refuses to be recorded (`a=recordpref:off`)."""
        call = self._calls.find(call_id)
        legs = call.legs().values() if call is not None else ()
        return any(sdp.recording_preference(leg.remote_sdp) == "off" for leg in legs)
