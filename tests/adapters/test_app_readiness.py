"""Readiness reports of the server's components."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from unificx.core.clock import SystemClock
from unificx.db import UnitOfWork, outbox
from unificx.identity import NewTenant
from unificx.identity.events import TenantDeleted
from unificx.media import MediaUnavailable
from unificx.privacy.models import ErasureRow
from unificx.server.bootstrap import open_installation
from unificx.server.live_calls import ComponentChecks
from unificx.server.paths import InstallationPaths, database_url


class NoMedia:
    async def query(self, *_: object) -> None:
        raise MediaUnavailable("silent")


async def fails(event: TenantDeleted, uow: UnitOfWork) -> None:
    raise OSError(event.tenant)


@pytest.mark.promise("T2")
async def test_a_failed_event_is_reported_and_retried_at_the_next_start(
    migrated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_MAX_ATTEMPTS", 1)
    site, clock = InstallationPaths(migrated_home), SystemClock()
    url = database_url(site, {})

    async with open_installation(site, url, {}, clock) as rooms:
        parts = ComponentChecks(rooms, cast(Any, NoMedia()))
        rooms.outbox.subscribe(TenantDeleted, fails)
        tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
        assert "outbox" not in await wrong(parts)
        await rooms.identity.tenants.delete(tenant.id)
        await rooms.outbox.deliver()
        assert (await wrong(parts))["outbox"].startswith("1 event could")
        assert await stuck(parts) == ""
        async with rooms.database.begin() as uow:
            uow.session.add_all(begun(f"p-{hours}", clock.now() - timedelta(hours=8 - hours)) for hours in range(9))
        assert await stuck(parts) == "8 unfinished for more than an hour: p-0, p-1, p-2, p-3, p-4 …"
    async with open_installation(site, url, {}, clock) as rooms:
        await rooms.outbox.deliver()
        assert "outbox" not in await wrong(ComponentChecks(rooms, cast(Any, NoMedia())))


async def wrong(parts: ComponentChecks) -> dict[str, str]:
    """Return the reasons of the components that are not ready."""
    return {one.name: one.why for one in await parts.states() if not one.ok}


async def stuck(parts: ComponentChecks) -> str:
    """Return what is reported of erasures. The server is ready all the same."""
    [one] = [one for one in await parts.states() if one.name == "erasures"]
    assert one.ok
    return one.why.partition(". ")[0]


def begun(person: str, requested: datetime) -> ErasureRow:
    """An erasure without a receipt."""
    ids = {"id": f"e-{person}", "tenant_id": "t", "person_id": person, "subject_id": person, "extension_ids": ""}
    return ErasureRow(**ids, requested_by="", requested=requested, plan="{}", receipt=None, held=False)
