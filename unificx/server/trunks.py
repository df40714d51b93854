"""Composition of the trunks: the monitor that keeps them registered, and its reactions to changes."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from unificx.core.errors import StartupError
from unificx.integrations.sip_dns import SipDnsResolver
from unificx.server.container import Container
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip_server import TrunkMonitor, TrunkMonitorParts, TrunkProber
from unificx.trunks.events import TrunkChanged, TrunkCreated, TrunkDeleted


def create_trunk_monitor(
    container: Container, endpoint: Endpoint, via: Callable[[Flow], str], wake: Callable[[], None]
) -> tuple[TrunkMonitor, TrunkProber]:
    """Return the monitor of all trunks, which follows their changes, and the prober, by which users test them. `via`:
    our HOST:PORT as seen by a peer."""
    clock, bus = container.clock, container.bus

    def chance() -> float:
        return int.from_bytes(clock.random_bytes(6)) / (1 << 48)

    parts = TrunkMonitorParts(
        endpoint,
        container.trunks.directory,
        SipDnsResolver(chance),
        via,
        clock.monotonic,
        clock.now,
        chance,
        bus.publish,
        wake,
    )
    monitor = TrunkMonitor(parts)

    def follow(trunk_id: str) -> None:
        # The directory changes right after the handlers of the event have run.
        asyncio.get_running_loop().call_soon(monitor.trunk_changed, trunk_id)

    bus.subscribe(TrunkCreated, lambda event: follow(event.trunk_id))
    bus.subscribe(TrunkChanged, lambda event: follow(event.trunk_id))
    bus.subscribe(TrunkDeleted, lambda event: follow(event.trunk_id))
    prober = container.trunks.prober = TrunkProber(parts, monitor)
    return monitor, prober


def carrier_trust(path: str) -> ssl.SSLContext:
    """Return the TLS context that verifies carriers: the system's authorities, and those of a PEM file if one is named.

    Raise StartupError if the file cannot be used.
    """
    context = ssl.create_default_context()
    if path:
        try:
            context.load_verify_locations(Path(path))
        except OSError as fault:  # ssl.SSLError is one
            raise StartupError(
                f"The authorities of carriers in {path} cannot be read: {fault.strerror or type(fault).__name__}.",
                hint="UNIFICX_CARRIER_TRUST must name a PEM file with certificates.",
            ) from None
    return context
