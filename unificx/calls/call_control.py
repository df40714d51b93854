"""Call control by API: list, transfer, join and start the calls of a set of extensions."""

from collections.abc import Callable, Collection, Iterable

from unificx.calls.call import Call, sanitize_dialled
from unificx.calls.extension_calls import pickup_extensions
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Answering, SettingUp, Talking, Transferring
from unificx.calls.manager import CallManager
from unificx.calls.schemas import RINGBACK_APP, LiveCall, Origination
from unificx.calls.transfers import TargetRejected, Transfers
from unificx.core.errors import Conflict, DomainError, Forbidden, NotFound
from unificx.registrar import Caller
from unificx.routing import NO_OUTSIDE_LINE, CallApp, Reject, Rejection
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.legs import OutgoingLeg


class CallControl:
    """Live calls as the rest of the server sees and controls them.

    The call manager needs routing and the call apps, and both of them see and start calls. So they are built with this
    object, and `attach` connects it to the manager once. Without a manager, as in the command line, there are no calls.

    `extensions` are those of the requester; only their calls are accessible. All methods raise NotFound if the call or
    number does not exist, Conflict if the call is in the wrong state."""

    def __init__(self, manager: CallManager | None = None) -> None:
        self._attached = manager

    def attach(self, manager: CallManager) -> None:
        """Control the calls of this manager from now on."""
        self._attached = manager

    def of_tenant(self, tenant_id: str | None) -> Collection[Call]:
        """Return the calls of a tenant, or of all."""
        return self._attached.calls_of(tenant_id) if self._attached is not None else ()

    def find(self, call_id: str) -> Call | None:
        """Return a call by id, None if it has ended."""
        return self._attached.calls.get(call_id) if self._attached is not None else None

    def calls(self, extensions: Collection[str]) -> list[LiveCall]:
        """List the calls of these extensions."""
        return [
            call.to_live_call(extensions) for call in self.of_tenant(None) if _leg_name_in(call, extensions) is not None
        ]

    def busy_extensions(self, tenant_id: str) -> set[str]:
        """Return the extensions of a tenant that are in a call or are calling; not those that only ring."""
        return set[str]().union(*(_busy_extensions(call) for call in self.of_tenant(tenant_id)))

    def pickup_extensions(self, tenant_id: str) -> set[str]:
        """Return the extensions of a tenant that ring for a call that others may pick up."""
        return set[str]().union(*(pickup_extensions(call) for call in self.of_tenant(tenant_id)))

    def tenants(self, call_ids: Iterable[str]) -> set[str]:
        """Return the tenants of those of these calls that are live."""
        found = [self.find(each) for each in call_ids]
        return {call.caller.tenant_id for call in found if call is not None}

    def connected_extension(self, call_id: str) -> str:
        """Return the extension that the caller of a call is connected to, "" for none."""
        call = self.find(call_id)
        if call is None or not isinstance(call.state, Talking) or call.is_app(call.state.callee):
            return ""
        return call.participant(call.state.callee).extension_id

    def is_in_call(self, extension_id: str) -> bool:
        """Return whether an extension is in a call or is calling; a call that only rings for it does not count."""
        if self._attached is None:
            return False
        extension = self._attached.deps.directory.extension_by_id(extension_id)
        return extension is not None and extension_id in self.busy_extensions(extension.tenant_id)

    def answer(self, call_id: str, extensions: Collection[str]) -> None:
        """Have a ringing phone of these extensions answer. Raises Conflict if none can be told to."""
        own = [call.leg(name) for call, name in self._ringing_legs(call_id, extensions)]
        if not own:
            raise _no_such_call()
        manager = self.manager
        now = manager.deps.clock.monotonic()
        if not any(isinstance(leg, OutgoingLeg) and leg.request_answer(now) for leg in own):
            raise Conflict(
                "No ringing phone can be told to answer.",
                hint="It has to support the event `talk`, as phones of Yealink, Snom and Grandstream do.",
            )
        manager.on_pending_output()

    def hang_up(self, call_id: str, extensions: Collection[str]) -> None:
        """End a call that one of these extensions takes part in."""
        call, _ = self._own_leg(call_id, extensions)
        self.manager.hang_up(call.id, cause=Cause.HUNG_UP if isinstance(call.state, Talking) else Cause.CANCELLED)

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        """Transfer the other party to the number or code `to` (blind transfer); a call that still rings at one of the
        extensions is forwarded to it, and rings on if it may not be."""
        ringing = self._ringing_legs(call_id, extensions)
        if ringing:
            _execute(self.manager, lambda transfers, now: transfers.deflect(*ringing[0], sanitize_dialled(to), now))
            return
        call, name = self._own_leg(call_id, extensions)
        _execute(self.manager, lambda transfers, now: transfers.blind(call, name, sanitize_dialled(to), now))

    def transfer_to_app(self, call_id: str, extensions: Collection[str], app: CallApp, dialled: str) -> None:
        """Transfer the other party to an app, such as a conference room; `dialled` is the number that leads to it."""
        call, name = self._own_leg(call_id, extensions)
        _execute(self.manager, lambda transfers, now: transfers.by_plan(call, name, app.plan(), dialled, now))

    def attended_transfer(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        """Connect the remote parties of two calls (attended transfer); the consultation call may still be ringing."""
        call, name = self._own_leg(call_id, extensions)
        other, consultation_leg = self._own_leg(consultation, extensions)
        _execute(self.manager, lambda transfers, now: transfers.attended(call, name, other, consultation_leg, now))

    def end(self, call_id: str, cause: Cause = Cause.HUNG_UP) -> None:
        """End a call as its party would do, unless it has ended. Without a manager it has."""
        if self._attached is not None:
            self._attached.hang_up(call_id, cause=cause)

    def tenant_and_extension(self, call_id: str, extensions: Collection[str]) -> tuple[str, str]:
        """Return the call's tenant and the extension, of these, that takes part in it."""
        call, name = self._own_leg(call_id, extensions)
        return call.caller.tenant_id, call.participant(name).extension_id

    def move_to_app(self, call_id: str, extensions: Collection[str], app: CallApp, dialled: str) -> None:
        """Connect both parties to an app, such as a conference room; `dialled` is the number that leads to it.

        The caller stays in this call, the other party gets a new one. Both share one call record."""
        call, _ = self._own_leg(call_id, extensions)
        _execute(self.manager, lambda transfers, now: transfers.move_to_app(call, app, dialled))

    def originate(self, origin: Origination) -> str:
        """Start a call from an app: see `CallManager.originate`."""
        return self.manager.originate(origin)

    def recall(self, leg_id: str) -> None:
        """Ring the extension that parked the party held by an app's leg."""
        self.manager.recall(leg_id)

    def dial(self, requester: Caller, device_id: str, to: str, *, is_completion: bool = False) -> str:
        """Click to dial: ring the requester's device ("": all their devices), then dial `to`. Return the call id.

        `is_completion`: the requester has asked for it some time before."""
        manager, number = self.manager, sanitize_dialled(to)
        plan = manager.deps.routing.preview(requester, number)
        if plan == NO_OUTSIDE_LINE.plan():
            raise _no_outside_line()
        if plan == Reject(Rejection.NOT_ALLOWED).plan():
            raise _not_allowed()
        if plan.is_rejected:
            raise NotFound("This number does not exist. Check the number.", field="to")
        shown = Caller(requester.tenant_id, "", "", requester.subject, number=number, name=number)
        if plan.called is not None:
            shown = Caller.of(plan.called, name=manager.deps.directory.display_name(plan.called))
        origin = Origination(
            requester,
            RINGBACK_APP,
            to=requester.number,
            device=device_id,
            next_destination=number,
            displayed_caller=shown,
            is_completion=is_completion,
        )
        return manager.originate(origin)

    def call_back(self, caller_id: str, callee_id: str) -> str:
        """Ring the phones of an extension, then dial another one that it has waited for. Return the call id."""
        directory = self.manager.deps.directory
        caller, callee = directory.extension_by_id(caller_id), directory.extension_by_id(callee_id)
        if caller is None or callee is None:
            raise NotFound("There is no such extension.")
        requester = Caller.of(caller, "", directory.display_name(caller))
        return self.dial(requester, "", callee.number, is_completion=True)

    @property
    def manager(self) -> CallManager:
        """The call manager. Raises NotFound if there is none."""
        if self._attached is None:
            raise NotFound("No calls can be made now.")
        return self._attached

    def _own_leg(self, call_id: str, extensions: Collection[str]) -> tuple[Call, str]:
        call = self.find(call_id)
        name = _leg_name_in(call, extensions) if call is not None else None
        if call is None or name is None:
            raise _no_such_call()
        return call, name

    def _ringing_legs(self, call_id: str, extensions: Collection[str]) -> list[tuple[Call, str]]:
        """Return the legs of a call that ring for these extensions."""
        call = self.find(call_id)
        setup = call.setup_state() if call is not None else None
        if call is None or setup is None:
            return []
        found = [(branch.name, call.participant(branch.name)) for branch in setup.branches if branch.live]
        return [(call, name) for name, one in found if one.app is None and one.extension_id in extensions]


def _execute(manager: CallManager, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
    try:
        manager.transfer(decide)
    except RemoteProtocolError as fault:
        raise _to_problem(fault) from None


def _no_such_call() -> NotFound:
    return NotFound("Call not found. It may have ended.", hint="List your calls with GET /api/v1/me/calls.")


def _busy_extensions(call: Call) -> set[str]:
    """Return the extensions that talk, wait or call in a call; not those that only ring."""
    match call.state:
        case Talking(callee) | Answering(callee=callee):
            names = (CALLER, callee)
        case Transferring(transferor=transferor):
            names = (CALLER, transferor)
        case SettingUp():
            names = (CALLER,)
        case _:
            names = ()
    return {call.participant(name).extension_id for name in names if not call.is_app(name)} - {""}


def _leg_name_in(call: Call, extensions: Collection[str]) -> str | None:
    """Return the name of the leg that belongs to one of these extensions, None if there is none."""
    match call.state:
        case Talking(callee):
            names = (CALLER, callee)
        case SettingUp() | Transferring():
            names = (CALLER,)
        case _:
            names = ()
    return next(
        (name for name in names if not call.is_app(name) and call.participant(name).extension_id in extensions),
        None,
    )


def _no_outside_line() -> NotFound:
    """Return the error for a number outside: there is no line that reaches it."""
    return NotFound(
        "Calls outside are not set up yet.", hint="Ask your administrator to connect a telephone provider.", field="to"
    )


def _not_allowed() -> Forbidden:
    """Return the error for a number that a rule of the tenant forbids to call."""
    return Forbidden("This number may not be called from here.", hint="Ask your administrator.", field="to")


def _to_problem(fault: RemoteProtocolError) -> DomainError:
    cause = fault.cause if isinstance(fault, TargetRejected) else None
    if cause is Cause.NOT_ALLOWED:
        return _not_allowed()
    if cause is Cause.NO_OUTSIDE_LINE:
        return _no_outside_line()
    if fault.status == 404:
        return NotFound("This number does not exist. Check the number.", field="to")
    if fault.status == 403:
        return Forbidden("This call has no participant who can be transferred.")
    return Conflict("The call cannot be changed in its current state.", hint="Try again once it has been answered.")
