"""Diagnostics reports over HTTP: sent by users, read by administrators of the same tenant."""

import pytest
from http_world import World

REPORT = {"report": "Chromium 156 on Linux\nmicrophone: refused"}


@pytest.mark.promise("C12")
async def test_a_user_sends_and_an_administrator_reads(world: World) -> None:
    user, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    sent = await user.post("/api/v1/me/diagnostics-reports", json=REPORT)
    assert sent.status_code == 201
    listed = (await admin.get("/api/v1/diagnostics-reports")).json()["items"]
    assert [(one["id"], one["text"]) for one in listed] == [(sent.json()["id"], REPORT["report"])]
    assert (await user.get("/api/v1/diagnostics-reports")).status_code == 403
    assert (await admin.delete(f"/api/v1/diagnostics-reports/{listed[0]['id']}")).status_code == 204
    assert (await admin.get("/api/v1/diagnostics-reports")).json()["items"] == []


async def test_an_invalid_report_is_rejected(world: World) -> None:
    user = await world.user(world.acme, "1001")
    for body in ({"report": ""}, {"report": "x" * 70_000}, {}):
        assert (await user.post("/api/v1/me/diagnostics-reports", json=body)).status_code == 422
    assert (await world.client().post("/api/v1/me/diagnostics-reports", json=REPORT)).status_code == 401
