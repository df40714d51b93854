"""Connects the party of a call app to a destination, while the party stays with the app until it answers."""

from unificx.calls.call import Call, CallCourse, named_party
from unificx.calls.machine import events
from unificx.calls.machine.states import CALLER, Talking
from unificx.calls.schemas import ConnectRequest, ConnectWithdrawn
from unificx.calls.transfers import TransferDependencies


class AppConnections:
    """Carries out the requests of call apps as transfers."""

    def __init__(self, deps: TransferDependencies) -> None:
        self._deps = deps

    def on_request(self, call: Call, name: str, request: ConnectRequest | ConnectWithdrawn, now: float) -> None:
        """Connect the party of the app `name` as soon as both are ready, or end the ringing."""
        if isinstance(request, ConnectWithdrawn):
            call.pending_connect = None
            self._deps.dispatch(call, events.TransferWithdrawn())
        else:
            call.pending_connect = call.existing_leg(name).id, request
            self.proceed(call, now)

    def proceed(self, call: Call, now: float) -> None:
        """Start the connection that an app has requested, unless media is still being negotiated."""
        state = call.state
        if call.pending_connect is None or not isinstance(state, Talking) or state.exchange is not None:
            return
        (leg_id, request), call.pending_connect = call.pending_connect, None
        legs = {leg.id: each for each in (CALLER, state.callee) if (leg := call.leg(each)) is not None}
        name = legs.get(leg_id, "")
        if not name:
            return
        self._deps.moves.remove_unreached(call)
        party = named_party(call, state.callee if name == CALLER else CALLER, self._deps.shared.directory)
        wanted = CallCourse(
            request.plan,
            call.dialled,
            displayed_caller=party or call.caller,
            displayed_name=request.displayed_name,
            by_app=True,
            calling_for=call.course.calling_for,  # a menu behind a group or queue
        )
        call.return_course, call.transferred_by = call.course, None
        call.transfer_course, targets = self._deps.fork_builder.build(call, wanted, now)
        self._deps.dispatch(call, events.TransferRequested(name, targets, "", keep_with_app=True))
