"""Trunks over the SIP endpoint in virtual time: registration, checks, failover, and carriers that misbehave."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import structlog

from unificx.core.clock import ManualClock, SystemClock
from unificx.core.errors import StartupError
from unificx.integrations.local_ca import ensure_certificates
from unificx.server.trunks import carrier_trust
from unificx.sip.digest import challenges, ha1, verify
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.headers import parse_auth
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip_server import TrunkMonitor, TrunkMonitorDependencies, TrunkProber
from unificx.trunks import NewTrunk, Resolution, Trunk, TrunkDirectory, TrunkTransport
from unificx.trunks.events import TrunkStateChanged
from unificx.trunks.machine.verdict import judge
from unificx.trunks.values import new_trunk

REALM, USER, PASSWORD = "carrier.example", "4930123", "a-long-secret"
REGISTERING = NewTrunk("carrier", "sip.carrier.example", None, USER, PASSWORD, registers=True, domain=REALM)
PEER = NewTrunk("carrier", "sip.carrier.example")
Answer = Callable[[Request], Response | bytes | None]


class FakeResolver:
    """Addresses of every name; `fails`: there are none."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ("192.0.2.1", "192.0.2.2")
        self.fails = False
        self.asked: list[tuple[str, int, TrunkTransport]] = []

    async def resolve(self, host: str, port: int, transport: TrunkTransport) -> Resolution:
        self.asked.append((host, port, transport))
        if self.fails:
            raise LookupError
        return Resolution(tuple((address, port or 5060) for address in self.addresses), 60.0)


