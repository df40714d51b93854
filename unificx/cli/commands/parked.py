"""`unificx parked`: parked calls."""

from unificx.cli.api_client import Api, Json
from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_items

_COLUMNS = {
    "place": "slot",
    "number": "number",
    "name": "name",
    "since": "since",
    "by": "parked by",
    "call_id": "call",
}

group = noun("parked", "Show parked calls.")


@verb(group, "list")
def list_(context: At) -> None:
    """List parked calls.

    Dial *86 and the slot number to retrieve one."""

    async def request(api: Api) -> Json:
        return await api.get("/parked", tenant=await api.organisation(context.tenant))

    print_items(context.ask(request)["items"], _COLUMNS, as_json=context.as_json, nothing="There are no parked calls.")
