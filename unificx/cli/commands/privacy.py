"""`unificx privacy`: inventory of personal data."""

from unificx.cli.command import At, noun, verb
from unificx.cli.output import print_items, print_json

_COLUMNS = {"place": "field", "text": "category, purpose, retention", "on_erase": "on erasure"}

group = noun("privacy", "Show which personal data is stored.")


@verb(group, "map", of_tenant=False)
def map_(context: At) -> None:
    """List all fields with personal data."""
    found = context.ask(lambda api: api.get("/privacy/map"))
    if context.as_json:
        print_json(found)
        return
    rows = [{**one, "place": f"{one['table']}.{one['field']}"} for one in found["held"]]
    print_items(rows, _COLUMNS, as_json=False, nothing="No personal data is stored.")
