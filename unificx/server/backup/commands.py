"""The commands `unificx backup` and `unificx restore`. Light to import: modules they need are imported on demand."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.command import DEFAULT_HOME, AsJson, Home
from unificx.cli.new_files import require_new
from unificx.cli.output import format_value, print_done
from unificx.core.clock import SystemClock
from unificx.core.phrases import counted


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")],
    home: Home = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Back up the installation, also while it runs.

    The file contains database, keys, sound and certificates, but neither the master key nor the erasure journal: keep
    these in another place. An existing file is not replaced."""
    from unificx.server.backup.operations import back_up
    from unificx.server.paths import InstallationPaths

    require_new(file)
    paths = InstallationPaths(home.expanduser().absolute())
    manifest = back_up(paths, os.environ, file.absolute(), SystemClock().now(), show_progress())
    size = file.stat().st_size
    data = {"file": str(file), "bytes": size, "files": len(manifest.files), "schema": manifest.schema}
    print_done(f"{file} contains {len(manifest.files)} files, {size >> 20} MiB.", data, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    home: Home = DEFAULT_HOME,
    drill: Annotated[bool, typer.Option("--drill", help="Only try it, in a directory of its own.")] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty directory.

    Master key and erasure journal have to be beside that directory before the server starts. Erasures since the
    backup are repeated then. With --drill, a backup of the installation in that directory is restored beside the
    backup, opened, checked and deleted; exit status 1 if a check fails."""
    if drill:
        _try(file, home, as_json=as_json)
        return
    from unificx.privacy import erasure_journal_file, master_key_file
    from unificx.server.backup.operations import restore as restore_into

    home = home.expanduser().absolute()
    manifest = restore_into(file, home, os.environ, show_progress())
    beside = [str(master_key_file(home, os.environ)), str(erasure_journal_file(home, os.environ))]
    data = {"home": str(home), "files": len(manifest.files), "created": manifest.created, "needs": beside}
    message = (
        f"{home} is as of {format_value(manifest.created)}. Before the start it needs {beside[0]} and the latest"
        f" {beside[1]}."
    )
    print_done(message, data, as_json=as_json)


def _try(file: Path, home: Path, *, as_json: bool) -> None:
    import asyncio
    from dataclasses import asdict

    from unificx.server.backup.drill import drill
    from unificx.server.paths import InstallationPaths

    paths = InstallationPaths(home.expanduser().absolute())
    found = asyncio.run(drill(file.absolute(), paths, os.environ, SystemClock(), show_progress()))
    tenants = counted(found.tenants, "organisation", "organisations")
    people, files = counted(found.people, "person", "people"), counted(found.files, "sealed file", "sealed files")
    erased = counted(found.erased, "erased person or object stays", "erased people and objects stay")
    message = f"Restored and opened: {tenants}, {people}, {files}. {erased} erased."
    if found.faults:
        failure = "could not be tried" if "not_restored" in found.faults else "is not right"
        message = f"The backup {failure} ({', '.join(found.faults)}): {found.detail}"
    print_done(message, {**asdict(found), "at": found.at.isoformat()}, as_json=as_json)
    if found.faults:
        raise typer.Exit(1)


def show_progress() -> Callable[[int], None]:
    """Return a function that shows the bytes so far on a terminal."""
    shown, total = 0, 0

    def add(count: int) -> None:
        nonlocal shown, total
        total += count
        if total >> 24 > shown and sys.stderr.isatty():
            shown = total >> 24
            print(f"\r{total >> 20} MiB ", end="", file=sys.stderr, flush=True)

    return add
