"""The purpose of a request: stated by its route, with the signed-in user as actor, and refused without one."""

from typing import Any

import pytest
from fastapi import Request
from http_world import World
from structlog.testing import capture_logs

from unificx.api.access import RoutePurpose
from unificx.core.access import ANONYMOUS, OPERATOR, Access, current_access
from unificx.db import SealedCodec


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Access]]:
    """Sealed parts that were opened, each with its access."""
    found: list[tuple[str, Access]] = []
    open_parts = SealedCodec.open

    def recording(codec: SealedCodec[Any], *args: Any) -> Any:
        found.append((codec.part.__name__, current_access()))
        return open_parts(codec, *args)

    monkeypatch.setattr(SealedCodec, "open", recording)
    return found


@pytest.mark.promise("S3")
async def test_the_actor_of_a_request_is_its_user(world: World, opened: list[tuple[str, Access]]) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    me = (await admin.get("/api/v1/me")).json()["person"]["id"]
    opened.clear()
    assert (await admin.get("/api/v1/extensions")).status_code == 200
    assert ("ExtensionPart", Access("administration", me, world.acme.id)) in opened
    assert {access.actor for _, access in opened} <= {ANONYMOUS, me}
    opened.clear()
    assert (await world.client(operator=True).get("/api/v1/extensions", params={"tenant": "acme"})).status_code == 200
    assert {(access.purpose, access.actor) for _, access in opened} == {("administration", OPERATOR)}


@pytest.mark.promise("S3")
async def test_a_route_without_a_purpose_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_nothing(self: RoutePurpose, request: Request) -> None:
        del self, request

    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    monkeypatch.setattr(RoutePurpose, "__call__", say_nothing)
    with capture_logs() as lines:
        answer = await admin.get("/api/v1/extensions")
    assert answer.status_code == 500
    assert answer.json()["code"] == "our-mistake"
    [line] = [line for line in lines if line["event"] == "request_failed"]
    assert line["fault"] == "NoPurpose"
    assert not any(value in str(line) for value in ("1001", "acme.example"))
