"""Opening hours and feature codes changed by two nodes on one database, whose memory lacks the changes of the other."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from identity_factory import two_tenants

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict
from unificx.db import Database
from unificx.privacy import KeyStore
from unificx.routing import (
    DestinationDirectory,
    DestinationRef,
    DestinationServiceDependencies,
    FeatureCodes,
    HangupKind,
    HoursService,
    NewHours,
)

ALWAYS = ("mon-sun 00:00-24:00",)
OPEN = DestinationRef("hangup")


class Node(NamedTuple):
    hours: HoursService
    codes: FeatureCodes


class Nodes(NamedTuple):
    first: Node
    second: Node
    tenant_id: str


@pytest.fixture
async def nodes(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[Nodes]:
    async with two_tenants(database, keys, clock) as (people, one, _):

        def node() -> Node:
            parts = DestinationServiceDependencies(
                database, keys, people.directory, DestinationDirectory([HangupKind()]), clock
            )
            codes = FeatureCodes(parts)
            return Node(HoursService(parts, codes), codes)

        yield Nodes(node(), node(), one.tenant_id)


async def test_only_one_of_two_opening_hours_gets_a_name(nodes: Nodes) -> None:
    await nodes.first.hours.create(nodes.tenant_id, NewHours("office", ALWAYS, OPEN))
    with pytest.raises(Conflict, match="exist already"):
        await nodes.second.hours.create(nodes.tenant_id, NewHours("office", ALWAYS, OPEN))


async def test_a_code_that_the_other_node_has_given_to_a_feature_is_taken(nodes: Nodes) -> None:
    await nodes.first.codes.change(nodes.tenant_id, "echo", "*91")
    with pytest.raises(Conflict, match="is dialled for"):
        await nodes.second.codes.change(nodes.tenant_id, "park", "*91")
    with pytest.raises(Conflict, match="is dialled for"):
        await nodes.second.hours.create(nodes.tenant_id, NewHours("office", ALWAYS, OPEN, code="*91"))
