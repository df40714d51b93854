"""Alerts about emergency calls and stopped calls outside."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from unificx.cdr.events import EmergencyCallEnded
from unificx.cluster import LocalEventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import NotFound
from unificx.identity import Action, DirectoryCache, Extension
from unificx.locations import Location
from unificx.registrar import Caller
from unificx.routing import CallingPolicy, FraudStop
from unificx.routing.events import CallingReleased, CallingStopped, EmergencyCallMade
from unificx.server.calling_alerts import CallingAlerts
from unificx.sip.geolocation import CivicAddress

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
                send_to_permitted=lambda tenant, action, event: self.events.append((action, event)),
                send_to_persons_or_permitted=self._send_event,
            ),
            clock=ManualClock(),
            routing=SimpleNamespace(outbound=outbound, locations=SimpleNamespace(of_caller=self._place)),
            trunks=SimpleNamespace(directory=SimpleNamespace(trunk=lambda trunk_id: None)),
            notification_service=SimpleNamespace(send_notice=self._send),
        )
        self.alerts = CallingAlerts(self.container)

    def _send_event(self, tenant_id: str, action: Action, persons: tuple[str, ...], event: dict[str, Any]) -> None:
        assert (tenant_id, persons) == ("acme", ("anna", "gone"))
        self.events.append((action, event))

    def _place(self, caller: Caller) -> Location:
        address = CivicAddress("DE", "Berlin", "Hauptstr.", "1")
        return Location("l", caller.tenant_id, "Office", datetime(2026, 1, 1, tzinfo=UTC), address)

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
async def test_an_emergency_call_and_its_end_are_reported_to_the_named_users() -> None:
    world = World()
    anna = world.container.identity.directory.extension_by_id("e")
    world.bus.publish(EmergencyCallMade(Caller.of(anna), "112"))
    answered, ended = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 10, 2, tzinfo=UTC)
    for at in (answered, None):
        world.bus.publish(EmergencyCallEnded("acme", "e", "112", at, ended))
    await world.alerts.close()
    now = f"{world.container.clock.now():%Y-%m-%d %H:%M:%S}"
    assert world.sent == [
        ("anna", "emergency_call", f"1001 → 112, Office: Hauptstr. 1, Berlin, DE, {now}"),
        ("anna", "emergency_call_answered", "1001 → 112, 2026-01-05 10:00:00 – 2026-01-05 10:02:00"),
        ("anna", "emergency_call_unanswered", "1001 → 112, 2026-01-05 10:02:00"),
    ]
    call = {"type": "emergency_call", "extension": "1001", "number": "112"}
    assert world.events == [
        (Action.CALLS_READ, {**call, "location": "Office: Hauptstr. 1, Berlin, DE", "state": "calling"}),
        (Action.CALLS_READ, {**call, "location": "", "state": "answered"}),
        (Action.CALLS_READ, {**call, "location": "", "state": "unanswered"}),
    ]


@pytest.mark.promise("U9")
async def test_a_stop_is_reported_with_its_reason_and_its_release_shown() -> None:
    world = World()
    world.bus.publish(CallingStopped("acme", "stop"))
    world.bus.publish(CallingReleased("acme", "stop"))
    await world.alerts.close()
    assert world.sent == [("anna", "calls_stopped", "1001: 3 calls in an hour, the limit is 3.")]
    assert world.events == [(Action.TENANT_CHANGE, {"type": "fraud"})] * 2
