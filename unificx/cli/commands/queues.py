"""`unificx queue`: queues, their agents and the live view."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_items, print_json

_COLUMNS = {"number": "number", "name": "name", "strategy": "strategy", "agent_numbers": "agents", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "otherwise": "otherwise",
    "ring_seconds": "rings (s)",
    "wrap_up": "wrap-up (s)",
    "retry": "rest after a missed call (s)",
    "max_wait": "max. wait (s)",
    "max_length": "max. callers",
    "max_missed": "paused after missed calls",
    "when_no_agents": "no agents signed in",
    "when_all_paused": "all agents paused",
    "announce_every": "announcements (s)",
    "prompt_every": "prompts (s)",
    "callback_after": "callback offered after (s)",
    "answer_within": "service level target (s)",
    "recorded": "recorded",
}
_WAITING_COLUMNS = {"position": "position", "number": "number", "name": "name", "waited": "waits (s)"}
_WAITING_COLUMNS |= {"priority": "priority", "id": "id"}
_AGENT_COLUMNS = {"extension": "extension", "name": "name", "state": "state", "seconds": "since (s)"}
_VISIT_COLUMNS = {
    "arrived": "arrived",
    "number": "number",
    "name": "name",
    "outcome": "outcome",
    "waited": "waited (s)",
    "agent": "agent",
    "talked": "talked (s)",
}


def _flatten(queue: Json) -> Json:
    return {**queue, "agent_numbers": ", ".join(one["extension"] for one in queue["agents"])}


_COLLECTION = Collection("/queues", _COLUMNS, _DETAILS, _flatten)

QueueReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the queue.")]
Agents = Annotated[str | None, typer.Option(help="Extensions of the agents, separated by commas.")]
Strategy = Annotated[
    str | None, typer.Option(help="ring_all, longest_idle, fewest_calls, round_robin, random or linear.")
]
WrapUp = Annotated[int | None, typer.Option(help="Seconds between the calls of an agent.")]
MaxWait = Annotated[int | None, typer.Option(help="Maximum seconds of waiting; 0: no limit.")]
Otherwise = Annotated[str | None, typer.Option(help="Destination if no agent answers, such as mailbox:1001.")]
RingSeconds = Annotated[int | None, typer.Option(help="Seconds an agent is rung.")]

group = command_group("queue", "Manage queues of waiting callers and their agents.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    name: Annotated[str | None, typer.Option(help="Name of the queue.")] = None,
    agents: Agents = None,
    strategy: Strategy = None,
    wrap_up: WrapUp = None,
    max_wait: MaxWait = None,
    ring_seconds: RingSeconds = None,
    otherwise: Otherwise = None,
) -> None:
    """Create a queue.

    Use `update` to change its other settings."""
    body = {"number": number, "name": name, "agents": split_list(agents), "strategy": strategy, "otherwise": otherwise}
    body |= {"wrap_up": wrap_up, "max_wait": max_wait, "ring_seconds": ring_seconds}
    _COLLECTION.create(context, {key: value for key, value in body.items() if value is not None})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List queues."""
    _COLLECTION.list(context, "There are no queues yet.")


@command(group, "show")
def show(context: CommandContext, queue: QueueReference) -> None:
    """Show a queue."""
    _COLLECTION.show(context, queue)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    queue: QueueReference,
    name: Annotated[str | None, typer.Option(help="Name of the queue.")] = None,
    agents: Agents = None,
    strategy: Strategy = None,
    wrap_up: Annotated[int | None, typer.Option(help="Seconds between the calls of an agent.")] = None,
    max_wait: MaxWait = None,
    ring_seconds: Annotated[int | None, typer.Option(help="Seconds an agent is rung.")] = None,
    otherwise: Otherwise = None,
    max_length: Annotated[int | None, typer.Option(help="Maximum number of waiting callers.")] = None,
    max_missed: Annotated[int | None, typer.Option(help="Missed calls that pause an agent; 0: never.")] = None,
    when_no_agents: Annotated[str | None, typer.Option(help="wait or leave, if no agent is signed in.")] = None,
    when_all_paused: Annotated[str | None, typer.Option(help="wait or leave, if all agents are paused.")] = None,
    announce_every: Annotated[int | None, typer.Option(help="Seconds between announcements; 0: none.")] = None,
    prompt_every: Annotated[int | None, typer.Option(help="Seconds between prompts; 0: none.")] = None,
    callback_after: Annotated[int | None, typer.Option(help="Seconds until a callback is offered; 0: never.")] = None,
    answer_within: Annotated[int | None, typer.Option(help="Target of the service level in seconds.")] = None,
    recorded: Annotated[bool | None, typer.Option(help="Record the calls of agents.")] = None,
) -> None:
    """Change a queue."""
    body = {"name": name, "agents": split_list(agents), "strategy": strategy, "otherwise": otherwise}
    body |= {"wrap_up": wrap_up, "max_wait": max_wait, "ring_seconds": ring_seconds, "max_length": max_length}
    body |= {"max_missed": max_missed, "when_no_agents": when_no_agents, "when_all_paused": when_all_paused}
    body |= {"announce_every": announce_every, "prompt_every": prompt_every, "callback_after": callback_after}
    _COLLECTION.update(context, queue, body | {"answer_within": answer_within, "recorded": recorded})


