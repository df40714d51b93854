"""State of a trunk from the health of its servers and its registration, and the order of its servers. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from unificx.sip.flow import Flow
from unificx.trunks.machine import health, registration
from unificx.trunks.machine.health import Health
from unificx.trunks.schemas import Reason, TrunkState


class LinkState(NamedTuple):
    """State of a trunk, why it is not usable, and its servers: those that may be used, then the others."""

    state: TrunkState
    reason: Reason
    flows: tuple[Flow, ...]
    others: tuple[Flow, ...]


def link_state(
    servers: Mapping[Flow, Health],
    registered: registration.State | None,
    now: float,
    *,
    registrar: Flow | None = None,
    lookup_failed: bool = False,
) -> LinkState:
    """Return the state of a trunk; `registered` is None for one that does not register. `lookup_failed`: the name of
    its server has no address.

    The `registrar` comes first while it has our registration: carriers accept calls from registered peers only. Servers
    that answer come before those that are not known yet; otherwise their order stays.
    """
    if registered is None or not registration.is_registered(registered, now) or registration.is_failing(registered):
        registrar = None
    usable = [flow for flow, one in servers.items() if health.is_usable(one, now)]
    flows = tuple(sorted(usable, key=lambda flow: (flow != registrar, servers[flow].up is not True)))
    others = tuple(flow for flow in servers if flow not in usable)
    state, reason = _state(servers, registered, now)
    if not servers and lookup_failed and state != "refused":
        reason = "no_address"
    return LinkState(state, reason, flows, others)


def next_change(servers: Mapping[Flow, Health], registered: registration.State | None, now: float) -> float | None:
    """Return when the state changes by itself: a pause or a registration ends; None if it does not."""
    ends = [one.paused_until for one in servers.values()]
    if registered is not None:
        ends.append(registered.valid_until)
    return min((end for end in ends if end > now), default=None)


def _state(
    servers: Mapping[Flow, Health], registered: registration.State | None, now: float
) -> tuple[TrunkState, Reason]:
    if registered is not None and registration.is_refused(registered):
        return "refused", "credentials"
    if not servers:
        return "unreachable", ""
    if not any(health.is_usable(one, now) for one in servers.values()):
        is_paused = any(one.paused_until > now for one in servers.values())
        return "unreachable", "paused" if is_paused else "no_answer"
    if registered is not None:
        if registration.is_registered(registered, now):
            return "registered", ""
        return "unreachable", "no_registration" if registration.is_failing(registered) else ""
    if any(one.up for one in servers.values() if health.is_usable(one, now)):
        return "reachable", ""
    return "unreachable", "no_answer" if any(one.failures for one in servers.values()) else ""
