"""`unificx history`: call detail records."""

from datetime import datetime
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_items

_COLUMNS = {
    "started": "started",
    "caller": "from",
    "callee": "to",
    "direction": "direction",
    "outcome": "outcome",
    "talk_seconds": "talk time (s)",
    "id": "id",
}

Since = Annotated[str | None, typer.Option(metavar="TIME", help="Start time, such as 2026-01-31T08:00Z.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of calls.")]

group = command_group("history", "Show the call history.")


@command(group, "list")
def list_(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Option(help="Show only calls of this extension.")] = None,
    outcome: Annotated[str | None, typer.Option(help="answered, missed, busy, declined and so on.")] = None,
    since: Since = None,
    limit: Limit = 100,
) -> None:
    """List calls, newest first."""
    asked = {"extension": extension, "outcome": outcome, "since": since}

    async def request(api: ApiClient) -> list[Json]:
        found: list[Json] = []
        for each in await api.tenants(context.tenant):
            found += await api.list_all("/history", limit, tenant=each["id"], **asked)
        # Compare times, not strings: whole seconds have no fraction.
        found.sort(key=lambda call: (datetime.fromisoformat(call["started"]), call["id"]), reverse=True)
        return found[:limit]

    print_items(context.run(request), _COLUMNS, as_json=context.as_json, empty_text="There are no calls yet.")
