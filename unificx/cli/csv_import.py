"""Import of a CSV file by the API: a preview first, then the import unless a row has a fault."""

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext
from unificx.cli.errors import CliError
from unificx.cli.output import print_json, show_waiting
from unificx.core.phrases import counted

MAX_IMPORT_BYTES = 8 << 20


def import_csv(context: CommandContext, path: str, data: bytes, *, dry_run: bool, skip_faulty: bool) -> None:
    """Send a file to an import of the API and print its report. Raise CliError if nothing was imported because of a
    fault."""

    async def request(api: ApiClient) -> tuple[Json, bool]:
        tenant = await api.resolve_tenant(context.tenant)
        async with show_waiting("Checking the file"):
            preview = await api.post_file(path, data, tenant=tenant, dry_run=True)
        if dry_run or (preview["refused"] and not skip_faulty):
            return preview, True
        async with show_waiting(
            f"Importing {counted(preview['created'] + preview['updated'], 'row', 'rows')}, all or none"
        ):
            return await api.post_file(path, data, tenant=tenant, skip_faulty=skip_faulty), False

    report, is_preview = context.run(request)
    if context.as_json:
        print_json(report)
    else:
        print("\n".join(_lines(report)))
    if is_preview and not dry_run:
        raise CliError(
            f"Nothing was imported. Rows with a fault: {report['refused']} of {_total(report)}.",
            "Correct the file, or use --skip-faulty.",
        )


def _lines(report: Json) -> list[str]:
    """Describe the faults by line and column, and count the rows."""
    lines = [
        f"line {row['line']}, {fault['column'] or 'row'}: {fault['message']}"
        for row in report["rows"]
        for fault in row["faults"]
    ]
    if report.get("omitted"):
        lines.append(f"{counted(report['omitted'], 'more row is', 'more rows are')} not listed.")
    lines += [f"The column “{title}” is ignored." for title in report["ignored_columns"]]
    counts = (
        f"{report['created']} new, {report['updated']} changed, {report['unchanged']} unchanged,"
        f" {report['refused']} with a fault"
    )
    return [*lines, f"{'Imported' if report['applied'] else 'Preview'}: {counts}.", *_undo_hint(report)]


def _undo_hint(report: Json) -> list[str]:
    import_id = report.get("import_id")
    return [f"To undo it: unificx person undo-import {import_id}"] if import_id else []


def _total(report: Json) -> int:
    return sum(report[count] for count in ("created", "updated", "unchanged", "refused"))
