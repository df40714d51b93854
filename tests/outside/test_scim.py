"""SCIM 2.0 with a client and a checker of others: the checks of the RFCs against a running server."""

from collections.abc import Iterator
from itertools import count
from typing import Any, cast

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, SearchRequest
from scim2_tester import Status, check_server
from server import Server

_numbers = count(1)


@pytest.fixture
def client(server: Server) -> Iterator[SyncSCIMClient]:
    """A client of an identity provider, with a key of an administrator."""
    tenant = {"tenant": server.tenant}
    with server.rest() as rest:
        boss = {"name": "Directory", "email": f"boss{next(_numbers)}@{server.domain}", "role": "tenant_admin"}
        person = rest.post("/api/v1/persons", params=tenant, json=boss).json()["id"]
        new = {"name": "Directory", "scopes": ["scim"], "person_id": person}
        key = rest.post("/api/v1/api-keys", params=tenant, json=new).json()["token"]
    server.canaries.add(key)
    address = f"{server.ready['http']}/scim/v2"
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as connection:
        yield SyncSCIMClient(connection)


def test_the_checker_of_scim_finds_no_fault(client: SyncSCIMClient) -> None:
    results = check_server(client)
    faults = [f"{each.title}: {each.reason}" for each in results if each.status not in (Status.SUCCESS, Status.SKIPPED)]
    # An account always is active or not: without a value the status stays as it was.
    expected = "check_remove_attribute: PATCH modify() did not remove attribute 'active'"
    assert faults == [expected], "\n".join(faults)
    assert sum(each.status is Status.SUCCESS for each in results) > 30


def test_a_client_provisions_groups(client: SyncSCIMClient, server: Server) -> None:
    client.discover()
    # The models come from the schemas of the server: their attributes are not known before.
    provider, user, group = cast("Any", client), *map(client.get_resource_model, ("User", "Group"))
    assert user is not None
    assert group is not None
    make: tuple[Any, Any] = user, group
    ada, ben = [
        provider.create(make[0](user_name=f"{each}{next(_numbers)}@{server.domain}")) for each in ("ada", "ben")
    ]
    made = provider.create(make[1](display_name="Service desk", external_id="G-1", members=[{"value": ada.id}]))
    assert [each.value for each in made.members] == [ada.id]

    def edit(**operation: Any) -> set[str]:
        change = PatchOp[group].model_validate({"Operations": [operation]})
        return {each.value for each in provider.modify(group, made.id, change).members or ()}

    assert edit(op="add", path="members", value=[{"value": ben.id}]) == {ada.id, ben.id}
    assert edit(op="remove", path=f'members[value eq "{ada.id}"]') == {ben.id}
    found = provider.query(group, query_parameters={"filter": f'members.value eq "{ben.id}"'})
    assert [each.display_name for each in found.resources] == ["Service desk"]
    made.members, made.display_name = None, "Desk"
    assert provider.replace(made).display_name == "Desk"
    everything = provider.search(SearchRequest.model_validate({"filter": 'displayName eq "desk"'})).resources
    assert [each.id for each in everything] == [made.id]
    provider.delete(group, made.id)
    assert provider.query(group).total_results == 0
