"""`unificx privacy verify`. Light to import: modules it needs are imported on demand."""

import asyncio
import os

import typer

from unificx.cli.command import CommandContext, command
from unificx.cli.commands import privacy
from unificx.cli.output import print_items, print_json
from unificx.core.clock import SystemClock

_CHECKS = {"state": "", "check": "check", "detail": "finding"}
_PROMISES = {"id": "id", "state": "state", "text": "promise", "test": "test", "today": "today"}


@command(privacy.group, "verify", of_tenant=False)
def verify(context: CommandContext) -> None:
    """Check what is stored against the promises.

    Plants random values and searches for them in all stored bytes, also while the server runs, checks keys, erasure
    journal and stores, and lists the promises with their tests. Exit code 1 if a check fails."""
    from dataclasses import asdict

    from unificx.server.paths import InstallationPaths
    from unificx.server.verification.findings import promise_table
    from unificx.server.verification.operations import verify as verify_installation

    paths = InstallationPaths(context.home.expanduser().absolute())
    findings = asyncio.run(verify_installation(paths, os.environ, SystemClock(), context.connect))
    failed, promises = [each for each in findings if not each.ok], promise_table(findings)
    if context.as_json:
        print_json({"ok": not failed, "checks": [asdict(each) for each in findings], "promises": promises})
    else:
        rows = [{**asdict(each), "state": "ok" if each.ok else "FAILED"} for each in findings]
        print_items(rows, _CHECKS, as_json=False, empty_text="")
        shown = [
            {**each, "test": (each["tests"] or [""])[0], "today": "; ".join(each["evidence"])} for each in promises
        ]
        print_items(shown, _PROMISES, as_json=False, empty_text="")
    if failed:
        raise typer.Exit(1)