@dataclass
class Registrar:
    """The registrar of a carrier: challenges, and registers for `seconds`."""

    password: str = PASSWORD
    seconds: int = 300
    nonce: str = "n-1"
    registered: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    challenged: int = 0

    def __call__(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return respond(request, 200, to_tag="c")
        credentials = parse_auth(request.first("authorization") or "none")
        hashes = {name: ha1(name, USER, REALM, self.password) for name in ("MD5", "SHA-256")}
        if credentials.get("nonce") != self.nonce or not verify(credentials, "REGISTER", hashes):
            self.challenged += 1
            stale = bool(credentials.get("nonce")) and credentials.get("nonce") != self.nonce
            lines = tuple(("WWW-Authenticate", value) for value in challenges(REALM, self.nonce, stale))
            return respond(request, 401, to_tag="c", headers=lines)
        contact = request.contacts[0]
        seconds = int(request.first("expires") or 0)
        self.registered.append((contact.uri.user, seconds))
        headers = (
            ("Contact", f"<sip:other@192.0.2.9>;expires=9999, <{contact.uri}>;expires={min(seconds, self.seconds)}"),
        )
        return respond(request, 200, to_tag="c", headers=headers)


class World:
    """Trunks, an endpoint, and the carrier's servers by IP address; one that is missing does not answer."""

    def __init__(self, new: NewTrunk) -> None:
        self.clock = ManualClock()
        self.directory = TrunkDirectory(lambda sender: False, bytes(32))
        self.resolver = FakeResolver()
        self.servers: dict[str, Answer] = {}
        self.unreachable: set[str] = set()
        self.signals: list[TrunkStateChanged] = []
        self.sent: list[tuple[Request, Flow]] = []
        tags = iter(range(10**6))
        self.endpoint = Endpoint(tag=lambda: f"tag{next(tags)}", via_host=lambda flow: "192.0.2.200:5060")
        parts = TrunkMonitorDependencies(
            self.endpoint,
            self.directory,
            self.resolver,
            lambda flow: "192.0.2.200:5060",
            self.clock.monotonic,
            self.clock.now,
            lambda: 0.5,
            self._signalled,
            lambda: None,
        )
        self.monitor = TrunkMonitor(parts)
        self.prober = TrunkProber(parts, self.monitor)
        self.trunk = self.put(new)

    def put(self, new: NewTrunk) -> Trunk:
        trunk = new_trunk("t-1", "tenant", self.clock.now(), new, None)
        self.directory.put(trunk)
        return trunk

    def _signalled(self, signal: object) -> None:
        assert isinstance(signal, TrunkStateChanged)
        self.signals.append(signal)

    @property
    def state(self) -> str:
        return self.directory.status(self.trunk).state

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def requests(self, method: str) -> list[Request]:
        return [request for request, _ in self.sent if request.method == method]

    async def advance(self, seconds: float) -> None:
        """Advance the time, with all timers, lookups and answers of the carrier."""
        end = self.now + seconds
        await self._settle()
        while self.now < end:
            due = min(end, self.endpoint.deadline() or end, self.monitor.deadline(), self.prober.deadline())
            self.clock.advance(max(due - self.now, 0.001))
            self.endpoint.timer(self.now)
            self.monitor.timer(self.now)
            self.prober.timer(self.now)
            await self._settle()

    async def test(self) -> tuple[str, str, int | None]:
        """Test the trunk; return state, reason and status."""
        test = asyncio.create_task(self.prober.probe(self.trunk))
        await self.advance(13)
        assert test.done()
        found = judge(test.result())
        assert bool(found.server) == (found.reason != "no_address")
        assert found.advice
        return found.state, found.reason, found.status

    async def _settle(self) -> None:
        for _ in range(2):
            if self.monitor.deadline() <= self.now:
                self.monitor.timer(self.now)
            for _ in range(3):  # lookups
                await asyncio.sleep(0)
        while True:
            while self.endpoint.events:
                event = self.endpoint.events.popleft()
                assert self.monitor.event(event, self.now) or self.prober.event(event, self.now)
            outgoing = self.endpoint.to_send()
            if not outgoing:
                return
            for data, flow in outgoing:
                self._deliver(data, flow)

    def _deliver(self, data: bytes, flow: Flow) -> None:
        if flow.host in self.unreachable:
            self.endpoint.connection_lost(flow)
            return
        request = parse(data)
        assert isinstance(request, Request)
        self.sent.append((request, flow))
        answer = self.servers[flow.host](request) if flow.host in self.servers else None
        if answer is not None:
            raw = answer.encode() if isinstance(answer, Response) else answer
            self.endpoint.receive(raw, flow, self.now)


async def test_a_trunk_registers_refreshes_and_recovers_from_a_stale_nonce() -> None:
    world, registrar = World(REGISTERING), Registrar()
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(2)
    assert world.state == "registered"
    assert registrar.registered == [(world.directory.contact_user("t-1"), 600)]
    first = world.requests("REGISTER")
    assert [request.uri for request in first] == [f"sip:{REALM}"] * 2
    assert {request.from_.uri.user for request in first} == {USER}
    assert len({request.call_id for request in first}) == 1
    assert [request.cseq_number for request in first] == [1, 2]
    await world.advance(300)
    assert (registrar.challenged, len(registrar.registered)) == (1, 2)
    registrar.nonce = "n-2"
    await world.advance(600)
    assert registrar.challenged == 2
    assert [one.status.state for one in world.signals] == ["unreachable", "registered"]


async def test_a_wrong_password_is_refused_and_not_repeated_often() -> None:
    world, registrar = World(REGISTERING), Registrar("another one")
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(600)
    assert world.state == "refused"
    assert registrar.challenged == 2
    assert not world.directory.available("t-1", world.now)


async def test_a_changed_password_registers_at_once_and_a_deleted_trunk_unregisters() -> None:
    world, registrar = World(REGISTERING), Registrar("the new one")
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(5)
    world.put(NewTrunk("renamed", "sip.carrier.example", None, USER, "the-new-one", True, domain=REALM))
    registrar.password = "the-new-one"
    world.monitor.trunk_changed("t-1")
    await world.advance(5)
    assert world.state == "registered"
    challenged = registrar.challenged
    world.directory.remove("t-1")
    world.monitor.trunk_deleted("t-1")
    await world.advance(1)
    assert registrar.registered[-1][1] == 0
    assert registrar.challenged == challenged
    world.sent.clear()
    await world.advance(700)
    assert not world.sent


async def test_registration_fails_over_to_the_second_server() -> None:
    world, registrar = World(REGISTERING), Registrar()
    world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(20)
    assert world.state == "registered"
    assert [flow.host for flow in world.directory.status(world.trunk).flows] == ["192.0.2.2", "192.0.2.1"]
    await world.advance(60)
    endpoint = world.directory.endpoint("t-1", world.now)
    assert endpoint is not None
    assert [flow.host for flow in endpoint.flows] == ["192.0.2.2"]
    assert (world.trunk.uri_host, endpoint.username) == (REALM, USER)


async def test_a_registration_is_renewed_at_once_when_its_server_answers_again() -> None:
    """A carrier that has restarted may have lost it, and no call would arrive until the next refresh."""
    world, registrar = World(replace(REGISTERING, register_seconds=3_600)), Registrar(seconds=3_600)
    world.servers["192.0.2.1"] = registrar
    world.monitor.start()
    await world.advance(5)
    assert (world.state, len(registrar.registered)) == ("registered", 1)
    del world.servers["192.0.2.1"]
    await world.advance(90)
    assert world.state == "unreachable"
    world.servers["192.0.2.1"] = registrar
    await world.advance(40)
    assert (world.state, len(registrar.registered)) == ("registered", 2)


async def test_a_registration_is_renewed_at_once_when_its_connection_is_lost() -> None:
    """A carrier sends calls over the connection of the registration: none would arrive until the next refresh."""
    secure = NewTrunk("carrier", "sip.carrier.example:5061", "tls", USER, PASSWORD, registers=True, domain=REALM)
    world, registrar = World(replace(secure, register_seconds=3_600)), Registrar(seconds=3_600)
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(60)
    flow = world.sent[0][1]
    others = replace(flow, host="192.0.2.2"), replace(flow, server_name=""), replace(flow, connection=7)
    for lost, registrations in (*((each, 1) for each in others), (replace(flow, local=2), 2), (flow, 2)):
        world.monitor.connection_lost(lost, world.now)
        await world.advance(5)
        assert (world.state, len(registrar.registered)) == ("registered", registrations)
    await world.advance(20)
    assert len(registrar.registered) == 3


async def test_a_pause_of_one_server_does_not_delay_the_registration_with_another() -> None:
    world, registrar = World(REGISTERING), Registrar()
    world.servers["192.0.2.1"] = lambda request: respond(request, 503, to_tag="c", headers=(("Retry-After", "3600"),))
    world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(10)
    assert (world.state, len(registrar.registered)) == ("registered", 1)


async def test_calls_go_to_the_server_that_has_the_registration() -> None:
    """Carriers refuse calls at servers where the caller is not registered."""
    world, registrar = World(REGISTERING), Registrar()
    world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(90)
    world.servers["192.0.2.1"] = registrar
    await world.advance(120)
    endpoint = world.directory.endpoint("t-1", world.now)
    assert endpoint is not None
    assert [flow.host for flow in endpoint.flows] == ["192.0.2.2", "192.0.2.1"]
    assert {flow.host for request, flow in world.sent if request.method == "REGISTER"} == {"192.0.2.1", "192.0.2.2"}


async def test_a_peer_is_reachable_while_it_answers_and_changes_address() -> None:
    world = World(PEER)
    world.servers["192.0.2.1"] = lambda request: respond(request, 405, to_tag="c")
    world.monitor.start()
    await world.advance(2)
    assert world.state == "reachable"
    assert world.requests("REGISTER") == []
    del world.servers["192.0.2.1"]
    await world.advance(90)
    assert (world.state, world.directory.status(world.trunk).reason) == ("unreachable", "no_answer")
    world.resolver.addresses = ("192.0.2.7",)
    world.servers["192.0.2.7"] = lambda request: respond(request, 200, to_tag="c")
    await world.advance(70)
    assert world.state == "reachable"
    assert world.directory.candidates(Flow("udp", "192.0.2.7", 5060), world.sent[0][0]) == (world.trunk,)
    assert world.directory.candidates(Flow("udp", "192.0.2.1", 5060), world.sent[0][0]) == ()


async def test_a_server_with_retry_after_is_paused() -> None:
    world = World(PEER)
    answers = {"status": 503}
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = lambda request: respond(
        request, answers["status"], to_tag="c", headers=(("Retry-After", "100 (busy);duration=5"),)
    )
    world.monitor.start()
    await world.advance(2)
    assert (world.state, world.directory.status(world.trunk).reason) == ("unreachable", "paused")
    answers["status"] = 200
    await world.advance(110)
    assert world.state == "reachable"


async def test_a_name_without_address_is_looked_up_again_and_old_addresses_stay() -> None:
    world = World(PEER)
    world.resolver.fails = True
    world.monitor.start()
    await world.advance(10)
    assert world.directory.status(world.trunk).reason == "no_address"
    world.resolver.fails = False
    world.servers["192.0.2.1"] = lambda request: respond(request, 200, to_tag="c")
    await world.advance(30)
    assert world.state == "reachable"
    world.resolver.fails = True
    asked = len(world.resolver.asked)
    await world.advance(300)
    assert world.state == "reachable"
    assert 5 <= len(world.resolver.asked) - asked <= 12


async def test_a_connection_that_cannot_be_opened_counts_at_once() -> None:
    world = World(NewTrunk("carrier", "sip.carrier.example:5061", "tls"))
    world.unreachable = {"192.0.2.1", "192.0.2.2"}
    world.monitor.start()
    await world.advance(30)
    assert world.state == "unreachable"
    endpoint = world.directory.endpoint("t-1", world.now)
    assert endpoint is not None
    assert (endpoint.flow.transport, endpoint.flow.server_name) == ("tls", "sip.carrier.example")


@pytest.mark.parametrize("kind", ["garbage", "twice", "wrong headers", "provisional only", "endless challenges"])
async def test_a_carrier_that_misbehaves_is_bounded_and_no_personal_value_is_logged(kind: str) -> None:
    world = World(REGISTERING)
    nonces = iter(range(10**6))

    def answer(request: Request) -> Response | bytes | None:
        if kind == "garbage":
            return b"SIP/2.0 200 OK\r\nVia: \xff\xfe\r\nCSeq: x\r\n\r\n"
        if kind == "provisional only":
            return respond(request, 100)
        if kind == "endless challenges":
            values = challenges(REALM, f"n{next(nonces)}", stale=True)
            return respond(request, 401, to_tag="c", headers=tuple(("WWW-Authenticate", one) for one in values))
        if kind == "wrong headers":
            lines = (
                ("Contact", '<sip:"'),
                ("Expires", "soon"),
                ("Retry-After", "-1"),
                ("WWW-Authenticate", "Digest ,"),
            )
            return respond(request, 200 if request.method == "OPTIONS" else 401, to_tag="c", headers=lines)
        world.endpoint.receive(respond(request, 503, to_tag="c").encode(), Flow("udp", "192.0.2.1", 5060), world.now)
        return respond(request, 500, to_tag="d")

    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = answer
    with structlog.testing.capture_logs() as logs:
        world.monitor.start()
        await world.advance(600)
    assert world.state in ("unreachable", "refused")
    assert len({request.branch for request in world.requests("REGISTER")}) < 40
    assert len({request.branch for request in world.requests("OPTIONS")}) < 140
    assert world.endpoint.transactions[1] < 12
    assert USER not in str(logs)
    assert "192.0.2" not in str(logs)


async def test_checks_can_be_switched_off() -> None:
    world = World(NewTrunk("carrier", "192.0.2.1", check_seconds=0))
    world.monitor.start()
    await world.advance(300)
    assert world.state == "reachable"
    assert not world.sent
    await world.monitor.close()


def test_authorities_for_carriers_are_read_from_a_file(tmp_path: Path) -> None:
    files = ensure_certificates(tmp_path / "tls", ["carrier.example"], SystemClock())
    usual = carrier_trust("").cert_store_stats()["x509_ca"]
    assert carrier_trust(str(files.authority)).cert_store_stats()["x509_ca"] == usual + 1
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(StartupError, match="cannot be read"):
            carrier_trust(str(path))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("reachable", "", 200)), (403, ("reachable", "rejected", 403)), (408, ("unreachable", "server_error", 408)),
        (503, ("unreachable", "server_error", 503)), (None, ("unreachable", "no_answer", None)),
    ],
)  # fmt: skip
async def test_a_test_says_what_the_server_answers(status: int | None, expected: tuple[str, str, int | None]) -> None:
    world = World(PEER)
    if status is not None:
        world.servers["192.0.2.2"] = lambda request: respond(request, status, to_tag="c")
    assert await world.test() == expected


