"""Composition of the trunks: the monitor that keeps them registered, and its reactions to changes."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from unificx.calls import CallManager, CarrierCall
from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.integrations.caller_certificates import CallerCertificates
from unificx.integrations.sip_dns import SipDnsResolver
from unificx.server.container import Container
from unificx.server.settings import CALLER_TRUST_VARIABLE
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.transactions.events import RequestReceived
from unificx.sip_server import CallerVerifier, TrunkMonitor, TrunkMonitorDependencies, TrunkProber
from unificx.trunks.events import TrunkChanged, TrunkCreated, TrunkDeleted


def create_trunk_monitor(
    container: Container, endpoint: Endpoint, via: Callable[[Flow], str], wake: Callable[[], None]
) -> tuple[TrunkMonitor, TrunkProber]:
    """Return the monitor of all trunks, which follows their changes, and the prober, by which users test them. `via`:
    our HOST:PORT as seen by a peer."""
    clock, bus = container.clock, container.bus

    def chance() -> float:
        return int.from_bytes(clock.random_bytes(6)) / (1 << 48)

    deps = TrunkMonitorDependencies(
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
    monitor = TrunkMonitor(deps)

    def follow(trunk_id: str) -> None:
        # The directory changes right after the handlers of the event have run.
        asyncio.get_running_loop().call_soon(monitor.trunk_changed, trunk_id)

    bus.subscribe(TrunkCreated, lambda event: follow(event.trunk_id))
    bus.subscribe(TrunkChanged, lambda event: follow(event.trunk_id))
    bus.subscribe(TrunkDeleted, lambda event: follow(event.trunk_id))
    return monitor, TrunkProber(deps, monitor)


def create_caller_verifier(calls: CallManager, path: str, clock: Clock, on_begun: Callable[[], None]) -> CallerVerifier:
    """Return what verifies signed caller ids against the authorities in a PEM file; "" : it trusts none. Raise
    StartupError if the file cannot be used."""
    roots: list[x509.Certificate] = []
    if path:
        try:
            roots = x509.load_pem_x509_certificates(Path(path).read_bytes())
        except (OSError, ValueError):
            raise StartupError(
                f"The authorities of signed callers in {path} cannot be read.",
                hint=f"{CALLER_TRUST_VARIABLE} must name a PEM file with certificates.",
            ) from None

    def begin(event: RequestReceived, call: CarrierCall, now: float) -> None:
        calls.incoming_outside(event.key, event.request, event.flow, call, now)

    return CallerVerifier(CallerCertificates(clock), roots, clock, begin, on_begun)


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
