"""`unificx parked`: parked calls."""

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_items

_COLUMNS = {
    "place": "slot",
    "number": "number",
    "name": "name",
    "since": "since",
    "by": "parked by",
    "call_id": "call",
}

group = command_group("parked", "Show parked calls.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List parked calls.

    Dial *86 and the slot number to retrieve one."""

    async def request(api: ApiClient) -> Json:
        return await api.get("/parked", tenant=await api.resolve_tenant(context.tenant))

    print_items(
        context.run(request)["items"], _COLUMNS, as_json=context.as_json, empty_text="There are no parked calls."
    )
