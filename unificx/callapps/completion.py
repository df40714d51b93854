"""*66 and *67: have an extension that was busy or did not answer called once it is free, and cancel that."""

from functools import partial

from unificx.callapps.call import App, Call
from unificx.calls import CallCompletions
from unificx.cdr import CdrFilter, CdrService
from unificx.core.access import current_access, stating
from unificx.core.errors import DomainError
from unificx.identity import DirectoryCache, Extension
from unificx.prompts import say_digits

MAX_RECENT = 20
"""Latest calls of an extension that are searched for the last one without an answer."""


def completion_apps(completions: CallCompletions, history: CdrService, directory: DirectoryCache) -> tuple[App, App]:
    """The two apps."""
    request = partial(_request, completions, history, directory)
    return (
        App.of_feature("completion-on", request),
        App.of_feature("completion-off", partial(_cancel, completions, directory)),
    )


async def _request(completions: CallCompletions, history: CdrService, directory: DirectoryCache, call: Call) -> None:
    """Wait for the number that was dialled after the code, else for the last one that was not reached."""
    caller = directory.extension_by_id(call.caller.extension_id)
    number = "".join(call.arguments)
    callee = None
    if caller is not None and number:
        callee = directory.extension(caller.tenant_id, number)
    elif caller is not None:
        with stating(current_access().to("history")):
            callee = await _last_unanswered(history, directory, caller)
    if caller is None or callee is None:
        await call.play("completion/nobody", "general/goodbye")
        return
    try:
        completions.request(caller, callee)
    except DomainError:
        await call.play("completion/refused", "general/goodbye")
    else:
        await call.play("completion/on", *say_digits(callee.number), "general/goodbye")


async def _cancel(completions: CallCompletions, directory: DirectoryCache, call: Call) -> None:
    caller = directory.extension_by_id(call.caller.extension_id)
    if caller is not None:
        completions.cancel_all(caller.tenant_id, caller.id)
    await call.play("completion/off", "general/goodbye")


async def _last_unanswered(history: CdrService, directory: DirectoryCache, caller: Extension) -> Extension | None:
    """Return the extension that the caller did not reach in their last call inside."""
    recent = await history.list(caller.tenant_id, CdrFilter(extensions=(caller.id,)), limit=MAX_RECENT)
    for each in recent.items:
        called = each.parties[1].extension_id if len(each.parties) > 1 else None
        if each.caller.extension_id == caller.id and each.outcome != "answered" and called and called != caller.id:
            return directory.extension_by_id(called)
    return None
