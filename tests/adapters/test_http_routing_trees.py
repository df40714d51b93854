"""Random destinations of all kinds, as an administrator saves them: each call ends in a plan that the machine carries out."""

import random
from collections import Counter

import httpx
import pytest
from http_world import World

from unificx.identity import TenantChange
from unificx.registrar import Caller, LocationService
from unificx.routing import CallApp, DestinationRef, DialPlan, Fork, GoTo, Plan, Reject, Routing
from unificx.routing.kinds import MAX_CHAIN
from unificx.trunks import NewTrunk

EXTENSIONS, GROUPS, QUEUES, MENUS = ("1001", "1002"), ("6000", "6001"), ("6500", "6501"), ("7000", "7001")
HOURS, NUMBERS, OUTSIDE = ("office", "night"), ("+49301234500", "+49301234501"), "+493098765432"
TARGETS = (
    *(f"extension:{each}" for each in EXTENSIONS), *(f"group:{each}" for each in GROUPS), "queue:6500", "queue:6501/5",
    *(f"menu:{each}" for each in MENUS), *(f"hours:{each}" for each in HOURS), f"number:{OUTSIDE}",
    *(f"number:{each}" for each in NUMBERS), "mailbox:1001", "mailbox:6100", "room:8000", "prompt:general/goodbye", "hangup",
    "hangup:busy",
)  # fmt: skip
REASONS = ("always", "busy", "no_answer", "unreachable")
CHANGES = 60


async def furnished(world: World) -> httpx.AsyncClient:
    """A tenant with two destinations of each kind that leads to others; all of them hang up."""
    admin, scope = await world.admin(world.acme), "/api/v1"
    for number in EXTENSIONS:
        await world.user(world.acme, number)
    await world.identity.tenants.update(world.acme.id, TenantChange(country="de"))
    await world.services.trunks.create(world.acme.id, NewTrunk("carrier", "carrier.example"))
    rows = [("routes", {"name": "outside", "pattern": "+.", "trunks": ["carrier"]})]
    rows += [("rooms", {"number": "8000", "name": "Meeting"}), ("mailboxes", {"number": "6100", "name": "Sales"})]
    rows += [("groups", {"number": each, "members": ["1001"]}) for each in GROUPS]
    rows += [("queues", {"number": each, "agents": ["1002"]}) for each in QUEUES]
    rows += [("menus", {"number": each, "sound": "menu/welcome", "keys": {}, "otherwise": "hangup"}) for each in MENUS]
    rows += [("hours", {"name": each, "open": ["mon-fri 09:00-17:00"], "then": "hangup"}) for each in HOURS]
    rows += [("numbers", {"number": each, "trunk": "carrier", "destination": "hangup"}) for each in NUMBERS]
    for path, new in rows:
        made = await admin.post(f"{scope}/{path}", json=new)
        assert made.status_code == 201, made.text
    return admin


def random_change(chance: random.Random) -> tuple[str, dict[str, object]]:
    """Return the path and the body of a change to where something leads."""
    to, other = chance.choice(TARGETS), chance.choice(TARGETS)
    name = chance.choice((*EXTENSIONS, *GROUPS, *QUEUES, *MENUS, *HOURS, *NUMBERS))
    if name in EXTENSIONS:
        profile = {"callers": chance.choice(("all", "inside", "outside")), chance.choice(REASONS): to}
        return f"presence/{name}", {"forwarding": [profile]}
    if name in GROUPS or name in QUEUES:
        return f"{'groups' if name in GROUPS else 'queues'}/{name}", {"otherwise": to}
    if name in MENUS:
        return f"menus/{name}", {"keys": {"1": to, "2": other}, "otherwise": chance.choice(TARGETS)}
    if name in HOURS:
        return f"hours/{name}", {"then": to, "otherwise": other, "switch": chance.choice(("auto", "open", "closed"))}
    return f"numbers/{name}", {"destination": to, "callers": [{"pattern": "+43.", "destination": other}]}


class Walk:
    """Follows all ways of calls through the destinations of a tenant. `ends`: how many came to each kind of step."""

    def __init__(self, world: World) -> None:
        services = world.services
        self.ends = Counter[str]()
        self._services, self._tenant = services, world.acme.id
        plan = DialPlan(services.identity.directory, services.destinations, services.outbound.routing)
        self._routing = Routing(plan, LocationService(), availability=services.presence.availability)
        self._graph = services.destinations.graph(self._tenant)
        self._trunk = services.trunks.find(self._tenant, "carrier").id

    def all(self) -> None:
        for name in TARGETS:
            for caller in self._callers():
                self._follow(caller, DestinationRef.parse(name), ())
        for number in NUMBERS:
            for calling in ("", "+4315131234", "+491711111111"):
                found = self._services.outbound.numbers.destination(self._tenant, self._trunk, number, calling)
                assert found is not None
                self._steps(self._outside(calling), found.plan(), ())

    def _callers(self) -> tuple[Caller, Caller]:
        inside = self._services.identity.directory.extension(self._tenant, "1002")
        assert inside is not None
        return Caller.of(inside), self._outside("+491711111111")

    def _outside(self, number: str) -> Caller:
        return Caller(self._tenant, "", "", "", number, "", trunk_id=self._trunk)

    def _follow(self, caller: Caller, ref: DestinationRef, path: tuple[DestinationRef, ...]) -> None:
        assert ref.target not in path, (*path, ref)
        assert len(path) < MAX_CHAIN, path
        path = (*path, ref.target)
        self._steps(caller, self._routing.resolve(caller, ref), path)
        if ref.kind in ("menu", "queue"):  # their app leads the call on
            for following in self._graph.get(ref.target, ()):
                self._follow(caller, following, path)

    def _steps(self, caller: Caller, plan: Plan, path: tuple[DestinationRef, ...]) -> None:
        assert plan.steps, path
        for step in plan.steps:
            self.ends[type(step.action).__name__] += 1
            match step.action:
                case GoTo(ref):
                    self._follow(caller, ref, path)
                case Fork(targets):
                    assert targets, path
                case CallApp(app):
                    assert app, path
                case Reject():
                    pass


@pytest.mark.parametrize("seed", range(4))
async def test_every_call_ends_whatever_was_saved(world: World, seed: int) -> None:
    admin, chance = await furnished(world), random.Random(seed)
    answers = Counter[int]()
    for _ in range(CHANGES):
        path, change = random_change(chance)
        answer = await admin.patch(f"/api/v1/{path}", json=change)
        assert answer.status_code in (200, 422), answer.text
        answers[answer.status_code] += 1
        if answer.status_code == 422:
            assert " → " in answer.json()["detail"] or "priority" in answer.json()["detail"], answer.text
    assert min(answers[200], answers[422]) > 5, answers
    walk = Walk(world)
    walk.all()
    assert set(walk.ends) == {"GoTo", "Fork", "CallApp", "Reject"}
