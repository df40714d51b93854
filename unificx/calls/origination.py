"""Calls that an app starts: an extension is rung, and its user is connected to the app as if they had dialled it."""

from unificx.calls.call import Call, CallCourse
from unificx.calls.dependencies import CallManagerDependencies
from unificx.calls.machine.states import CALLER
from unificx.calls.schemas import Origination
from unificx.core.errors import NotFound
from unificx.routing import CallApp


def originated_call(deps: CallManagerDependencies, origin: Origination, now: float) -> Call:
    """Return the call, without legs yet. Raises NotFound if the number is not an extension that rings now."""
    clock, caller = deps.clock, origin.caller
    plan = deps.routing.route(caller, origin.to).only_fork(origin.device)
    if plan is None:
        raise NotFound("No extension with this number takes calls now. Check the number.")
    call = Call(clock.new_id(), caller, origin.next_destination or origin.to, plan.called, clock.now(), now)
    call.course = CallCourse(plan, call.dialled, displayed_caller=origin.displayed_caller)
    call.next_destination, call.click_to_dial = origin.next_destination, bool(origin.next_destination)
    call.conference_others, call.is_completion = origin.conference_others, origin.is_completion
    call.auto_answer = origin.auto_answer
    call.participants[CALLER].app = CallApp(origin.app, origin.arguments)
    return call
