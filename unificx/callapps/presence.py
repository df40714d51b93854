"""Feature codes of presence: state and forwarding of the calling extension, by telephone."""

from collections.abc import Callable, Mapping
from functools import partial

from unificx.callapps.call import App, Call
from unificx.core.errors import DomainError
from unificx.identity import DirectoryCache, Extension
from unificx.presence import OFF, ForwardingChange, PresenceChange, PresenceService, PresenceState
from unificx.prompts import say_digits
from unificx.routing import DestinationRef

ReferenceAt = Callable[[str, str], DestinationRef | None]
"""Returns the destination of a tenant that has a number, None without one."""

STATE_BY_DIGIT: Mapping[str, PresenceState] = {
    "1": "available",
    "2": "busy",
    "3": "do_not_disturb",
    "4": "away",
    "5": "lunch",
    "6": "trip",
    "7": "off_work",
}
"""States by the digit that is dialled after the code."""


def presence_apps(service: PresenceService, directory: DirectoryCache, reference_at: ReferenceAt) -> tuple[App, ...]:
    """The five apps."""
    set_state, forward = partial(_set_state, service, directory), partial(_forward, service, directory, reference_at)
    return (
        App.of_feature("do-not-disturb-on", partial(set_state, "do_not_disturb", "presence/do-not-disturb-on")),
        App.of_feature("do-not-disturb-off", partial(set_state, "available", "presence/do-not-disturb-off")),
        App.of_feature("presence-state", partial(_set_state_by_digit, service, directory)),
        App.of_feature("forwarding-on", forward),
        App.of_feature("forwarding-off", partial(_stop_forwarding, service, directory)),
    )


async def _set_state(
    service: PresenceService, directory: DirectoryCache, state: PresenceState, confirmation: str, call: Call
) -> None:
    extension = await _calling_extension(directory, call)
    if extension is not None:
        if state != "available" or service.get(extension).state == "do_not_disturb":
            await service.update(extension, PresenceChange(state))
        await call.play(confirmation, "general/goodbye")


async def _set_state_by_digit(service: PresenceService, directory: DirectoryCache, call: Call) -> None:
    """Set the state of the digit that was dialled after the code."""
    extension = await _calling_extension(directory, call)
    state = STATE_BY_DIGIT.get("".join(call.arguments))
    if extension is None:
        return
    if state is None:
        await call.play("general/invalid", "general/goodbye")
        return
    await service.update(extension, PresenceChange(state))
    await call.play("general/saved", "general/goodbye")


async def _forward(service: PresenceService, directory: DirectoryCache, reference_at: ReferenceAt, call: Call) -> None:
    """Forward all calls to the number that was dialled after the code."""
    extension = await _calling_extension(directory, call)
    if extension is None:
        return
    number = "".join(call.arguments)
    destination = reference_at(extension.tenant_id, number) or DestinationRef("number", number)
    try:
        await service.update(extension, forwarding=[ForwardingChange(always=str(destination))])
    except DomainError:
        await call.play("presence/forwarding-refused", "general/goodbye")
    else:
        await call.play("presence/forwarding-on", *say_digits(number), "general/goodbye")


async def _stop_forwarding(service: PresenceService, directory: DirectoryCache, call: Call) -> None:
    extension = await _calling_extension(directory, call)
    if extension is not None:
        await service.update(extension, forwarding=[ForwardingChange(always=OFF)])
        await call.play("presence/forwarding-off", "general/goodbye")


async def _calling_extension(directory: DirectoryCache, call: Call) -> Extension | None:
    """Return the extension of the caller. A caller from outside is told that this is not allowed."""
    extension = directory.extension_by_id(call.caller.extension_id)
    if extension is None:
        await call.play("general/not-allowed", "general/goodbye")
    return extension
