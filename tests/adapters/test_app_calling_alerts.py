"""Alerts about emergency calls and stopped calls outside."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from unificx.cluster import LocalEventBus
from unificx.core.errors import NotFound
from unificx.identity import Action, DirectoryCache, Extension
from unificx.routing import CallingPolicy, FraudStop
from unificx.routing.events import CallingReleased, CallingStopped, EmergencyCallMade
from unificx.server.calling_alerts import CallingAlerts

STOP = FraudStop("stop", "acme", "extension", "e", "rate", datetime(2026, 1, 5, tzinfo=UTC), 3, 3)


class World:
    """The services that alerts use. `sent` are e-mails, `events` live events; "gone" has closed their account."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.events: list[tuple[Action, dict[str, Any]]] = []
        self.bus = LocalEventBus(self._fail)
        directory = DirectoryCache()
        directory.put_extension(Extension("e", "acme", "1001", "anna", "s", 30, 600, "Anna"))
        outbound = SimpleNamespace(
            store=SimpleNamespace(stops={"stop": STOP}),
            permissions=SimpleNamespace(policy=lambda tenant_id: CallingPolicy(tenant_id, alerted=("anna", "gone"))),
            fraud=SimpleNamespace(join=self._nothing),
        )
        self.container: Any = SimpleNamespace(
            bus=self.bus,
            identity=SimpleNamespace(directory=directory, users=SimpleNamespace(get=self._person)),
            event_hub=SimpleNamespace(
                send_to_permitted=lambda tenant, action, event: self.events.append((action, event))
            ),
            routing=SimpleNamespace(outbound=outbound),
            trunks=SimpleNamespace(directory=SimpleNamespace(trunk=lambda trunk_id: None)),
            notification_service=SimpleNamespace(send_notice=self._send),
        )
        self.alerts = CallingAlerts(self.container)

    async def _person(self, tenant_id: str, person_id: str) -> str:
        if person_id == "gone":
            raise NotFound("closed")
        return person_id

    async def _send(self, person: str, kind: str, detail: str) -> None:
        self.sent.append((person, kind, detail))

    async def _nothing(self) -> None: ...

    def _fail(self, fault: BaseException) -> None:
        raise fault


@pytest.mark.promise("U9")
async def test_an_emergency_call_is_reported_to_the_named_users() -> None:
    world = World()
    world.bus.publish(EmergencyCallMade("acme", "e", "112"))
    await world.alerts.close()
    assert world.sent == [("anna", "emergency_call", "1001 → 112")]
    assert world.events == [(Action.CALLS_READ, {"type": "emergency_call", "extension": "1001", "number": "112"})]


@pytest.mark.promise("U9")
async def test_a_stop_is_reported_with_its_reason_and_its_release_shown() -> None:
    world = World()
    world.bus.publish(CallingStopped("acme", "stop"))
    world.bus.publish(CallingReleased("acme", "stop"))
    await world.alerts.close()
    assert world.sent == [("anna", "calls_stopped", "1001: 3 calls in an hour, the limit is 3.")]
    assert world.events == [(Action.TENANT_CHANGE, {"type": "fraud"})] * 2
