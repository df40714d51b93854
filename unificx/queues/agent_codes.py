"""Feature codes of agents: sign in and out, pause and resume. Digits after the code are the number of one queue."""

from collections.abc import Sequence
from functools import partial

from unificx.callapps import App, Call
from unificx.queues.schemas import AgentChange, PauseReason, Queue
from unificx.queues.service import QueueService
from unificx.routing import CodeTables

PAUSE_KEYS: dict[str, PauseReason] = {
    "1": "break",
    "2": "lunch",
    "3": "meeting",
    "4": "training",
    "5": "paperwork",
    "6": "other",
}
"""Keys that give the reason of a pause."""
_REASON_SECONDS = 4.0
_OPPOSITE: dict[AgentChange, AgentChange] = {"sign_in": "sign_out", "pause": "resume"}
_PROMPTS: dict[AgentChange, str] = {
    "sign_in": "queue/signed-in",
    "sign_out": "queue/signed-out",
    "pause": "queue/paused",
    "resume": "queue/resumed",
}


def agent_apps(queues: QueueService) -> tuple[App, ...]:
    """The apps of the feature codes."""
    return tuple(
        [App.of_feature(f"queue-{each.replace('_', '-')}", partial(change_state, queues, each)) for each in _PROMPTS]
    )


class AgentStates:
    """Implements `sip_server.OwnSwitchStates`: the code that signs in is on while the extension is signed in, and the
    code that pauses while it is paused: in the queue whose number follows, or in all its queues."""

    def __init__(self, queues: QueueService, codes: CodeTables) -> None:
        self._queues = queues
        self._codes = codes

    def state(self, tenant_id: str, extension_id: str, dialled: str) -> bool | None:
        """Return whether the code is on; None for another code, and if the extension is not an agent there."""
        feature, number = self._codes.of(tenant_id).match(dialled) or (None, "")
        if feature is None or feature.name not in ("queue-sign-in", "queue-pause"):
            return None
        own = _queues_of(self._queues, extension_id, number)
        return _is_on(own, extension_id, "pause" if feature.name == "queue-pause" else "sign_in") if own else None


async def change_state(queues: QueueService, change: AgentChange, call: Call) -> None:
    """Change the state of the calling extension in all its queues, or in one, and announce it. The codes that sign in
    and pause take that back if it is so already: a key of a phone dials the same code each time."""
    own = _queues_of(queues, call.caller.extension_id, call.arguments[0] if call.arguments else "")
    if not own:
        await call.play("queue/no-agent", "general/goodbye")
        return
    if _is_on(own, call.caller.extension_id, change):
        change = _OPPOSITE.get(change, change)
    await _change_all(queues, own, call, change)
    if change == "pause":
        digit = await call.play(_PROMPTS[change], escape_digits="".join(PAUSE_KEYS))
        digit = digit or await call.read_digit(_REASON_SECONDS)
        if digit in PAUSE_KEYS:
            await _change_all(queues, own, call, change, PAUSE_KEYS[digit])
            await call.play("general/saved")
    else:
        await call.play(_PROMPTS[change])
    await call.play("general/goodbye")


def _is_on(own: Sequence[Queue], extension_id: str, change: AgentChange) -> bool:
    """Whether an agent is signed in at all these queues, or paused at all of them if the change is a pause."""
    agents = [agent for queue in own if (agent := queue.agent(extension_id)) is not None]
    return bool(agents) and all(one.paused if change == "pause" else one.signed_in for one in agents)


def _queues_of(queues: QueueService, extension_id: str, number: str) -> list[Queue]:
    """Return the queues of an agent, or only the one with this number."""
    return [one for one in queues.queues_of_agent(extension_id) if number in ("", one.number)]


async def _change_all(
    queues: QueueService, own: Sequence[Queue], call: Call, change: AgentChange, reason: PauseReason | None = None
) -> None:
    for queue in own:
        await queues.change_agent(queue, call.caller.extension_id, change, reason)
