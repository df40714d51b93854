"""`unificx history`: the calls that were."""

from datetime import datetime
from typing import Annotated

import typer

from unificx.console.api import Api, Json
from unificx.console.command import At, noun, verb
from unificx.console.output import print_items

_COLUMNS = {
    "started": "started",
    "caller": "from",
    "callee": "to",
    "direction": "direction",
    "outcome": "outcome",
    "talk_seconds": "talked (s)",
    "id": "id",
}

Since = Annotated[str | None, typer.Option(metavar="TIME", help="Not before: ISO 8601, such as 2026-01-31T08:00Z.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many at the most.")]

group = noun("history", "The calls that were.")


@verb(group, "list")
def list_(
    at: At,
    *,
    extension: Annotated[str | None, typer.Option(help="Of this extension only: its number or id.")] = None,
    outcome: Annotated[str | None, typer.Option(help="answered, missed, busy, declined and so on.")] = None,
    since: Since = None,
    limit: Limit = 100,
) -> None:
    """List calls, the newest first."""
    asked = {"extension": extension, "outcome": outcome, "since": since}

    async def ask(api: Api) -> list[Json]:
        found: list[Json] = []
        for each in await api.organisations(at.tenant):
            found += await api.every("/history", limit, tenant=each["id"], **asked)
        # As times, not as texts: whole seconds are written without a fraction.
        found.sort(key=lambda call: (datetime.fromisoformat(call["started"]), call["id"]), reverse=True)
        return found[:limit]

    print_items(at.ask(ask), _COLUMNS, as_json=at.as_json, nothing="Nobody has called yet.")
