"""`unificx privacy check-archive`: verification of an access copy by its receiver."""

from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.command import CommandContext, command
from unificx.cli.commands.privacy import group
from unificx.cli.errors import CliError
from unificx.cli.output import format_value, print_items, print_json

_KINDS = {"name": "kind", "title": "content", "records": "records"}


@command(group, "check-archive", of_tenant=False)
def check_archive(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Access copy.")],
    sha256: Annotated[str | None, typer.Option(metavar="HEX", help="SHA-256 that the file must have.")] = None,
) -> None:
    """Verify an access copy, without a server.

    Every file must be listed with its SHA-256, every record follow its schema; nothing is unpacked. That shows damage
    and hostile content, but not who made it: compare the SHA-256 with the one that the installation shows."""
    from unificx.archive import checked_archive

    try:
        with checked_archive(file) as checked:
            found, contents = checked.sha256, checked.contents
    except OSError as fault:
        raise CliError(f"{file} cannot be read: {fault.strerror}.", "Choose a readable access copy.") from None
    if sha256 is not None and sha256.strip().lower() != found:
        raise CliError(f"The file has another SHA-256: {found}.", "Ask for another copy of it.")
    kinds = [{"name": each.name, "title": each.title, "records": each.records} for each in contents.kinds]
    if context.as_json:
        about = {"installation": contents.installation, "tenant": contents.tenant, "person": contents.person}
        files = len(contents.files)
        print_json({"generated": contents.generated, **about, "sha256": found, "files": files, "kinds": kinds})
        return
    print_items([each for each in kinds if each["records"]], _KINDS, as_json=False, empty_text="It has no records.")
    print(f"All {len(contents.files)} files are complete, of {format_value(contents.generated)}. SHA-256: {found}")