async def test_a_test_says_that_the_server_cannot_be_found_or_connected() -> None:
    world = World(NewTrunk("carrier", "sip.carrier.example", "tls"))
    world.unreachable = {"192.0.2.1", "192.0.2.2"}
    assert await world.test() == ("unreachable", "no_tls", None)
    world.trunk = world.put(NewTrunk("carrier", "sip.carrier.example", "tcp"))
    assert await world.test() == ("unreachable", "no_connection", None)
    world.resolver.fails = True
    assert await world.test() == ("unreachable", "no_address", None)


async def test_a_test_reports_the_registration_and_repeats_a_refused_one_at_once() -> None:
    world, registrar = World(REGISTERING), Registrar("another one")
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = registrar
    world.monitor.start()
    await world.advance(5)
    assert world.state == "refused"
    assert await world.test() == ("refused", "wrong_password", 401)
    registrar.password = PASSWORD
    assert await world.test() == ("registered", "", 200)
    registered = len(registrar.registered)
    assert await world.test() == ("registered", "", 200)
    assert len(registrar.registered) == registered


async def test_a_test_says_that_the_server_of_a_registration_has_stopped_to_answer() -> None:
    world = World(REGISTERING)
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = Registrar()
    world.monitor.start()
    await world.advance(5)
    world.servers.clear()
    assert await world.test() == ("unreachable", "no_answer", None)


async def test_a_registration_works_whose_server_ignores_options() -> None:
    world, registrar = World(REGISTERING), Registrar()
    ignoring: Answer = lambda request: None if request.method == "OPTIONS" else registrar(request)  # noqa: E731
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = ignoring
    world.monitor.start()
    await world.advance(5)
    assert await world.test() == ("registered", "", 200)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (403, ("refused", "forbidden", 403)), (404, ("refused", "unknown_user", 404)),
        (500, ("unreachable", "not_registered", 500)), (None, ("unreachable", "not_registered", None)),
    ],
)  # fmt: skip
async def test_a_test_says_why_a_trunk_is_not_registered(
    status: int | None, expected: tuple[str, str, int | None]
) -> None:
    def answer(request: Request) -> Response | None:
        if request.method == "OPTIONS":
            return respond(request, 200, to_tag="c")
        return respond(request, status, to_tag="c") if status is not None else None

    world = World(REGISTERING)
    world.servers["192.0.2.1"] = world.servers["192.0.2.2"] = answer
    world.monitor.start()
    assert await world.test() == expected
