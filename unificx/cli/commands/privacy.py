"""`unificx privacy`: inventory of personal data."""

from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_items, print_json

_COLUMNS = {"place": "field", "text": "category, purpose, retention", "on_erase": "on erasure"}

group = command_group("privacy", "Show which personal data is stored.")


@command(group, "map", of_tenant=False)
def map_(context: CommandContext) -> None:
    """List all fields with personal data."""
    found = context.run(lambda api: api.get("/privacy/map"))
    if context.as_json:
        print_json(found)
        return
    rows = [{**one, "place": f"{one['table']}.{one['field']}"} for one in found["held"]]
    print_items(rows, _COLUMNS, as_json=False, empty_text="No personal data is stored.")
