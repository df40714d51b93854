"""`unificx feature-code`: codes that can be dialled."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item, print_items

_COLUMNS = {
    "code": "code",
    "argument": "followed by",
    "text": "effect",
    "name": "name",
    "collision": "also dialled for",
}

group = command_group("feature-code", "Manage feature codes.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List feature codes."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return (await api.get("/feature-codes", tenant=tenant))["items"]

    found = context.run(request)
    shown = found if context.as_json else [_flatten(each) for each in found]
    print_items(shown, _COLUMNS, as_json=context.as_json, empty_text="There are no feature codes.")


@command(group, "update")
def update(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the feature, such as park.")],
    code: Annotated[str | None, typer.Option(help="The new code, such as '*70'.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Switch the code off.")] = False,
    default: Annotated[bool, typer.Option("--default", help="Restore the default code.")] = False,
) -> None:
    """Change a feature code."""
    if [bool(code), off, default].count(True) != 1:
        raise CliError("Give one of --code, --off and --default.", "For example: --code '*70'.")

    async def request(api: ApiClient) -> Json:
        tenant, wanted = await api.resolve_tenant(context.tenant), code or ""
        if default:
            known = (await api.get("/feature-codes", tenant=tenant))["items"]
            wanted = next((each["default"] for each in known if each["name"] == name), "")
        return await api.patch(f"/feature-codes/{quote_segment(name)}", {"code": wanted}, tenant=tenant)

    found = context.run(request)
    print_item(found if context.as_json else _flatten(found), _COLUMNS, as_json=context.as_json)


def _flatten(feature: Json) -> Json:
    other = feature["collision"]
    return {
        **feature,
        "code": feature["code"] or "off",
        "text": feature["text"]["en"],
        "collision": f"{other['kind']} {other['name']} ({other['code']})" if other else "",
    }
