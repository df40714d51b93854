"""Access copies of a whole installation: its job builds them of what the areas hold."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

from unificx.archive import Requester
from unificx.core.clock import SystemClock
from unificx.identity import NewPerson, NewTenant
from unificx.privacy import DataSubject
from unificx.server.bootstrap import open_installation
from unificx.server.paths import InstallationPaths, database_url


async def test_a_requested_copy_is_built_of_what_the_areas_hold(migrated_home: Path) -> None:
    site = InstallationPaths(migrated_home)
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as installation:
        tenant = await installation.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
        anna = await installation.identity.users.create(tenant.id, NewPerson("Anna", "anna@acme.example"))
        requester, owner = Requester(anna.id, anna.subject), DataSubject(tenant.id, anna.subject, anna.id)
        copy = await installation.access_copies.request(owner, requester)
        while copy.state == "requested":
            await asyncio.sleep(0.02)
            copy = await installation.access_copies.get(tenant.id, copy.id, requester)
        assert copy.state == "ready"
        content = b"".join([chunk async for chunk in await installation.access_copies.open(copy)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [person] = json.loads(archive.read("data/person.json"))
    assert person["name"] == "Anna"
