"""`unificx privacy export`, `import` and `transfer-key`. Light to import: modules they need are imported on demand."""

import asyncio
import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from unificx.cli.command import CommandContext, command
from unificx.cli.commands import privacy
from unificx.cli.commands.access_copy import save_copy
from unificx.cli.errors import CliError
from unificx.cli.new_files import require_new
from unificx.cli.output import format_value, print_done, print_item
from unificx.core.clock import SystemClock

_COPY = {"file": "file", "bytes": "bytes", "sha256": "SHA-256"}


@command(privacy.group, "export")
def export(
    context: CommandContext,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")],
    subject: Annotated[str | None, typer.Option(metavar="PERSON", help="E-mail, id, extension or number.")] = None,
    to: Annotated[str | None, typer.Option(metavar="KEY", help="Whole tenant, for this transfer key.")] = None,
) -> None:
    """Write a person's data, or a whole tenant.

    With --subject, the copy has everything that is held about the person, as JSON, CSV, vCard and sound, with a page to
    read. A number with + or 0 in front is that of a caller outside. With --to, the file has the whole tenant, encrypted
    for another installation. Keep files safe and delete them when they are delivered."""
    if (subject is None) == (to is None):
        raise CliError("Name either a person with --subject or a receiver with --to.", "See `privacy export --help`.")
    require_new(out)
    if subject is not None:
        found = context.run(lambda api: save_copy(api, subject, context.tenant, out))
        shown = {"file": str(out), "bytes": found["size"], "sha256": found["sha256"]}
        print_item(shown, _COPY, as_json=context.as_json)
        return
    from unificx.server.transfer.envelope import parse_public_key

    _export_tenant(context, out, parse_public_key(to or ""))


@command(privacy.group, "import", of_tenant=False)
def import_(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tenant from another installation.")],
) -> None:
    """Import a tenant from another installation.

    Stop the server before. The tenant is imported wholly or not at all, with keys, recordings, consents and erasures;
    people sign in and phones register anew. Delete the file when the tenant works here."""
    from unificx.server.backup.commands import show_progress
    from unificx.server.transfer.receiving import import_tenant

    async def run(stores: Any) -> Any:
        return await import_tenant(stores, file, show_progress())

    try:
        manifest = _with_stores(context.home, run, stopped=True)
    except OSError as fault:
        raise CliError(f"{file} cannot be imported: {fault.strerror}.", "Check the file and the disk.") from None
    data = {"tenant": manifest.about, "files": len(manifest.files), "created": manifest.created}
    message = f"The tenant is here as of {format_value(manifest.created)}. Start the server."
    print_done(message, data, as_json=context.as_json)


@command(privacy.group, "transfer-key", of_tenant=False)
def transfer_key(context: CommandContext) -> None:
    """Show the key for tenants that move here.

    Give it to the other installation for `privacy export --to KEY`: what is encrypted with it, only this one can read.
    It is not secret, but must come from here: the owner of any other key could read the tenant."""

    async def run(stores: Any) -> str:
        return stores.own_key.public

    key = _with_stores(context.home, run)
    print_done(key, {"key": key}, as_json=context.as_json)


def _export_tenant(context: CommandContext, out: Path, receiver: bytes) -> None:
    from unificx.server.backup.commands import show_progress
    from unificx.server.transfer.sending import export_tenant

    out = out.absolute()

    async def run(stores: Any) -> Any:
        return await export_tenant(stores, context.tenant, out, receiver, show_progress())

    try:
        manifest = _with_stores(context.home, run)
    except OSError as fault:
        raise CliError(f"{out} cannot be written: {fault.strerror}.", "Choose another file, or free space.") from None
    data = {"file": str(out), "bytes": out.stat().st_size, "tenant": manifest.about, "files": len(manifest.files)}
    print_done(f"{out} contains the tenant, {data['bytes'] >> 20} MiB.", data, as_json=context.as_json)


def _with_stores(home: Path, run: Any, *, stopped: bool = False) -> Any:
    from unificx.server.bootstrap import installation_lock, naming_the_database
    from unificx.server.paths import InstallationPaths
    from unificx.server.transfer.stores import opened_stores

    paths = InstallationPaths(home.expanduser().absolute())

    async def operation() -> Any:
        async with opened_stores(paths, os.environ, SystemClock(), stopped=stopped) as stores:
            return await run(stores)

    with installation_lock(paths) if stopped and paths.keys.exists() else nullcontext(), naming_the_database():
        return asyncio.run(operation())
