"""Downloads an access copy to a file."""

from pathlib import Path
from uuid import UUID

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.commands.persons import find_person_or_extension
from unificx.cli.errors import CliError
from unificx.cli.new_files import new_file

_POLL_SECONDS = 0.1


async def save_copy(api: ApiClient, subject: str, tenant: str | None, out: Path) -> Json:
    """Request a copy, wait for it, write it to `out` and delete it on the server; return what it was."""
    import asyncio

    copy, tenant = await _request_copy(api, subject, tenant)
    path = f"/access-copies/{copy['id']}"
    try:
        while copy["state"] == "requested":
            await asyncio.sleep(_POLL_SECONDS)
            copy = await api.get(path, tenant=tenant)
        if copy["state"] == "failed":
            full = copy["problem"] == "storage_full"
            hint = "Free disk space on the server." if full else "Run `unificx doctor` to find the cause."
            raise CliError("The copy could not be made.", hint)
        await _download(api, path, tenant, out)
    finally:
        await api.delete(path, tenant=tenant)
    return copy


async def _request_copy(api: ApiClient, subject: str, tenant: str | None) -> tuple[Json, str]:
    """Request a copy; return it and the tenant."""
    if subject.startswith(("+", "0")) and not _is_id(subject):  # ids begin with a 0 too
        chosen = await api.resolve_tenant(tenant)
        return await api.post("/access-copies", {"number": subject}, tenant=chosen), chosen
    if "@" in subject or subject.isdecimal():
        known = await find_person_or_extension(api, subject, tenant)
        person_id, chosen = known["id"], str(known["tenant_id"])
    else:
        person_id, chosen = quote_segment(subject), await api.resolve_tenant(tenant)
    return await api.post(f"/persons/{person_id}/access-copies", {}, tenant=chosen), chosen


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


async def _download(api: ApiClient, path: str, tenant: str, out: Path) -> None:
    with new_file(out) as file:
        await api.download(f"{path}/file", file.write, tenant=tenant)