@command(group, "delete")
def delete(context: CommandContext, queue: QueueReference) -> None:
    """Delete a queue with its history."""
    _COLLECTION.delete(context, queue, "The queue was deleted.")


@command(group, "live")
def live(context: CommandContext, queue: QueueReference) -> None:
    """Show waiting callers and agents of a queue."""

    async def request(api: ApiClient) -> Json:
        return await api.get(f"/queues/{quote_segment(queue)}/live", tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    if context.as_json:
        print_json(found)
        return
    waiting = [{**each, "waited": round(each["waited"])} for each in found["waiting"]]
    print_items(waiting, _WAITING_COLUMNS, as_json=False, empty_text="No caller is waiting.")
    agents = [{**each, "seconds": round(each["seconds"])} for each in found["agents"]]
    print_items(agents, _AGENT_COLUMNS, as_json=False, empty_text="The queue has no agents.")
    level = "-" if found["service_level"] is None else f"{found['service_level']:.0%}"
    print(f"today: {found['answered']} answered, {found['abandoned']} abandoned, service level {level}")


@command(group, "move")
def move(
    context: CommandContext,
    *,
    queue: QueueReference,
    caller: Annotated[str, typer.Argument(metavar="CALLER", help="Id of the caller, as `live` shows it.")],
    priority: Annotated[int, typer.Option(help="0 to 9; higher ones are served first.")],
) -> None:
    """Change the priority of a waiting caller."""

    async def request(api: ApiClient) -> Json:
        path = f"/queues/{quote_segment(queue)}/callers/{quote_segment(caller)}"
        return await api.patch(path, {"priority": priority}, tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    print_done(f"The caller is at position {found['position']}.", found, as_json=context.as_json)


@command(group, "history")
def history(context: CommandContext, queue: QueueReference) -> None:
    """List the latest callers of a queue."""

    async def request(api: ApiClient) -> list[Json]:
        path = f"/queues/{quote_segment(queue)}/history"
        return (await api.get(path, tenant=await api.resolve_tenant(context.tenant)))["items"]

    found = context.run(request)
    print_items(found, _VISIT_COLUMNS, as_json=context.as_json, empty_text="This queue has had no callers yet.")


@command(group, "agent")
def agent(
    context: CommandContext,
    *,
    queue: QueueReference,
    extension: Annotated[str, typer.Argument(metavar="EXTENSION", help="Number of the agent.")],
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Pause or resume the agent.")] = None,
    sign_in: Annotated[bool | None, typer.Option("--sign-in/--sign-out", help="Sign the agent in or out.")] = None,
    reason: Annotated[str | None, typer.Option(help="Reason of the pause: break, lunch, meeting ….")] = None,
) -> None:
    """Sign an agent in or out, pause or resume."""
    if pause is None and sign_in is None:
        raise CliError("Nothing to change.", "Give --sign-in, --sign-out, --pause or --resume.")
    body = {"signed_in": sign_in, "paused": pause, "reason": reason}

    async def request(api: ApiClient) -> Json:
        path = f"/queues/{quote_segment(queue)}/agents/{quote_segment(extension)}"
        return await api.patch(path, body, tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    state = "paused" if found["paused"] else "signed in" if found["signed_in"] else "signed out"
    print_done(f"Extension {found['extension']} is {state}.", found, as_json=context.as_json)
