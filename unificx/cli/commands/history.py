"""`unificx history`: call detail records."""

from datetime import datetime
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_item, print_items

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

_USAGE = {"month": "month", **{each: each for each in ("app", "phone", "outside", "meetings", "voicemail", "chat")}}

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


@command(group, "usage")
def usage(context: CommandContext) -> None:
    """Show the use of features by month.

    As shares of the people who agree to it. `few`: fewer than ten of them; `most`: all but fewer than ten."""

    async def request(api: ApiClient) -> Json:
        return await api.get("/insight/usage", tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    rows = [{"month": each["month"][:7], **dict(map(_cell, each["cells"]))} for each in found["months"]]
    if context.as_json:
        print_item(found, {}, as_json=True)
    else:
        print_items(rows, _USAGE, as_json=False, empty_text="Fewer than ten people have agreed to be counted.")


def _cell(cell: Json) -> tuple[str, str]:
    return cell["feature"], f"{cell['percent']} %" if cell["band"] == "some" else cell["band"]
