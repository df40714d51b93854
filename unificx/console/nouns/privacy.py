"""`unificx privacy`: what is held of people, and why."""

from unificx.console.command import At, noun, verb
from unificx.console.output import print_items, print_json

_COLUMNS = {"place": "where", "text": "what, what for, how long", "on_erase": "at erasure"}

group = noun("privacy", "What is held of people, and why.")


@verb(group, "map", of_tenant=False)
def map_(at: At) -> None:
    """Show every field that holds something of a person."""
    found = at.ask(lambda api: api.get("/privacy/map"))
    if at.as_json:
        print_json(found)
        return
    rows = [{**one, "place": f"{one['table']}.{one['field']}"} for one in found["held"]]
    print_items(rows, _COLUMNS, as_json=False, nothing="Nothing is held of anybody.")
