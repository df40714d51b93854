"""What people ask of their own live calls by other ways than a telephone: give them away, join them, begin one."""

from collections.abc import Callable, Collection

from unificx.calls.conductor import Conductor
from unificx.calls.contracts import LiveCall, Origin
from unificx.calls.rules.states import SettingUp, Talking, Transferring
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run, printable
from unificx.calls.transfers import WAITING, Transfers
from unificx.kernel.errors import Conflict, Forbidden, NotFound, Refused
from unificx.presence import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.sip.errors import BadPeer


class Commands:
    """`extensions` are those of whoever asks: their calls and no others are found. All raise NotFound for a call or a
    number that is not there, Conflict for a call with which it cannot be done at the moment."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    def calls(self, extensions: Collection[str]) -> list[LiveCall]:
        """The calls these are in."""
        return [
            run.as_live(extensions) for run in self._conductor.runs.values() if _name_in(run, extensions) is not None
        ]

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        """Give the other one away to whatever `to` leads to."""
        run, name = self._own(call_id, extensions)
        self._do(lambda transfers, now: transfers.blind(run, name, printable(to), now))

    def join(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        """Bring together the two with whom one talks in two calls; in the second it may ring still."""
        run, name = self._own(call_id, extensions)
        other, theirs = self._own(consultation, extensions)
        self._do(lambda transfers, now: transfers.join(run, name, other, theirs, now))

    def who(self, call_id: str, extensions: Collection[str]) -> tuple[str, str]:
        """The organisation of a call, and which of these extensions is in it."""
        run, name = self._own(call_id, extensions)
        return run.caller.tenant_id, run.device(name)[0]

    def into_app(self, call_id: str, extensions: Collection[str], app: Hosted, dialled: str) -> None:
        """Both in a call go to an app, such as a room; `dialled` is what others dial to come there. From then on each
        is in a call of his own with it: the first in this one, the other in a new one. In the history they are one."""
        run, _ = self._own(call_id, extensions)
        self._do(lambda transfers, now: transfers.into_app(run, app, dialled))

    def dial(self, asker: Caller, device_id: str, to: str) -> str:
        """Ring the asker's own device, or all of them for "", and then whoever is meant; the call's id."""
        conductor, number = self._conductor, printable(to)
        found = conductor.parts.routing.route(asker, number, conductor.parts.clock.monotonic())
        if isinstance(found, NoSuchNumber):
            raise NotFound("Nobody has this number.", field="to")
        shown = Caller(asker.tenant_id, "", "", asker.subject, number=number, name=number)
        if isinstance(found, Ring):
            extension = found.extension
            name = conductor.parts.directory.display_name(extension)
            shown = Caller(asker.tenant_id, extension.id, "", extension.subject, number=extension.number, name=name)
        origin = Origin(asker, WAITING, to=asker.number, device=device_id, onward=number, shown=shown)
        return conductor.originate(origin)

    def _own(self, call_id: str, extensions: Collection[str]) -> tuple[Run, str]:
        run = self._conductor.runs.get(call_id)
        name = _name_in(run, extensions) if run is not None else None
        if run is None or name is None:
            raise NotFound("There is no such call going on.", hint="Look at /api/v1/me/calls.")
        return run, name

    def _do(self, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
        try:
            self._conductor.transfer(decide)
        except BadPeer as fault:
            raise _refused(fault) from None


def _name_in(run: Run, extensions: Collection[str]) -> str | None:
    """The name of the leg somebody has in a call."""
    match run.state:
        case Talking(callee):
            names = (CALLER, callee)
        case SettingUp() | Transferring():
            names = (CALLER,)
        case _:
            names = ()
    return next((name for name in names if name not in run.apps and run.device(name)[0] in extensions), None)


def _refused(fault: BadPeer) -> Refused:
    if fault.status == 404:
        return NotFound("Nobody has this number.", field="to")
    if fault.status == 403:
        return Forbidden("There is nobody in this call who could be given away.")
    return Conflict("This cannot be done with the call just now.", hint="Try again once it has been answered.")
