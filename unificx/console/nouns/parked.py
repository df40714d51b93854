"""`unificx parked`: who is parked, and where."""

from unificx.console.api import Api, Json
from unificx.console.command import At, noun, verb
from unificx.console.output import print_items

_COLUMNS = {
    "place": "place",
    "number": "number",
    "name": "name",
    "since": "since",
    "by": "parked by",
    "call_id": "call",
}

group = noun("parked", "Calls that are parked.")


@verb(group, "list")
def list_(at: At) -> None:
    """List who is parked; whoever dials *86 and the number of a place has him."""

    async def ask(api: Api) -> Json:
        return await api.get("/parked", tenant=await api.organisation(at.tenant))

    print_items(at.ask(ask)["items"], _COLUMNS, as_json=at.as_json, nothing="Nobody is parked.")
