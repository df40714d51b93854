"""Feature codes of agents: sign in and out, pause and resume. Digits after the code are the number of one queue."""

from collections.abc import Sequence
from functools import partial

from unificx.callapps import App, Call
from unificx.queues.schemas import AgentChange, PauseReason, Queue
from unificx.queues.service import QueueService

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


async def change_state(queues: QueueService, change: AgentChange, call: Call) -> None:
    """Change the state of the calling extension in all its queues, or in one, and announce it."""
    number = call.arguments[0] if call.arguments else ""
    own = [one for one in queues.queues_of_agent(call.caller.extension_id) if number in ("", one.number)]
    if not own:
        await call.play("queue/no-agent", "general/goodbye")
        return
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


async def _change_all(
    queues: QueueService, own: Sequence[Queue], call: Call, change: AgentChange, reason: PauseReason | None = None
) -> None:
    for queue in own:
        await queues.change_agent(queue, call.caller.extension_id, change, reason)
