"""A clock that has jumped erases neither people nor tenants before an operator has confirmed it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from unificx.core.clock import ManualClock
from unificx.identity import NewExtension, NewPerson, NewTenant, Role
from unificx.privacy import DataSubject, ErasureSchedules
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url


@pytest.mark.promise("R3", "D3")
async def test_a_jump_of_the_clock_begins_no_erasure_before_an_operator_has_confirmed_it(migrated_home: Path) -> None:
    site, clock = InstallationPaths(migrated_home), ManualClock()

    @asynccontextmanager
    async def installation() -> AsyncIterator[Container]:
        """Maintenance begins with the start, and has ended when this returns."""
        async with open_installation(site, database_url(site, {}), {}, clock) as found:
            yield found

    async with installation() as rooms:
        acme, globex = [
            (await rooms.identity.tenants.create(NewTenant(name, name, f"{name}.example"))).id
            for name in ("acme", "globex")
        ]
        for name in ("anna", "bert"):
            await rooms.identity.users.create(acme, NewPerson(name, f"{name}@acme.example", Role.TENANT_ADMIN))
        anna = (
            await rooms.identity.extensions.create(acme, NewExtension("1001", "Anna", "anna@acme.example"))
        ).extension
        owner = DataSubject(acme, anna.subject, anna.person_id, (anna.id,))
        await ErasureSchedules(rooms.erasures).schedule_own(owner, 30)
        await rooms.identity.closings.close(globex, "", 30)
        await rooms.retention.run()
    clock.advance(timedelta(days=31).total_seconds())
    async with installation():
        pass
    async with installation() as rooms:
        assert not rooms.keys.is_destroyed(acme, anna.subject)
        assert rooms.identity.directory.tenant(globex) is not None
        await rooms.retention.run()
        assert rooms.retention.status.waiting_since == clock.now(), "nothing else would be erased"
        await rooms.retention.confirm()
    async with installation():
        pass
    async with installation() as rooms:
        assert rooms.keys.is_destroyed(acme, anna.subject)
        assert rooms.identity.directory.tenant(globex) is None
