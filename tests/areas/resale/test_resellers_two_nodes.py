"""Changes of resellers by two nodes on one database: the memory of each does not have the changes of the other."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from identity_factory import two_tenants

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, NotFound
from unificx.db import Database
from unificx.privacy import KeyStore
from unificx.resale import NewReseller, ResellerChange, Resellers


class Nodes(NamedTuple):
    first: Resellers
    second: Resellers
    acme: str
    globex: str


@pytest.fixture
async def nodes(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[Nodes]:
    async with two_tenants(database, keys, clock) as (people, one, other):
        yield Nodes(Resellers(people), Resellers(people), one.tenant_id, other.tenant_id)


def _reseller(tenant_id: str, *hosts: str) -> NewReseller:
    return NewReseller(tenant_id, "Example", "Example Phone", "#0b5563", hosts=hosts)


async def test_a_tenant_is_only_one_of_two_resellers(nodes: Nodes) -> None:
    made = await nodes.first.create(_reseller(nodes.acme))
    with pytest.raises(Conflict, match="is a reseller"):
        await nodes.second.create(_reseller(nodes.acme))
    assert await nodes.second.assign(made.id, nodes.globex), "the other node finds it too"
    with pytest.raises(Conflict, match="belongs to one"):
        await nodes.first.create(_reseller(nodes.globex))


async def test_a_host_name_is_that_of_one_of_two_resellers(nodes: Nodes) -> None:
    await nodes.first.create(_reseller(nodes.acme, "phone.example"))
    with pytest.raises(Conflict, match="another reseller"):
        await nodes.second.create(_reseller(nodes.globex, "phone.example"))


async def test_two_changes_of_a_reseller_are_both_kept(nodes: Nodes) -> None:
    made = await nodes.first.create(_reseller(nodes.acme))
    await nodes.second.start()
    await nodes.first.update(made.id, ResellerChange(name="Renamed"))
    after = await nodes.second.update(made.id, ResellerChange(hosts=["phone.example"]))
    assert (after.name, list(after.hosts)) == ("Renamed", ["phone.example"])


async def test_the_numbers_of_resellers_and_their_tenants_are_limited(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await nodes.first.create(_reseller(nodes.acme))
    with pytest.raises(NotFound, match="The reseller has no such tenant"):
        await nodes.first.release(made.id, nodes.globex)
    monkeypatch.setattr("unificx.resale.service.MAX_RESELLERS", 1)
    with pytest.raises(Conflict, match="resellers already"):
        await nodes.first.create(_reseller(nodes.globex))
    monkeypatch.setattr("unificx.resale.service.MAX_CUSTOMERS", 0)
    with pytest.raises(Conflict, match="at most"):
        await nodes.first.assign(made.id, nodes.globex)
