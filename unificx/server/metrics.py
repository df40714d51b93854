"""Prometheus metrics of the running components, without personal data, collected on request."""

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from unificx.api.connection_limiter import ConnectionLimiter
from unificx.queues import AgentState
from unificx.server.container import Container
from unificx.server.sip import SipServer


class MetricsCollector(Collector):
    """Collector of the current state of a server."""

    def __init__(self, container: Container, sip: SipServer, limiter: ConnectionLimiter) -> None:
        self._container = container
        self._sip = sip
        self._limiter = limiter

    def collect(self) -> Iterable[Metric]:
        """Collect the metrics."""
        servers, clients = self._sip.endpoint.transactions
        transactions = GaugeMetricFamily("unificx_sip_transactions", "SIP transactions held", labels=["side"])
        transactions.add_metric(["server"], servers)
        transactions.add_metric(["client"], clients)
        yield transactions
        yield GaugeMetricFamily("unificx_calls", "Live calls", len(self._sip.call_manager.calls))
        yield GaugeMetricFamily(
            "unificx_registrations", "Bindings of registered devices", len(self._container.location)
        )
        yield GaugeMetricFamily(
            "unificx_connections", "SIP connections over TCP, TLS and WebSocket", len(self._sip.transports.connections)
        )
        trunks = GaugeMetricFamily("unificx_trunks", "Trunks by state", labels=["state"])
        for state, number in self._container.trunks.directory.count_by_state().items():
            trunks.add_metric([state], number)
        yield trunks
        yield GaugeMetricFamily("unificx_http_connections", "HTTP connections", len(self._limiter))
        yield CounterMetricFamily(
            "unificx_http_connections_refused", "HTTP connections rejected by the limits", self._limiter.refused
        )
        yield from self._queues()
        yield from self._retention()
        yield GaugeMetricFamily(
            "unificx_spool_bytes", "Acknowledged records not yet in the database", self._container.spool.pending_bytes
        )

    def _retention(self) -> Iterable[Metric]:
        """Collect lag and alarm of the sweeps. The alarm is computed here, so that it also works if no sweep runs."""
        retention = self._container.retention
        lags = GaugeMetricFamily(
            "unificx_retention_lag_seconds", "Time since the oldest data should have been removed", labels=["class"]
        )
        for name, lag in retention.lags.items():
            lags.add_metric([name], lag)
        yield lags
        status = retention.status
        yield GaugeMetricFamily(
            "unificx_retention_alarm", "1 if a sweep is overdue, or removed nothing", float(status.alarm)
        )
        yield GaugeMetricFamily(
            "unificx_holds_overdue", "Holds whose review date has passed", self._container.holds.overdue
        )

    def _queues(self) -> Iterable[Metric]:
        """Collect waiting callers and agents by state of all queues, without naming a tenant or a queue."""
        waiting, states = 0, Counter(dict.fromkeys(get_args(AgentState), 0))
        for queue in self._container.routing.queues.service.all():
            waiting += len(self._container.routing.queues.live.waiting(queue))
            states.update(one.state for one in self._container.routing.queues.live.agents(queue))
        yield GaugeMetricFamily("unificx_queue_waiting", "Callers that wait in queues", waiting)
        agents = GaugeMetricFamily("unificx_queue_agents", "Agents of queues by state", labels=["state"])
        for state, number in states.items():
            agents.add_metric([state], number)
        yield agents
