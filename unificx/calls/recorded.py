"""What whoever records tells live calls, and asks of them."""

from unificx import sdp
from unificx.calls.conductor import Conductor
from unificx.sdp import Indication


class RecordedCalls:
    """Nothing here waits. A call that is over, or was none, is passed by."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    def indicate(self, call_id: str, indication: Indication) -> None:
        """How it stands with the recording of a call now: phones that show it are told."""
        run = self._conductor.runs.get(call_id)
        if run is not None:
            run.indicating.stands(indication)
            self._conductor.indicate(run)

    def kept(self, call_id: str) -> None:
        """Something of what is said in it is recorded: the history will say so."""
        run = self._conductor.runs.get(call_id)
        if run is not None:
            run.kept = True

    def refuses(self, call_id: str) -> bool:
        """Whether a phone in it has said that it is not to be recorded."""
        run = self._conductor.runs.get(call_id)
        return run is not None and any(sdp.wish(leg.received) == "off" for leg in run.legs.values())
