"""`number:+49301234567`: numbers outside as destinations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from unificx.identity import Extension
from unificx.registrar import Caller
from unificx.routing.destinations import Destination
from unificx.routing.outbound.numbers import PublicNumber, normalise
from unificx.routing.outbound.service import OutboundRouting
from unificx.routing.outbound.store import OutboundStore
from unificx.routing.plans import Plan
from unificx.routing.references import DestinationRef


@dataclass(frozen=True, slots=True)
class LedOutside:
    """A number outside to which a call is led. The decision is made when the call is.

    `forwarded_by`: the extension whose rules lead it there, which may call outside no more than by dialling; None for a
    destination of the organisation. `calling_for`: the ring group or queue that leads it there, "" for none.
    """

    routing: OutboundRouting
    tenant_id: str
    number: str = field(repr=False)
    forwarded_by: Extension | None = None
    calling_for: str = ""

    def plan(self) -> Plan:
        """Return the plan of a call that this extension, or none, makes."""
        if self.forwarded_by is not None:
            caller = Caller.of(self.forwarded_by)
        else:
            caller = Caller(self.tenant_id, "", "", "", number="", name="", calling_for=self.calling_for)
        return self.routing.destination(caller, self.number).plan()


class NumberKind:
    """Numbers outside. Those of the tenant itself lead to their destinations, so that loops over them are found."""

    kind = "number"

    def __init__(self, store: OutboundStore, routing: OutboundRouting) -> None:
        self._store = store
        self._routing = routing

    def find(self, tenant_id: str, name: str) -> Destination | None:
        number = normalise(name, self._store.country(tenant_id))
        return LedOutside(self._routing, tenant_id, number.e164) if isinstance(number, PublicNumber) else None

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        del tenant_id, dialled
        return None

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {
            one.number: (one.destination, *(rule.destination for rule in one.callers))
            for one in self._store.numbers_of(tenant_id)
        }
