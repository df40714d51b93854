"""`unificx hours`: opening hours."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item

_COLUMNS = {
    "name": "name",
    "open": "open",
    "switch": "switch",
    "is_open": "open now",
    "then": "then",
    "otherwise": "otherwise",
    "id": "id",
}
_DETAILS = {**_COLUMNS, "code": "code", "holidays": "holidays"}


def _flatten(hours: Json) -> Json:
    return {**hours, "open": "; ".join(hours["open"]), "holidays": ", ".join(hours["holidays"])}


_COLLECTION = Collection("/hours", _COLUMNS, _DETAILS, _flatten)

HoursReference = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the opening hours.")]
OPEN_HELP = 'Weekly hours, such as "mon-fri 09:00-17:00"; can be repeated.'
HOLIDAY_HELP = "Date that is closed, such as 2026-12-25; can be repeated."
THEN_HELP = "Destination while open, such as group:6000."
OTHERWISE_HELP = "Destination while closed, such as mailbox:1001."
CODE_HELP = "Feature code of the switch, such as *28."

group = command_group("hours", "Manage opening hours.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name of lower-case letters and digits.")],
    open_: Annotated[list[str], typer.Option("--open", help=OPEN_HELP)],
    then: Annotated[str, typer.Option(help=THEN_HELP)],
    holiday: Annotated[list[str] | None, typer.Option(help=HOLIDAY_HELP)] = None,
    otherwise: Annotated[str, typer.Option(help=OTHERWISE_HELP)] = "hangup",
    code: Annotated[str | None, typer.Option(help=CODE_HELP)] = None,
) -> None:
    """Create opening hours."""
    body = {"name": name, "open": open_, "holidays": holiday or None, "code": code}
    _COLLECTION.create(context, {**body, "then": then, "otherwise": otherwise})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List opening hours."""
    _COLLECTION.list(context, "There are no opening hours yet.")


@command(group, "show")
def show(context: CommandContext, hours: HoursReference) -> None:
    """Show opening hours."""
    _COLLECTION.show(context, hours)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    hours: HoursReference,
    open_: Annotated[list[str] | None, typer.Option("--open", help=OPEN_HELP)] = None,
    then: Annotated[str | None, typer.Option(help=THEN_HELP)] = None,
    holiday: Annotated[list[str] | None, typer.Option(help=HOLIDAY_HELP)] = None,
    otherwise: Annotated[str | None, typer.Option(help=OTHERWISE_HELP)] = None,
    code: Annotated[str | None, typer.Option(help=CODE_HELP)] = None,
) -> None:
    """Change opening hours.

    Given hours and holidays replace all earlier ones."""
    body = {"open": open_ or None, "holidays": holiday or None, "code": code, "then": then, "otherwise": otherwise}
    _COLLECTION.update(context, hours, body)


@command(group, "switch")
def switch(
    context: CommandContext,
    hours: HoursReference,
    to: Annotated[
        Literal["open", "closed", "auto"], typer.Argument(metavar="STATE", help="auto: by the hours and the holidays.")
    ],
) -> None:
    """Open, close, or return to the weekly hours."""
    _COLLECTION.update(context, hours, {"switch": to})


@command(group, "import")
def import_(
    context: CommandContext,
    hours: HoursReference,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="iCalendar file with holidays.")],
) -> None:
    """Add holidays from an iCalendar file."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise CliError(f"{file} cannot be read.", "Give an iCalendar file in UTF-8.") from None

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.post(f"{_COLLECTION.item_path(hours)}/holidays", {"calendar": text}, tenant=tenant)

    found = context.run(request)
    print_item(found if context.as_json else _flatten(found), _DETAILS, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, hours: HoursReference) -> None:
    """Delete opening hours."""
    _COLLECTION.delete(context, hours, "The opening hours were deleted.")
