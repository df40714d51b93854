"""`unificx api-key`: API keys of users."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.commands.persons import Days, Scopes, create_key
from unificx.cli.output import print_done, print_item, print_items, print_json

_COLUMNS = {
    "name": "name",
    "prefix": "key",
    "scopes": "scopes",
    "expires": "expires",
    "last_used": "last used",
    "person_id": "person",
    "id": "id",
}
_CREATED = {"token": "key (shown once)", "scopes": "scopes", "expires": "expires", "id": "id"}

_READING = "own,directory:read"

group = command_group("api-key", "Manage API keys.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    person: Annotated[str, typer.Option(help="Person whose permissions it has: e-mail address or id.")],
    name: Annotated[str, typer.Option(help="Purpose, to recognize it.")],
    scopes: Scopes = None,
    days: Days = None,
) -> None:
    """Create an API key.

    The key is shown once."""
    key = create_key(context, person, name, scopes, days)
    print_item(key if context.as_json else _flatten(key), _CREATED, as_json=context.as_json)


@command(group, "assistant")
def assistant(
    context: CommandContext,
    *,
    person: Annotated[str, typer.Option(help="Person whose permissions it has: e-mail address or id.")],
    url: Annotated[str, typer.Option(help="Address of this server as the assistant reaches it, with https://.")],
    scopes: Annotated[str, typer.Option(help="Scopes that it may read, separated by commas.")] = _READING,
    act: Annotated[bool, typer.Option("--act", help="Allow actions too, such as placing calls.")] = False,
    days: Days = None,
) -> None:
    """Print the configuration of an assistant.

    It has a new key, which is shown once. The organisation has to allow assistants, with
    unificx tenant update NAME --assistants."""
    wanted = f"{'assistant:act' if act else 'assistant'},{scopes}"
    key = create_key(context, person, "Assistant", wanted, days)
    headers = {"Authorization": f"Bearer {key['token']}"}
    server = {"type": "http", "url": f"{url.rstrip('/')}/mcp", "headers": headers}
    print_json({"mcpServers": {"unificx": server}})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List API keys."""
    found = context.run(lambda api: api.list_across_tenants("/api-keys", context.tenant))
    shown = found if context.as_json else [_flatten(one) for one in found]
    print_items(shown, _COLUMNS, as_json=context.as_json, empty_text="There are no API keys yet.")


@command(group, "delete")
def delete(context: CommandContext, key: Annotated[str, typer.Argument(metavar="ID", help="Id of the key.")]) -> None:
    """Revoke an API key."""

    async def request(api: ApiClient) -> None:
        await api.delete(f"/api-keys/{quote_segment(key)}", tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The key was revoked.", {"deleted": key}, as_json=context.as_json)


def _flatten(key: Json) -> Json:
    return {**key, "scopes": ", ".join(key["scopes"])}
