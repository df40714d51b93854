"""Trunks in memory: by id and name, the trunk that a request came from, and where to send calls."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import get_args

import structlog

from unificx.db import MemoryCopy
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip.uri import Uri
from unificx.trunks.schemas import Trunk, TrunkEndpoint, TrunkState, TrunkStatus, UnknownNumber

MAX_CACHED_SOURCES = 4_096
MAX_PAUSES = 1_000
UNKNOWN_NUMBER_AGE = timedelta(days=1)
"""How long the last call to a number that is not set up is reported."""
_NUMBER_CHARACTERS = frozenset("+0123456789")
USABLE_STATES: frozenset[TrunkState] = frozenset(("registered", "reachable"))

log = structlog.get_logger()


class TrunkDirectory:
    """All trunks of the installation. The service keeps it up to date, the SIP side reports their state.

    `is_phone` returns whether the From of a request names a phone of ours. `secret` is private to the installation:
    with it the user of our Contact is derived for each trunk, so that it stays the same after a restart and cannot be
    guessed.
    """

    def __init__(self, is_phone: Callable[[Uri], bool], secret: bytes) -> None:
        self._is_phone = is_phone
        self._secret = secret[:32]
        self._trunks = MemoryCopy[Trunk](lambda trunk: trunk.name)
        # Owner: the database; derived from the copy above.
        self._by_contact_user: dict[str, str] = {}
        self._networks: dict[str, tuple[IPv4Network | IPv6Network, ...]] = {}
        # Owner: this node, which talks to the carriers.
        self._statuses: dict[str, TrunkStatus] = {}
        self._servers: dict[str, frozenset[str]] = {}
        self._pauses: dict[tuple[str, tuple[str, str, int]], float] = {}
        self._by_source: dict[str, tuple[str, ...]] = {}
        self._unknown_numbers: dict[str, UnknownNumber] = {}

    # ---- lookups

    def trunk(self, trunk_id: str) -> Trunk | None:
        """Return a trunk by id."""
        return self._trunks.get(trunk_id)

    def by_name(self, tenant_id: str, name: str) -> Trunk | None:
        """Return a tenant's trunk by name."""
        return self._trunks.named(tenant_id, name)

    def find(self, tenant_id: str, reference: str) -> Trunk | None:
        """Return a tenant's trunk by name or id."""
        return self._trunks.find(tenant_id, reference)

    def trunks(self, tenant_id: str) -> Sequence[Trunk]:
        """Return the trunks of a tenant in order of creation."""
        return self._trunks.of_tenant(tenant_id)

    def all_trunks(self) -> Iterable[Trunk]:
        """Return the trunks of all tenants."""
        return tuple(self._trunks)

    def status(self, trunk: Trunk) -> TrunkStatus:
        """Return the state of a trunk: unreachable until the SIP side has reported otherwise."""
        return self._statuses.get(trunk.id) or TrunkStatus("unreachable", trunk.created)

    def count_by_state(self) -> Mapping[TrunkState, int]:
        """Return the number of trunks in each state."""
        counts: dict[TrunkState, int] = dict.fromkeys(get_args(TrunkState), 0)
        for trunk in self._trunks:
            counts[self.status(trunk).state] += 1
        return counts

    def contact_user(self, trunk_id: str) -> str:
        """Return the user of our Contact for a trunk: a token that only its carrier gets to know."""
        return "t" + hashlib.blake2s(trunk_id.encode(), key=self._secret, digest_size=16).hexdigest()

    # ---- calls to a carrier

    def endpoint(self, trunk_id: str, now: float) -> TrunkEndpoint | None:
        """Return where to send calls; None for an unknown trunk, and while no address of its server is known."""
        trunk, status = self._trunks.get(trunk_id), self._statuses.get(trunk_id)
        if trunk is None or status is None:
            return None
        known = (*status.flows, *status.others)
        if not known:
            return None
        username, password = trunk.login
        port = trunk.port if trunk.domain == trunk.host else 0
        return TrunkEndpoint(port, self._usable_flows(trunk_id, status, now) or known, known, username, password)

    def available(self, trunk_id: str, now: float) -> bool:
        """Return whether calls can be sent: registered or reachable, and not all servers asked for a pause."""
        status = self._statuses.get(trunk_id)
        return status is not None and status.state in USABLE_STATES and bool(self._usable_flows(trunk_id, status, now))

    def pause(self, trunk_id: str, flow: Flow, until: float) -> None:
        """Do not send calls to a server until a time in monotonic seconds: it answered one with 503 and Retry-After."""
        self._pauses[trunk_id, flow.peer] = until
        if len(self._pauses) > MAX_PAUSES:  # those that are over end first
            del self._pauses[min(self._pauses, key=self._pauses.__getitem__)]

    # ---- calls from a carrier

    def candidates(self, flow: Flow, request: Request) -> tuple[Trunk, ...]:
        """Return the trunks that a request outside a dialog can have come from, none for anyone but a carrier.

        The user of the Request-URI is our Contact of a registration: exactly that trunk. Otherwise all trunks that
        accept its source; the called number has to decide between tenants that share a carrier. Nothing in the request
        but the source counts as evidence. A request of a phone has to be authenticated, wherever it comes from: no
        tenant can take over the phones of another by naming their address, and phones may share it with a carrier.
        """
        try:
            target, sender = request.target, request.from_uri
        except RemoteProtocolError:
            return ()
        by_contact = self._by_contact_user.get(target.user)
        if by_contact is None and self._is_phone(sender):
            return ()
        found = (by_contact,) if by_contact is not None else self._accepting(flow.host)
        known = (self._trunks.get(trunk_id) for trunk_id in found)
        return tuple(trunk for trunk in known if trunk is not None and _transport_matches(trunk, flow))

    def note_unknown_number(self, candidates: Sequence[Trunk], dialled: Iterable[str], at: datetime) -> None:
        """Note a call that one of these trunks can have sent, to a number that is not set up. Of a carrier that
        tenants share, nothing is noted: the number may belong to any of them. `dialled`: what can be the number."""
        if len({trunk.tenant_id for trunk in candidates}) != 1:
            return
        for trunk in candidates:
            contact, before = self.contact_user(trunk.id), self.unknown_number(trunk.id, at)
            number = next((_shortened(text) for text in dialled if text != contact), _shortened(""))
            if before is None:
                log.warning("unknown_number_called", tenant=trunk.tenant_id, trunk=trunk.id)
            self._unknown_numbers[trunk.id] = UnknownNumber(number, at, before.calls + 1 if before is not None else 1)

    def unknown_number(self, trunk_id: str, now: datetime) -> UnknownNumber | None:
        """Return the calls to numbers that are not set up; None if there was none lately."""
        found = self._unknown_numbers.get(trunk_id)
        return found if found is not None and now - found.at < UNKNOWN_NUMBER_AGE else None

    # ---- changes

    def put(self, trunk: Trunk) -> None:
        """Add or replace a trunk."""
        self._trunks.put(trunk)
        self._by_contact_user[self.contact_user(trunk.id)] = trunk.id
        self._networks[trunk.id] = tuple(ip_network(each) for each in trunk.accept_from)
        self._by_source.clear()

    def remove(self, trunk_id: str) -> None:
        """Remove a trunk."""
        gone = self._trunks.get(trunk_id)
        if gone is None:
            return
        self._trunks.drop(gone)
        self._by_contact_user.pop(self.contact_user(trunk_id), None)
        for table in (self._networks, self._statuses, self._servers, self._unknown_numbers):
            table.pop(trunk_id, None)
        self._by_source.clear()

    def report(self, trunk_id: str, status: TrunkStatus) -> TrunkStatus | None:
        """Store the state of a trunk. Return it, with the time at which this state was entered, if it has changed."""
        if self._trunks.get(trunk_id) is None:
            return None
        before = self._statuses.get(trunk_id)
        is_new = before is None or (before.state, before.reason) != (status.state, status.reason)
        since: datetime = status.since if before is None or before.state != status.state else before.since
        self._statuses[trunk_id] = status = replace(status, since=since)
        servers = frozenset(flow.host for flow in (*status.flows, *status.others))
        if self._servers.get(trunk_id) != servers:
            self._servers[trunk_id] = servers
            self._by_source.clear()
        return status if is_new else None

    # ---- internals

    def _usable_flows(self, trunk_id: str, status: TrunkStatus, now: float) -> tuple[Flow, ...]:
        if not self._pauses:
            return status.flows
        return tuple(flow for flow in status.flows if self._pauses.get((trunk_id, flow.peer), now) <= now)

    def _accepting(self, host: str) -> tuple[str, ...]:
        """Return the ids of the trunks that accept a source address, from a bounded cache."""
        known = self._by_source.get(host)
        if known is None:
            if len(self._by_source) >= MAX_CACHED_SOURCES:
                self._by_source.clear()
            known = self._by_source[host] = self._find_accepting(host)
        return known

    def _find_accepting(self, host: str) -> tuple[str, ...]:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return ()
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        text = str(address)
        return tuple(
            trunk_id
            for trunk_id in sorted(self._networks)
            if text in self._servers.get(trunk_id, ()) or any(address in each for each in self._networks[trunk_id])
        )


def _shortened(number: str) -> str:
    """Return the beginning of a number, which shows its format, and its last three digits; of other text nothing."""
    if not set(number) <= _NUMBER_CHARACTERS:
        return "…"
    return f"{number[:-6][:4]}…{number[-3:]}"


def _transport_matches(trunk: Trunk, flow: Flow) -> bool:
    """Whether a request of the carrier can come over this transport: over TLS if calls to it are sent over TLS."""
    return not flow.is_websocket and (flow.transport == "tls" or trunk.transport != "tls")
