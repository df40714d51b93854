"""`unificx report`: reports of calls and queues by e-mail."""

from typing import Annotated, Literal

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.commands.persons import find_person
from unificx.cli.output import print_done, print_items

_COLUMNS = {"name": "recipient", "every": "interval", "next": "next", "receives": "receives it", "state": "last one"}
_PATH = "/report-emails"

Recipient = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail address or id.")]
Every = Annotated[Literal["daily", "weekly", "monthly"], typer.Argument(metavar="INTERVAL", show_default=False)]

group = command_group("report", "Reports of calls and queues by e-mail.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List the reports and their recipients."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all(_PATH, tenant=await api.resolve_tenant(context.tenant))

    print_items(context.run(request), _COLUMNS, as_json=context.as_json, empty_text="No report is sent by e-mail.")


@command(group, "add")
def add(context: CommandContext, user: Recipient, every: Every) -> None:
    """Send a report daily, weekly or monthly."""
    _change(context, user, every, "PUT", "The report is sent from now on.")


@command(group, "remove")
def remove(context: CommandContext, user: Recipient, every: Every) -> None:
    """End a report."""
    _change(context, user, every, "DELETE", "The report has ended.")


@command(group, "send")
def send(context: CommandContext, user: Recipient, every: Every) -> None:
    """Send the newest report now."""
    _change(context, user, every, "POST", "The report is queued.")


def _change(
    context: CommandContext, user: str, every: str, method: Literal["PUT", "POST", "DELETE"], done: str
) -> None:
    async def request(api: ApiClient) -> Json:
        person = await find_person(api, user, context.tenant)
        path, tenant = f"{_PATH}/{person['id']}/{every}", person["tenant_id"]
        match method:
            case "PUT":
                await api.put(path, {}, tenant=tenant)
            case "POST":
                await api.post(f"{path}/sending", {}, tenant=tenant)
            case "DELETE":
                await api.delete(path, tenant=tenant)
        return {"person": person["id"], "every": every}

    print_done(done, context.run(request), as_json=context.as_json)
