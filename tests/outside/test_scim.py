"""SCIM 2.0 with a client and a checker of others: the checks of the RFCs against a running server."""

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from server import Server


def test_the_checker_of_scim_finds_no_fault(server: Server) -> None:
    tenant = {"tenant": server.tenant}
    with server.rest() as rest:
        boss = {"name": "Directory", "email": f"boss@{server.domain}", "role": "tenant_admin"}
        person = rest.post("/api/v1/persons", params=tenant, json=boss).json()["id"]
        new = {"name": "Directory", "scopes": ["scim"], "person_id": person}
        key = rest.post("/api/v1/api-keys", params=tenant, json=new).json()["token"]
    server.canaries.add(key)
    address = f"{server.ready['http']}/scim/v2"
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}) as client:
        results = check_server(SyncSCIMClient(client))
    faults = [f"{each.title}: {each.reason}" for each in results if each.status not in (Status.SUCCESS, Status.SKIPPED)]
    # An account always is active or not: without a value the status stays as it was.
    assert faults == ["check_remove_attribute: PATCH modify() did not remove attribute 'active'"]
    assert sum(each.status is Status.SUCCESS for each in results) > 30
