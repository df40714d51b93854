"""Changes of calls outside by two nodes on one database: the memory of each does not have the changes of the other."""

import asyncio
from typing import NamedTuple

import pytest
from outbound_setup import SECRET, VIENNA, OutboundSetup, number

from unificx.core.errors import Conflict, NotFound
from unificx.routing import CallingPolicyChange, NewNumber, NewRoute, NumberChange, Outbound, RouteChange
from unificx.trunks import NewTrunk, TrunkDirectory, TrunkService
from unificx.trunks import service as trunk_service


class Nodes(NamedTuple):
    first: Outbound
    second: Outbound
    tenant_id: str


@pytest.fixture
async def nodes(outside: OutboundSetup) -> Nodes:
    """Two nodes, both started with a route and a number."""
    await outside.open_route()
    await number(outside)
    first = outside.outbound
    await outside.restart()
    return Nodes(first, outside.outbound, outside.acme)


async def test_only_one_of_two_routes_gets_a_name(nodes: Nodes) -> None:
    new = NewRoute("spare", "+.", ("second",))
    await nodes.first.routes.create(nodes.tenant_id, new)
    with pytest.raises(Conflict, match="already a route"):
        await nodes.second.routes.create(nodes.tenant_id, new)
    route = nodes.second.routes.find(nodes.tenant_id, "outside")
    with pytest.raises(Conflict, match="already a route"):
        await nodes.second.routes.update(route, RouteChange(name="spare"))


async def test_two_changes_of_a_route_are_both_kept(nodes: Nodes) -> None:
    route = nodes.first.routes.find(nodes.tenant_id, "outside")
    await nodes.first.routes.update(route, RouteChange(position=7))
    after = await nodes.second.routes.update(route, RouteChange(strip=1))
    assert (after.position, after.strip) == (7, 1)
    await nodes.first.routes.delete(route)
    with pytest.raises(NotFound):
        await nodes.second.routes.update(route, RouteChange(strip=2))


async def test_a_route_that_is_deleted_while_it_is_changed_stays_deleted(nodes: Nodes) -> None:
    route = nodes.first.routes.find(nodes.tenant_id, "outside")
    change = nodes.second.routes.update(route, RouteChange(strip=2))
    _, deletion = await asyncio.gather(change, nodes.first.routes.delete(route), return_exceptions=True)
    assert deletion is None
    with pytest.raises(NotFound):
        await nodes.second.routes.update(route, RouteChange(strip=3))


async def test_only_one_of_two_gets_a_public_number(nodes: Nodes) -> None:
    new = NewNumber(VIENNA, "carrier", "extension:1001")
    await nodes.first.numbers.create(nodes.tenant_id, new)
    with pytest.raises(Conflict, match="already"):
        await nodes.second.numbers.create(nodes.tenant_id, new)
    [row] = (await nodes.second.number_files.run(nodes.tenant_id, _file(VIENNA))).rows
    assert row.action == "update"
    restarted = await _numbers(nodes)
    assert [each for each in restarted if each[0] == VIENNA] == [(VIENNA, "from a file")]


async def test_two_changes_of_a_public_number_are_both_kept(nodes: Nodes) -> None:
    [one] = nodes.first.store.numbers_of(nodes.tenant_id)
    await nodes.first.numbers.update(one, NumberChange(description="Office"))
    after = await nodes.second.numbers.update(one, NumberChange(reject_anonymous=True))
    assert (after.description, after.reject_anonymous) == ("Office", True)


async def test_changes_and_imports_of_numbers_take_turns(nodes: Nodes) -> None:
    [one] = nodes.first.store.numbers_of(nodes.tenant_id)
    file = _file(VIENNA)
    changes = [nodes.first.numbers.update(one, NumberChange(description=f"Office {each}")) for each in range(5)]
    imports = [nodes.second.number_files.run(nodes.tenant_id, file) for _ in range(5)]
    await asyncio.gather(*(each for pair in zip(changes, imports, strict=True) for each in pair))
    assert sorted(number for number, _ in await _numbers(nodes)) == sorted((one.number, VIENNA))


async def test_a_number_that_a_route_of_the_other_node_shows_stays(nodes: Nodes) -> None:
    [one] = nodes.first.store.numbers_of(nodes.tenant_id)
    route = nodes.first.routes.find(nodes.tenant_id, "outside")
    await nodes.first.routes.update(route, RouteChange(caller_id=one.number))
    with pytest.raises(Conflict, match="route outside shows"):
        await nodes.second.numbers.delete(one)


async def test_a_list_has_a_number_once(nodes: Nodes) -> None:
    await nodes.first.blocks.create(nodes.tenant_id, VIENNA)
    with pytest.raises(Conflict, match="already"):
        await nodes.second.blocks.create(nodes.tenant_id, VIENNA)


def _file(e164: str) -> bytes:
    return f"number,trunk,destination,description\n{e164},carrier,extension:1001,from a file\n".encode()


async def _numbers(nodes: Nodes) -> list[tuple[str, str]]:
    await nodes.first.start()
    return [(each.number, each.description) for each in nodes.first.store.numbers_of(nodes.tenant_id)]


async def test_two_changes_of_the_permissions_are_both_kept(nodes: Nodes) -> None:
    await nodes.first.permissions.change_policy(nodes.tenant_id, CallingPolicyChange(premium=True))
    after = await nodes.second.permissions.change_policy(nodes.tenant_id, CallingPolicyChange(night=(22, 6)))
    assert (after.premium, after.night) == (True, (22, 6))


async def test_a_trunk_that_a_route_of_the_other_node_uses_stays(outside: OutboundSetup, nodes: Nodes) -> None:
    outside.trunks.uses.append(nodes.second)
    third = await outside.trunks.create(nodes.tenant_id, NewTrunk("third", "third.example"))
    await nodes.first.routes.create(nodes.tenant_id, NewRoute("rare", "+.", ("third",)))
    with pytest.raises(Conflict, match="route rare"):
        await outside.trunks.delete(third)


async def test_the_trunks_of_the_other_node_count(outside: OutboundSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = TrunkDirectory(lambda domain: False, SECRET)
    other = TrunkService(outside.database, outside.keys, outside.clock, directory)
    await other.start()
    monkeypatch.setattr(trunk_service, "MAX_TRUNKS", 3)
    await outside.trunks.create(outside.acme, NewTrunk("third", "third.example"))
    with pytest.raises(Conflict, match="3 trunks"):
        await other.create(outside.acme, NewTrunk("fourth", "fourth.example"))
