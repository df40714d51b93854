"""Call control by API: list, transfer, join and start the calls of a set of extensions."""

from collections.abc import Callable, Collection

from unificx.calls.call import Run, printable
from unificx.calls.manager import Conductor
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.states import SettingUp, Talking, Transferring
from unificx.calls.schemas import LiveCall, Origin
from unificx.calls.transfers import WAITING, Transfers
from unificx.core.errors import Conflict, Forbidden, NotFound, Refused
from unificx.registrar import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.sip.errors import RemoteProtocolError


class Commands:
    """Control of live calls. `extensions` are those of the requester; only their calls are accessible.

    All methods raise NotFound if the call or number does not exist, Conflict if the call is in the wrong state."""

    def __init__(self, manager: Conductor) -> None:
        self._conductor = manager

    def calls(self, extensions: Collection[str]) -> list[LiveCall]:
        """List the calls of these extensions."""
        return [
            call.as_live(extensions) for call in self._conductor.runs.values() if _name_in(call, extensions) is not None
        ]

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        """Transfer the other party to the number or code `to` (blind transfer)."""
        call, name = self._own(call_id, extensions)
        self._do(lambda transfers, now: transfers.blind(call, name, printable(to), now))

    def join(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        """Connect the remote parties of two calls (attended transfer); the consultation call may still be ringing."""
        call, name = self._own(call_id, extensions)
        other, consultation_leg = self._own(consultation, extensions)
        self._do(lambda transfers, now: transfers.join(call, name, other, consultation_leg, now))

    def who(self, call_id: str, extensions: Collection[str]) -> tuple[str, str]:
        """Return the call's tenant and the extension, of these, that takes part in it."""
        call, name = self._own(call_id, extensions)
        return call.caller.tenant_id, call.device(name)[0]

    def into_app(self, call_id: str, extensions: Collection[str], app: Hosted, dialled: str) -> None:
        """Connect both parties to an app, such as a conference room; `dialled` is the number that leads to it.

        The caller stays in this call, the other party gets a new one. Both share one call record."""
        call, _ = self._own(call_id, extensions)
        self._do(lambda transfers, now: transfers.into_app(call, app, dialled))

    def dial(self, requester: Caller, device_id: str, to: str) -> str:
        """Click to dial: ring the requester's device ("": all their devices), then dial `to`. Return the call id."""
        manager, number = self._conductor, printable(to)
        found = manager.parts.routing.route(requester, number, manager.parts.clock.monotonic())
        if isinstance(found, NoSuchNumber):
            raise NotFound("This number does not exist. Check the number.", field="to")
        shown = Caller(requester.tenant_id, "", "", requester.subject, number=number, name=number)
        if isinstance(found, Ring):
            extension = found.extension
            name = manager.parts.directory.display_name(extension)
            shown = Caller(requester.tenant_id, extension.id, "", extension.subject, number=extension.number, name=name)
        origin = Origin(requester, WAITING, to=requester.number, device=device_id, onward=number, shown=shown)
        return manager.originate(origin)

    def _own(self, call_id: str, extensions: Collection[str]) -> tuple[Run, str]:
        call = self._conductor.runs.get(call_id)
        name = _name_in(call, extensions) if call is not None else None
        if call is None or name is None:
            raise NotFound("Call not found. It may have ended.", hint="List your calls with GET /api/v1/me/calls.")
        return call, name

    def _do(self, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
        try:
            self._conductor.transfer(decide)
        except RemoteProtocolError as fault:
            raise _refused(fault) from None


def _name_in(call: Run, extensions: Collection[str]) -> str | None:
    """Return the name of the leg that belongs to one of these extensions, None if there is none."""
    match call.state:
        case Talking(callee):
            names = (CALLER, callee)
        case SettingUp() | Transferring():
            names = (CALLER,)
        case _:
            names = ()
    return next((name for name in names if name not in call.apps and call.device(name)[0] in extensions), None)


def _refused(fault: RemoteProtocolError) -> Refused:
    if fault.status == 404:
        return NotFound("This number does not exist. Check the number.", field="to")
    if fault.status == 403:
        return Forbidden("This call has no participant who can be transferred.")
    return Conflict("The call cannot be changed in its current state.", hint="Try again once it has been answered.")
