"""Keeps the trunks of this node registered, checks whether their servers answer, and reports their state.

It never waits: names are resolved in tasks, and everything else is an event or a timer of the SIP driver.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from math import inf

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.message import retry_after
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived
from unificx.sip_server.trunk_requests import (
    contact_of,
    options_request,
    register_request,
    registration_answer,
    server_flows,
)
from unificx.trunks import (
    CarrierResolver,
    RegistrationReport,
    Trunk,
    TrunkDirectory,
    TrunkStatus,
    health,
    link_state,
    next_change,
    registration,
)
from unificx.trunks.events import TrunkStateChanged

log = structlog.get_logger()

RESOLVE_RETRY = (5.0, 30.0)
"""Seconds until a name that has no address is looked up again: the first time, and later."""


@dataclass(frozen=True, slots=True)
class TrunkMonitorDependencies:
    """Dependencies. `via` returns our own HOST:PORT for a flow, `random` numbers from 0 to below 1; `publish` takes
    signals, and `wake` is called if a deadline moves forward."""

    endpoint: Endpoint
    directory: TrunkDirectory
    resolver: CarrierResolver
    via: Callable[[Flow], str]
    monotonic: Callable[[], float]
    now: Callable[[], datetime]
    random: Callable[[], float]
    publish: Callable[[object], None]
    wake: Callable[[], None]


@dataclass(slots=True)
class _Link:
    """A trunk and the state of its connections. A new one takes its place if its server or login changes."""

    trunk: Trunk
    call_id: str
    tag: str
    registered: registration.State | None
    resolve_at: float = 0.0
    resolving: bool = False
    lookups_failed: int = 0
    servers: dict[Flow, health.Health] = field(default_factory=dict[Flow, health.Health])
    cseq: int = 0
    register_flow: Flow | None = None
    register_key: ClientKey | None = None
    register_status: int | None = None
    attempt_listeners: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])
    """Called once no attempt to register is due or under way."""
    due: float = inf


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request under way."""

    link: _Link
    flow: Flow
    registers: bool


