"""`unificx number`: numbers of a tenant in the public network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.csv_import import MAX_IMPORT_BYTES, import_csv
from unificx.cli.errors import CliError
from unificx.cli.new_files import new_file
from unificx.cli.output import print_done
from unificx.cli.uploads import read_file
from unificx.core.phrases import counted

_COLUMNS = {"number": "number", "trunk": "trunk", "destination": "leads to", "description": "description", "id": "id"}
_DETAILS = {
    **_COLUMNS,
    "shown_for": "shown for",
    "callers": "by caller",
    "reject_anonymous": "rejects anonymous callers",
}

NumberReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number, such as +49301234500, or id.")]
Trunk = Annotated[str | None, typer.Option(help="Trunk on which its calls arrive.")]
Destination = Annotated[str | None, typer.Option("--to", help="Destination, such as extension:1001.")]
Callers = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="PATTERN=DESTINATION", help="Destination for some callers; can be repeated."),
]
ShownFor = Annotated[
    list[str] | None, typer.Option(help="Extension, group:… or queue:… that shows it.", metavar="REFERENCE")
]
RejectAnonymous = Annotated[bool | None, typer.Option(help="Reject callers that withhold their number.")]


def _flatten(number: Json) -> Json:
    callers = "; ".join(f"{one['pattern']} {one['destination']}" for one in number["callers"])
    return {**number, "callers": callers, "shown_for": ", ".join(number["shown_for"])}


_COLLECTION = Collection("/numbers", _COLUMNS, _DETAILS, _flatten)

group = command_group("number", "Manage public telephone numbers.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Number, such as +49301234500.")],
    trunk: Annotated[str, typer.Option(help="Trunk on which its calls arrive.")],
    to: Annotated[str, typer.Option("--to", help="Destination, such as extension:1001.")],
    caller: Callers = None,
    shown_for: ShownFor = None,
    reject_anonymous: RejectAnonymous = None,
    description: Annotated[str | None, typer.Option(help="Purpose of the number.")] = None,
    up_to: Annotated[
        str | None, typer.Option(metavar="DIGITS", help="Last digits of the last number of a range, such as 99.")
    ] = None,
    extensions: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Of a range: extensions by the last digits, such as 10##.")
    ] = None,
) -> None:
    """Add a public number, or a range of them."""
    body = {"trunk": trunk, "destination": to, "callers": _caller_rules(caller), "description": description}
    body |= {"shown_for": shown_for or None, "reject_anonymous": reject_anonymous}
    if up_to is not None:
        _create_range(context, body | {"numbers": f"{number}-{up_to}", "extensions": extensions})
    elif extensions is not None:
        raise CliError("Only numbers of a range lead to extensions by their last digits.", "Add --up-to, such as 99.")
    else:
        _COLLECTION.create(context, body | {"number": number})


def _create_range(context: CommandContext, body: Mapping[str, object]) -> None:
    async def request(api: ApiClient) -> Json:
        return await api.post("/numbers/range", body, tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    numbers = counted(len(found["numbers"]), "number was", "numbers were")
    direct = counted(len(found["direct"]), "of them leads to an extension", "of them lead to extensions")
    added = f"{numbers} added; {direct}."
    print_done(added, found, as_json=context.as_json)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List public numbers."""
    _COLLECTION.list(context, "There are no public numbers yet.")


@command(group, "import")
def import_(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with the column number.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Import the rows without faults.")] = False,
) -> None:
    """Add and change numbers from a CSV file.

    More columns: trunk, destination, description, shown_for, reject_anonymous. An empty cell leaves a value as
    it is. With a faulty row, nothing is imported."""
    data = read_file(file, MAX_IMPORT_BYTES, "CSV file")
    import_csv(context, "/numbers/import", data, dry_run=dry_run, skip_faulty=skip_faulty)


@command(group, "export")
def export(
    context: CommandContext,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file to write.")],
) -> None:
    """Write all numbers to a CSV file."""

    async def request(api: ApiClient) -> None:
        tenant = await api.resolve_tenant(context.tenant)
        with new_file(file) as out:
            await api.download("/numbers/export", out.write, tenant=tenant)

    context.run(request)
    print_done(f"{file} was written.", {"file": str(file)}, as_json=context.as_json)


@command(group, "show")
def show(context: CommandContext, number: NumberReference) -> None:
    """Show a public number."""
    _COLLECTION.show(context, number)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    number: NumberReference,
    trunk: Trunk = None,
    to: Destination = None,
    caller: Callers = None,
    shown_for: ShownFor = None,
    reject_anonymous: RejectAnonymous = None,
    description: Annotated[str | None, typer.Option(help="Purpose of the number.")] = None,
) -> None:
    """Change a public number."""
    body = {"trunk": trunk, "destination": to, "callers": _caller_rules(caller)}
    body |= {"shown_for": shown_for or None, "reject_anonymous": reject_anonymous, "description": description}
    _COLLECTION.update(context, number, body)


@command(group, "delete")
def delete(context: CommandContext, number: NumberReference) -> None:
    """Remove a public number."""
    _COLLECTION.delete(context, number, "The number was removed.")


def _caller_rules(texts: list[str] | None) -> list[dict[str, str]] | None:
    if not texts:
        return None
    pairs = [text.partition("=") for text in texts]
    return [{"pattern": pattern, "destination": destination} for pattern, _, destination in pairs]
