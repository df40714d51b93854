"""`unificx privacy log`: the audit log, its signed heads, proofs and verification."""

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item, print_items, print_json
from unificx.cli.uploads import read_file

_COLUMNS = {
    "position": "entry",
    "time": "time",
    "action": "action",
    "object": "object",
    "actor": "by",
    "about": "about",
    "result": "result",
}
_HEAD = {"size": "entries", "root": "root", "time": "signed", "fingerprint": "signed by key"}
_REPORT = {
    "entries": "entries",
    "signed": "in a signed head",
    "erased": "with an erased person",
    "heads": "signed heads",
    "fingerprints": "signed by key",
}
_MAX_BYTES = 1 << 30

group = command_group("log", "Show and verify the audit log.", parent="privacy")


@command(group, "list")
def list_(
    context: CommandContext,
    *,
    action: Annotated[str | None, typer.Option(help="Only this action.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only entries from this time on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Number of entries.")] = 100,
) -> None:
    """List administrative acts, newest first."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.list_all("/audit/entries", limit, tenant=tenant, action=action, since=since)

    found = context.run(request)
    shown = [{**one, "actor": _person(one, "actor"), "about": _person(one, "about")} for one in found]
    items = found if context.as_json else shown
    print_items(items, _COLUMNS, as_json=context.as_json, empty_text="Nothing was recorded yet.")


@command(group, "head", of_tenant=False)
def head(context: CommandContext) -> None:
    """Sign the log as it is now and print the head.

    Store it elsewhere: what it includes cannot be changed unnoticed any more."""
    from unificx.privacy import fingerprint

    found = context.run(lambda api: api.get("/audit/head"))
    shown = found if context.as_json else {**found, "fingerprint": fingerprint(found["public_key"])}
    print_item(shown, _HEAD, as_json=context.as_json)


@command(group, "proof")
def proof(
    context: CommandContext, *, entry: Annotated[int, typer.Argument(metavar="ENTRY", help="Number of the entry.")]
) -> None:
    """Prove that a signed head includes an entry."""

    async def request(api: ApiClient) -> Json:
        return await api.get(f"/audit/entries/{entry}/proof", tenant=await api.resolve_tenant(context.tenant))

    print(json.dumps(context.run(request), indent=None if context.as_json else 2))


@command(group, "export", of_tenant=False)
def export(context: CommandContext) -> None:
    """Print the whole log, one JSON object a line.

    It names no person. `privacy log verify FILE` verifies it on any machine."""
    for line in context.run(_export):
        print_json(line)


@command(group, "verify", of_tenant=False)
def verify(
    context: CommandContext,
    *,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Exported log; needs no server.")] = None,
    heads: Annotated[Path | None, typer.Option(metavar="FILE", help="File with heads stored elsewhere.")] = None,
) -> None:
    """Compute all hashes again, check all heads.

    Exit status 1: something was changed."""
    outside = _read_lines(heads, "file of heads") if heads is not None else []
    report: dict[str, Any] = {} if file is not None else context.run(lambda api: api.get("/audit/verification"))
    if file is not None or outside:
        lines = _read_lines(file, "exported log") if file is not None else context.run(_export)
        report = _joined(report, _verify(lines, outside))
    _print_report(context, report)
    if not report["ok"]:
        raise typer.Exit(1)


async def _export(api: ApiClient) -> list[Json]:
    lines: list[Json] = []
    first: int | None = 0
    while first is not None:
        part = await api.get("/audit/export", first=first)
        lines += [{"head": each} for each in part["heads"]] + part["entries"]
        first = part["next"]
    return lines


def _verify(lines: list[Json], outside: list[Json]) -> Json:
    from dataclasses import asdict

    from unificx.privacy import verify_export

    found = verify_export(lines, [each.get("head", each) for each in outside])
    return {**asdict(found), "ok": found.ok}


def _joined(stored: Json, exported: Json) -> Json:
    """Return one report of both; the stored log has more to check, the exported one also the heads from outside."""
    if not stored:
        return exported
    faults = [*stored["faults"], *(each for each in exported["faults"] if each not in stored["faults"])]
    return {**exported, "erased": stored["erased"], "faults": faults, "ok": not faults}


def _read_lines(file: Path, kind: str) -> list[Json]:
    lines: list[Any] = [None]
    with contextlib.suppress(ValueError):
        lines = [json.loads(each) for each in read_file(file, _MAX_BYTES, kind).splitlines() if each.strip()]
    if not all(isinstance(each, dict) for each in lines):
        raise CliError(f"{file} is not a {kind}.", "It has one JSON object a line; it may be cut off.")
    return lines


def _print_report(context: CommandContext, report: Json) -> None:
    if context.as_json:
        print_json(report)
        return
    shown = {**report, "fingerprints": ", ".join(report["fingerprints"])}
    print_item(shown, _REPORT, as_json=False, note="The log is complete and unchanged." if report["ok"] else "")
    for each in report["faults"]:
        print(f"{each['what']}: {each['why']}", file=sys.stderr)


def _person(entry: Json, kind: str) -> str:
    found = entry[kind]
    if found is None:
        return "the server" if kind == "actor" else ""
    return "erased" if found["erased"] else found["name"] or found["person_id"]
