"""Sends OPTIONS to the servers of a trunk when a user tests it, besides the regular checks of `TrunkMonitor`."""

import asyncio
from dataclasses import replace
from math import inf

from unificx.sip.flow import Flow
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived
from unificx.sip_server.trunk_monitor import TrunkMonitor, TrunkMonitorDependencies
from unificx.sip_server.trunk_requests import contact_of, options_request, server_flows
from unificx.trunks import Probe, Trunk

LOOKUP_SECONDS = 5.0
ANSWER_SECONDS = 7.0
"""Seconds to wait for the response to an OPTIONS, and for an attempt to register."""
Answer = ResponseReceived | RequestFailed | None


class TrunkProber:
    """Implements `trunks.Prober`. A request source of the SIP server."""

    def __init__(self, deps: TrunkMonitorDependencies, monitor: TrunkMonitor) -> None:
        self._deps = deps
        self._monitor = monitor
        # Owner: this node: its requests that wait for an answer, and the end of each wait in monotonic seconds.
        self._asked: dict[ClientKey, asyncio.Future[Answer]] = {}
        self._ends: dict[asyncio.Future[Answer], float] = {}

    async def probe(self, trunk: Trunk) -> Probe:
        """Ask all servers at once. Return the answer of the first one in order that works, else of one that answers."""
        found, _ = await asyncio.gather(self._ask_servers(trunk), self._register(trunk))
        return replace(found, registration=self._monitor.registration_report(trunk.id))

    # ---- request source

    def event(self, event: Event, now: float) -> bool:
        """Handle an event of the endpoint. Return whether it belongs to a request of a test."""
        del now
        if not isinstance(event, ResponseReceived | RequestFailed) or event.key not in self._asked:
            return False
        asked = self._asked[event.key]
        is_final = isinstance(event, RequestFailed) or event.response.status >= 200
        if is_final and not asked.done():
            asked.set_result(event)
        return True

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return min((end for future, end in self._ends.items() if not future.done()), default=inf)

    def timer(self, now: float) -> None:
        """End the waits that take too long."""
        for future, end in self._ends.items():
            if end <= now and not future.done():
                future.set_result(None)

    # ---- internals

    async def _ask_servers(self, trunk: Trunk) -> Probe:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await self._deps.resolver.resolve(trunk.host, trunk.port, trunk.transport)
        except (LookupError, TimeoutError):
            return Probe()
        probes = await asyncio.gather(*(self._ask(trunk, flow) for flow in server_flows(trunk, found)))
        return min(probes, key=lambda one: 2 if one.status is None else one.status >= 500)

    async def _ask(self, trunk: Trunk, flow: Flow) -> Probe:
        deps = self._deps
        contact = contact_of(flow, deps.via(flow), deps.directory.contact_user(trunk.id))
        request = options_request(trunk, contact, deps.endpoint.new_tag(), deps.endpoint.new_tag())
        sent = deps.monotonic()
        key = deps.endpoint.request(request, flow, sent)
        asked = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._limited(asked)
        finally:
            del self._asked[key]
        host = f"[{flow.host}]" if ":" in flow.host else flow.host
        probe = Probe(f"{host}:{flow.port}", over_tls=flow.transport == "tls")
        if isinstance(answer, ResponseReceived):
            return replace(probe, status=answer.response.status, seconds=deps.monotonic() - sent)
        return replace(probe, connection_failed=answer is not None and answer.cause == "transport")

    async def _register(self, trunk: Trunk) -> None:
        attempted: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._monitor.attempt_registration(trunk.id, lambda: attempted.done() or attempted.set_result(None)):
            await self._limited(attempted)

    async def _limited(self, future: asyncio.Future[Answer]) -> Answer:
        """Return the result of a future; `timer` sets it to None if it takes too long."""
        self._ends[future] = self._deps.monotonic() + ANSWER_SECONDS
        self._deps.wake()
        try:
            return await future
        finally:
            del self._ends[future]
