"""`unificx menu`: menus that callers control with the keys of their telephone."""

from collections.abc import Sequence
from typing import Annotated

import typer

from unificx.cli.api_client import Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError

_COLUMNS = {"number": "number", "name": "name", "keys": "keys", "otherwise": "otherwise", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "say": "text",
    "sound": "sound",
    "language": "language",
    "timeout": "timeout (s)",
    "attempts": "attempts",
    "direct_dial": "direct dialling",
}

_KEY_EXAMPLE = "such as 1=extension:1001"


def _flatten(menu: Json) -> Json:
    return {**menu, "keys": ", ".join(f"{key}={ref}" for key, ref in menu["keys"].items())}


_COLLECTION = Collection("/menus", _COLUMNS, _DETAILS, _flatten)

MenuReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the menu.")]
Name = Annotated[str | None, typer.Option(help="Name of the menu.")]
Say = Annotated[str | None, typer.Option(help="Text that is spoken as the prompt.")]
Sound = Annotated[str | None, typer.Option(metavar="NAME", help="Sound that is the prompt; see `unificx sound`.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", metavar="KEY=DESTINATION", help="Destination of a key; can be repeated.")
]
Language = Annotated[str | None, typer.Option(help="en or de; empty: the language of the caller.")]
Timeout = Annotated[float | None, typer.Option(help="Seconds to wait for a key after the prompt.")]
Attempts = Annotated[int | None, typer.Option(help="Missing or invalid entries allowed.")]
DirectDial = Annotated[bool | None, typer.Option(help="Callers may dial an extension.")]

group = command_group("menu", "Manage menus.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    otherwise: Annotated[str, typer.Option(metavar="DESTINATION", help="Destination without a valid entry.")],
    name: Name = None,
    say: Say = None,
    sound: Sound = None,
    key: Keys = None,
    language: Language = None,
    timeout: Timeout = None,
    attempts: Attempts = None,
    direct_dial: DirectDial = None,
) -> None:
    """Create a menu.

    Its prompt is a text (--say) or a sound (--sound)."""
    body = {"number": number, "name": name, "say": say, "sound": sound, "keys": _keys(key), "otherwise": otherwise}
    body |= {"language": language, "timeout": timeout, "attempts": attempts, "direct_dial": direct_dial}
    _COLLECTION.create(context, {name: value for name, value in body.items() if value is not None})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List menus."""
    _COLLECTION.list(context, "There are no menus yet.")


@command(group, "show")
def show(context: CommandContext, menu: MenuReference) -> None:
    """Show a menu."""
    _COLLECTION.show(context, menu)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    menu: MenuReference,
    name: Name = None,
    say: Say = None,
    sound: Sound = None,
    key: Keys = None,
    otherwise: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Destination without a valid entry.")
    ] = None,
    language: Language = None,
    timeout: Timeout = None,
    attempts: Attempts = None,
    direct_dial: DirectDial = None,
) -> None:
    """Change a menu.

    The given keys replace all keys."""
    body = {"name": name, "say": say, "sound": sound, "keys": _keys(key), "otherwise": otherwise}
    body |= {"language": language, "timeout": timeout, "attempts": attempts, "direct_dial": direct_dial}
    _COLLECTION.update(context, menu, body)


@command(group, "delete")
def delete(context: CommandContext, menu: MenuReference) -> None:
    """Delete a menu that no destination leads to."""
    _COLLECTION.delete(context, menu, "The menu was deleted.")


def _keys(pairs: Sequence[str] | None) -> dict[str, str] | None:
    """Return the destination by key. Raises CliError for another form, and for a key that is given twice."""
    if not pairs:
        return None
    found: dict[str, str] = {}
    for pair in pairs:
        key, _, destination = pair.partition("=")
        if len(key) != 1 or key not in "0123456789*#":
            raise CliError(f"Invalid key: {pair}.", f"Begin with 0 to 9, * or #, and =, {_KEY_EXAMPLE}.")
        if not destination:
            raise CliError(f"The key {key} has no destination.", f"Write it behind =, {_KEY_EXAMPLE}.")
        if key in found:
            raise CliError(f"The key {key} is given twice.", "Give each key once.")
        found[key] = destination
    return found
