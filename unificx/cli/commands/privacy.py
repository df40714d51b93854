"""`unificx privacy`: inventory of personal data, erasure of people, verification of receipts."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.commands import audit
from unificx.cli.commands.persons import find_person_or_extension
from unificx.cli.errors import CliError
from unificx.cli.output import confirm, format_value, is_terminal, print_item, print_items, print_json
from unificx.cli.uploads import read_file

if TYPE_CHECKING:
    from unificx.privacy import PolicyVersion

_CHANGES = {"kind": "kind", "key": "what", "before": "before", "after": "after", "significant": "significant"}
_VERSIONS = {
    "number": "number",
    "version": "version",
    "in_force": "in force",
    "significant": "significant",
    "summary": "summary",
}
_COLUMNS = {"place": "field", "text": "category, purpose, retention", "on_erase": "on erasure"}
_HELD = {"area": "area", "kind": "kind", "count": "held"}
_RECEIPT = {
    "id": "erasure",
    "tenant": "tenant",
    "person": "person",
    "finished": "finished",
    "removed": "removed",
    "failed": "failed",
    "fingerprint": "signed by key",
}
_SCHEDULE = {"person_id": "person", "due": "begins", "cancelled": "cancelled"}
_MAX_RECEIPT_BYTES = 256 << 10

group = command_group("privacy", "Show and erase personal data.")
group.add_typer(audit.group)


@command(group, "map", of_tenant=False)
def map_(context: CommandContext) -> None:
    """List all fields with personal data."""
    found = context.run(lambda api: api.get("/privacy/map"))
    if context.as_json:
        print_json(found)
        return
    rows = [{**one, "place": f"{one['table']}.{one['field']}"} for one in found["held"]]
    print_items(rows, _COLUMNS, as_json=False, empty_text="No personal data is stored.")


@command(group, "erase")
def erase(
    context: CommandContext,
    *,
    subject: Annotated[str, typer.Option(metavar="WHO", help="E-mail, id, extension or +number outside.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    after: Annotated[int | None, typer.Option(metavar="DAYS", help="Begin then; it can be cancelled.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel a scheduled erasure.")] = False,
) -> None:
    """Erase a person or a number outside.

    The signed receipt is printed. The key is destroyed, so that backups cannot be read either. It cannot be undone. On
    a terminal the command asks first. A closed or erased account is found by its id."""

    if after is not None or cancel:
        if subject.startswith("+"):
            raise CliError("Only the erasure of an account can be scheduled.", "Erase a number without --after.")
        schedule = context.run(lambda api: _schedule(api, subject, context, 0 if cancel else after or 0))
        print_item(schedule, _SCHEDULE, as_json=context.as_json)
        return

    async def request(api: ApiClient) -> tuple[Json, Json | None]:
        if subject.startswith("+"):
            return await _erase_number(api, subject, context, dry_run=dry_run)
        path, tenant = await _erasure_path(api, subject, context.tenant)
        plan = await api.get(path, tenant=tenant)
        if plan["receipt"] is not None or dry_run:
            return plan, plan["receipt"]
        _ask(plan, subject, context)
        return plan, await api.put(path, {"digest": plan["digest"]}, tenant=tenant)

    plan, receipt = context.run(request)
    if receipt is None:
        _print_plan(context, plan)
        return
    if plan["receipt"] is not None:
        print("This person was erased already. This is the receipt.", file=sys.stderr)
    print(json.dumps(receipt, indent=None if context.as_json else 2))
    if receipt["failed"]:
        raise CliError("Some rows are left, though unreadable.", "The server repeats the erasure; run this again.")


@command(group, "check-receipt", of_tenant=False)
def check_receipt(
    context: CommandContext,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Receipt of an erasure.")],
    fingerprint: Annotated[str | None, typer.Option(help="Fingerprint that the key must have.")] = None,
) -> None:
    """Verify a receipt, without a server.

    The signature proves that nothing was changed. Compare the fingerprint with that of the installation, from
    `privacy erase --dry-run`: only that shows who signed."""
    from unificx.privacy import fingerprint as fingerprint_of
    from unificx.privacy import verify

    receipt = verify(read_file(file, _MAX_RECEIPT_BYTES, "receipt"))
    found = fingerprint_of(receipt["public_key"])
    if fingerprint is not None and fingerprint.strip().lower() != found:
        raise CliError(f"The receipt was signed by another key: {found}.", "Ask the installation for its fingerprint.")
    if context.as_json:
        print_json({**receipt, "fingerprint": found})
        return
    shown = {**receipt, "fingerprint": found}
    for name in ("removed", "failed"):
        shown[name] = ", ".join(f"{each['kind']}: {each['count']}" for each in receipt[name])
    print_item(shown, _RECEIPT, as_json=False, note="The signature is valid. Compare the fingerprint of the key.")
    _print_kept(receipt)


class _PolicyView(StrEnum):
    SHOW = "show"
    VERSIONS = "versions"
    DIFF = "diff"


@command(group, "policy", of_tenant=False)
def policy(
    context: CommandContext,
    *,
    view: Annotated[_PolicyView, typer.Argument(help="Part to show.")] = _PolicyView.SHOW,
    before: Annotated[str, typer.Argument(metavar="[A]", help="With diff: number or hash of a version.")] = "",
    after: Annotated[str, typer.Argument(metavar="[B]", help="With diff: the version to compare with.")] = "",
) -> None:
    """Show the privacy policy or its versions.

    It is that of this program; no server is needed. For `diff`, name two versions by number or hash."""
    from unificx.privacy import compare, released_versions

    versions = released_versions()
    if (view is _PolicyView.DIFF) != bool(before and after):
        raise CliError(
            "Name two versions with diff, and none otherwise.", "Example: `unificx privacy policy diff 1 2`."
        )
    if view is _PolicyView.DIFF:
        first, second = (_policy_version(versions, named) for named in (before, after))
        changes = [asdict(each) for each in compare(first.content, second.content)]
        print_items(changes, _CHANGES, as_json=context.as_json, empty_text="They are the same.")
    elif view is _PolicyView.VERSIONS:
        rows = [_policy_row(each) for each in versions]
        print_items(rows, _VERSIONS, as_json=context.as_json, empty_text="There is no version.")
    elif context.as_json:
        print_json({**_policy_row(versions[-1]), "content": versions[-1].content})
    else:
        _print_policy(versions[-1])


def _policy_version(versions: "Sequence[PolicyVersion]", named: str) -> "PolicyVersion":
    for each in versions:
        if named in (str(each.number), each.version):
            return each
    raise CliError(f"There is no version {named}.", "`unificx privacy policy versions` lists them.")


def _policy_row(version: "PolicyVersion") -> Json:
    return {name: getattr(version, name) for name in _VERSIONS} | {
        "in_force": str(version.in_force),
        "summary": version.summary["en"],
    }


def _print_policy(version: "PolicyVersion") -> None:
    print(f"Privacy policy, version {version.version}, in force since {version.in_force}")
    content = version.content
    for section in content["sections"]:
        print(f"\n{section['title']['en']}")
        for sentence in section["sentences"]:
            print(f"  {' '.join(sentence['promises']):8}{sentence['en']}")
    print("\nData")
    for topic in content["topics"]:
        print(f"  {' '.join(topic['promises']):8}{topic['title']['en']}: {topic['en']}")


async def _schedule(api: ApiClient, subject: str, context: CommandContext, days: int) -> Json:
    """Schedule an erasure; cancel it if `days` is 0."""
    path, tenant = await _erasure_path(api, subject, context.tenant)
    if not days:
        await api.delete(f"{path}/schedule", tenant=tenant)
        return {"cancelled": subject}
    plan = await api.get(path, tenant=tenant)
    _ask(plan, subject, context)
    return await api.put(f"{path}/schedule", {"digest": plan["digest"], "days": days}, tenant=tenant)


async def _erase_number(
    api: ApiClient, number: str, context: CommandContext, *, dry_run: bool
) -> tuple[Json, Json | None]:
    """Erase a number outside; return plan and receipt."""
    tenant = await api.resolve_tenant(context.tenant)
    plan = await api.post("/erasures/plan", {"number": number}, tenant=tenant)
    if dry_run:
        return plan, None
    _ask(plan, number, context)
    return plan, await api.post("/erasures", {"number": number, "digest": plan["digest"]}, tenant=tenant)


async def _erasure_path(api: ApiClient, subject: str, tenant: str | None) -> tuple[str, str]:
    """Return path and tenant. An id is not looked up: the account may be closed."""
    if "@" in subject or subject.isdecimal():
        known = await find_person_or_extension(api, subject, tenant)
        return f"/persons/{known['id']}/erasure", known["tenant_id"]
    return f"/persons/{quote_segment(subject)}/erasure", await api.resolve_tenant(tenant)


def _ask(plan: Json, subject: str, context: CommandContext) -> None:
    """Show the plan on a terminal and let the operator type the name again. Programs have decided already."""
    if not context.as_json and is_terminal():
        _print_plan(context, plan)
    confirm(subject, f"This erases {subject}.", as_json=context.as_json)


def _print_plan(context: CommandContext, plan: Json) -> None:
    if context.as_json:
        print_json(plan)
        return
    held = [each for each in plan["held"] if each["count"]]
    print_items(held, _HELD, as_json=False, empty_text="Nothing is held about this person.")
    _print_kept(plan)
    for each in plan["leading_nowhere"]:
        print(format_value(f"Leads nowhere afterwards: {each}."))
    print(f"Receipts are signed by key {plan['fingerprint']}.")


def _print_kept(found: Json) -> None:
    """Print the data that stays, of a plan or a receipt."""
    for each in found["kept"]:
        print(format_value(f"Stays: {each['what']} {each['why']} Until {each['until']}."))
