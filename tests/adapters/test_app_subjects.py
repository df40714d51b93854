"""Data subjects of an installation: ids without a time, and one per number in each spelling."""

from pathlib import Path
from uuid import UUID

import pytest

from unificx.core.clock import SystemClock
from unificx.identity import NewExtension, NewPerson, NewTenant
from unificx.server.bootstrap import open_installation
from unificx.server.outside_calls import outside_numbers
from unificx.server.paths import InstallationPaths, database_url
from unificx.voicemail import NewSharedMailbox


@pytest.mark.promise("R3")
async def test_ids_of_subjects_carry_no_time_and_numbers_are_compared_in_e164(migrated_home: Path) -> None:
    """The ids stay in backups after an erasure; a UUIDv7 would say when the person was first called or employed."""
    site = InstallationPaths(migrated_home)
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as rooms:
        tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example", country="AT"))
        anna = await rooms.identity.users.create(tenant.id, NewPerson("Anna", "anna@acme.example"))
        desk = await rooms.identity.extensions.create(tenant.id, NewExtension("1001", "Desk"))
        box = await rooms.mailboxes.shared.create(tenant.id, NewSharedMailbox("7900"))
        numbers = outside_numbers(rooms.keys, rooms.identity.directory)
        outside, withheld = (numbers.subject(tenant.id, each) for each in ("01 234567", ""))
        subjects = [anna.subject, desk.extension.subject, box.subject, outside, withheld]
        assert [UUID(each).version for each in subjects] == [4] * 5
        assert numbers.find(tenant.id, "+431234567") == outside
        assert numbers.subject(tenant.id, "") != withheld
