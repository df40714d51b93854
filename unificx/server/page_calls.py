"""Calls of intercom and paging."""

from unificx.calls import CallControl, CallManager, Origination
from unificx.identity import Extension
from unificx.registrar import Caller


class CallManagerPageCalls:
    """Implements `callapps.PageCalls` with the call manager."""

    def __init__(self, calls: CallManager) -> None:
        self._calls = calls
        self._control = CallControl(calls)

    def call(self, caller: Extension, number: str, app: str, arguments: tuple[str, ...]) -> str:
        shown = Caller.of(caller, name=self._calls.deps.directory.display_name(caller))
        return self._calls.originate(Origination(shown, app, arguments, number, auto_answer=True))

    def hang_up(self, call_id: str) -> None:
        self._control.end(call_id)