class TrunkMonitor:
    """All trunks of this node. A request source of the SIP server."""

    def __init__(self, deps: TrunkMonitorDependencies) -> None:
        self._deps = deps
        # Owner: this node: the trunks it talks to, and its requests.
        self._links: dict[str, _Link] = {}
        self._sent: dict[ClientKey, _Sent] = {}
        self._due: list[tuple[float, int, str]] = []
        self._order = count()
        self._lookups = BackgroundTasks()

    def start(self) -> None:
        """Begin with all trunks."""
        for trunk in self._deps.directory.all_trunks():
            self.trunk_changed(trunk.id)

    async def close(self) -> None:
        """Stop. Registrations are kept, so that calls arrive again right after a restart."""
        self._links.clear()
        self._due.clear()
        await self._lookups.close()

    # ---- changes

    def trunk_changed(self, trunk_id: str) -> None:
        """Take over a new or changed trunk. One with another server or login starts again."""
        trunk, link, now = self._deps.directory.trunk(trunk_id), self._links.get(trunk_id), self._deps.monotonic()
        if trunk is None:
            self.trunk_deleted(trunk_id)
        elif link is None or _connection(link.trunk) != _connection(trunk):
            self._end(link, now)
            self._begin(trunk, now)
        else:
            link.trunk = trunk

    def trunk_deleted(self, trunk_id: str) -> None:
        """Forget a trunk, and remove its registration from the carrier."""
        self._end(self._links.pop(trunk_id, None), self._deps.monotonic())

    # ---- tests

    def attempt_registration(self, trunk_id: str, notify: Callable[[], object]) -> bool:
        """Let a trunk that waits to register again do it now, and call `notify` when that has ended. Return
        whether it registers at all."""
        link, now = self._links.get(trunk_id), self._deps.monotonic()
        if link is None or link.registered is None:
            return False
        link.registered = registration.hurried(link.registered, now)
        link.attempt_listeners.append(notify)
        self._update(link, now)
        return True

    def registration_report(self, trunk_id: str) -> RegistrationReport | None:
        """Return the state of a registration; None for a trunk that does not register."""
        link, now = self._links.get(trunk_id), self._deps.monotonic()
        if link is None or link.registered is None:
            return None
        if registration.is_refused(link.registered):
            return RegistrationReport("refused", link.register_status)
        is_registered = registration.is_registered(link.registered, now)
        answers_options = any(one.proven for one in link.servers.values())
        return RegistrationReport("registered" if is_registered else "failed", link.register_status, answers_options)

    # ---- request source

    def event(self, event: Event, now: float) -> bool:
        """Handle an event of the endpoint. Return whether it belongs to a request of a trunk."""
        if not isinstance(event, ResponseReceived | RequestFailed):
            return False
        sent = self._sent.get(event.key)
        if sent is None:
            return False
        if isinstance(event, ResponseReceived) and event.response.status < 200:
            return True
        del self._sent[event.key]
        link = sent.link
        if self._links.get(link.trunk.id) is link:
            if sent.registers:
                self._register_ended(link, sent, event, now)
            else:
                self._options_ended(link, sent, event, now)
            self._update(link, now)
        return True

    def connection_lost(self, flow: Flow, now: float) -> None:
        """Register again over a new connection where the lost one was that of a registration: the one to its server,
        whatever was sent over it first."""
        for link in tuple(self._links.values()) if flow.reliable and not flow.connection else ():
            own = link.register_flow
            if link.registered is not None and own and (own.peer, own.server_name) == (flow.peer, flow.server_name):
                link.registered = registration.reconnected(link.registered, now, self._deps.random())
                self._update(link, now)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return self._due[0][0] if self._due else inf

    def timer(self, now: float) -> None:
        """Send what is due."""
        while self._due and self._due[0][0] <= now:
            due, _, trunk_id = heapq.heappop(self._due)
            link = self._links.get(trunk_id)
            if link is None or link.due != due:
                continue
            link.due = inf
            try:
                self._advance(link, now)
            finally:
                self._update(link, now)

    # ---- internals

    def _begin(self, trunk: Trunk, now: float) -> None:
        new_tag, jitter = self._deps.endpoint.new_tag, self._deps.random()
        first = registration.initial(now, trunk.options.register_seconds, jitter) if trunk.registers else None
        link = self._links[trunk.id] = _Link(trunk, new_tag(), new_tag(), first, resolve_at=now)
        self._update(link, now)

    def _end(self, link: _Link | None, now: float) -> None:
        """Remove the registration of a deleted or changed trunk; its response does not matter."""
        if link is None or link.registered is None or link.register_flow is None:
            return
        if registration.is_registered(link.registered, now):
            self._send_register(
                link, registration.SendRegister(0, link.registered.credentials), link.register_flow, now
            )

    def _advance(self, link: _Link, now: float) -> None:
        if link.resolve_at <= now and not link.resolving:
            link.resolving = True
            self._lookups.spawn(self._resolve(link))
        for flow, state in tuple(link.servers.items()):
            if health.deadline(state) <= now:
                self._check(link, flow, health.TimerDue(), now)
        if link.registered is not None and link.registered.due <= now and link.servers:
            self._register(link, registration.TimerDue(), now)

    def _check(self, link: _Link, flow: Flow, event: health.Event, now: float) -> None:
        """Step the health of one server and send an OPTIONS if that is due."""
        state = link.servers.get(flow)
        if state is None:
            return
        interval = link.trunk.options.check_seconds or inf
        link.servers[flow], actions = health.step(state, event, now, interval, self._deps.random())
        if state.up is False and link.servers[flow].up and link.registered is not None:
            # It may have restarted without its registrations.
            link.registered = registration.renewed(link.registered, now, self._deps.random())
        for _ in actions:
            new_tag = self._deps.endpoint.new_tag
            request = options_request(link.trunk, self._contact(link, flow), new_tag(), new_tag())
            key = self._deps.endpoint.request(request, flow, now)
            self._sent[key] = _Sent(link, flow, registers=False)

    def _register(self, link: _Link, event: registration.Event, now: float) -> None:
        """Step the registration and send a REGISTER if that is due, to the first usable server."""
        assert link.registered is not None
        link.registered, actions = registration.step(link.registered, event, now, self._deps.random())
        is_retry = not isinstance(event, registration.TimerDue)
        for action in actions:
            flow = link.register_flow if is_retry else None
            self._send_register(link, action, flow or self._registrar(link, now), now)

    @staticmethod
    def _registrar(link: _Link, now: float) -> Flow:
        """Return the server to register with: the last one while it works, the one after it after each failure."""
        found = link_state(link.servers, link.registered, now)
        flows = found.flows or found.others
        failures = link.registered.failures if isinstance(link.registered, registration.Registering) else 0
        if link.register_flow not in flows:
            return flows[0]
        return flows[(flows.index(link.register_flow) + bool(failures)) % len(flows)]

    def _send_register(self, link: _Link, send: registration.SendRegister, flow: Flow, now: float) -> None:
        link.cseq += 1
        link.register_flow = flow
        request = register_request(
            link.trunk, send, self._contact(link, flow), call_id=link.call_id, tag=link.tag, cseq=link.cseq
        )
        link.register_key = self._deps.endpoint.request(request, flow, now)
        self._sent[link.register_key] = _Sent(link, flow, registers=True)

    def _register_ended(self, link: _Link, sent: _Sent, event: ResponseReceived | RequestFailed, now: float) -> None:
        is_current = event.key == link.register_key
        if is_current:
            link.register_status = event.response.status if isinstance(event, ResponseReceived) else None
        if isinstance(event, RequestFailed):
            self._check(link, sent.flow, health.NotAnswered(other=True), now)
            if is_current and link.registered is not None:
                self._register(link, registration.NotAnswered(), now)
            return
        response = event.response
        self._check(link, sent.flow, health.Answered(response.status, retry_after(response), other=True), now)
        if is_current and link.registered is not None:
            user = self._deps.directory.contact_user(link.trunk.id)
            answer = registration_answer(link.trunk, response, user)
            if response.status == 503 and any(health.is_usable(one, now) for one in link.servers.values()):
                answer = replace(answer, retry_after=None)  # only this server is paused (RFC 3261 section 21.5.4)
            self._register(link, answer, now)

    def _options_ended(self, link: _Link, sent: _Sent, event: ResponseReceived | RequestFailed, now: float) -> None:
        if isinstance(event, ResponseReceived):
            answered = health.Answered(event.response.status, retry_after(event.response))
            self._check(link, sent.flow, answered, now)
        elif event.cause == "transport":  # a timeout was counted earlier
            self._check(link, sent.flow, health.NotAnswered(), now)

    async def _resolve(self, link: _Link) -> None:
        trunk = link.trunk
        try:
            found = await self._deps.resolver.resolve(trunk.host, trunk.port, trunk.transport)
        except LookupError:
            found = None
        except Exception as fault:  # any error: the name has to be looked up again
            log.error("trunk_lookup_failed", trunk=trunk.id, **describe_fault(fault))
            found = None
        if self._links.get(trunk.id) is not link:
            return
        now = self._deps.monotonic()
        link.resolving = False
        if found is None:
            link.resolve_at = now + RESOLVE_RETRY[min(link.lookups_failed, 1)]
            link.lookups_failed += 1
        else:
            link.resolve_at, link.lookups_failed = now + found.valid_seconds, 0
            flows = server_flows(trunk, found)
            link.servers = {flow: link.servers.get(flow) or self._new_health(trunk, now) for flow in flows}
        self._update(link, now)
        self._deps.wake()

    def _new_health(self, trunk: Trunk, now: float) -> health.Health:
        if not trunk.options.check_seconds:
            return health.Health(inf, up=True)
        return health.initial(now, self._deps.random())

    def _update(self, link: _Link, now: float) -> None:
        """Report the state of a trunk, and set its deadline."""
        if link.attempt_listeners and link.registered is not None and registration.is_settled(link.registered, now):
            attempted = tuple(link.attempt_listeners)
            link.attempt_listeners.clear()
            for notify in attempted:
                notify()
        lookup_failed = bool(link.lookups_failed)
        found = link_state(
            link.servers, link.registered, now, registrar=link.register_flow, lookup_failed=lookup_failed
        )
        status = TrunkStatus(found.state, self._deps.now(), found.reason, found.flows, found.others)
        changed = self._deps.directory.report(link.trunk.id, status)
        if changed is not None:
            log.info("trunk_state", trunk=link.trunk.id, state=changed.state, reason=changed.reason)
            self._deps.publish(TrunkStateChanged(link.trunk, changed))
        due = min((health.deadline(state) for state in link.servers.values()), default=inf)
        due = min(due, inf if link.resolving else link.resolve_at)
        if link.registered is not None and link.servers:
            due = min(due, link.registered.due)
        due = min(due, next_change(link.servers, link.registered, now) or inf)
        if due < inf and due != link.due:
            link.due = due
            heapq.heappush(self._due, (due, next(self._order), link.trunk.id))
            self._deps.wake()

    def _contact(self, link: _Link, flow: Flow) -> str:
        user = self._deps.directory.contact_user(link.trunk.id)
        return contact_of(flow, self._deps.via(flow), user)


def _connection(trunk: Trunk) -> Trunk:
    """Return the trunk with only the values that its connections depend on."""
    options = replace(trunk.options, caller_id_header="from", number_format="plus", dtmf="rfc4733")
    return replace(trunk, name="", accept_from=(), max_calls=None, options=options)
