"""Routes calls, from memory only: call set-up never waits for the database."""

from dataclasses import replace

from unificx.cluster import Location
from unificx.identity import Extension
from unificx.presence import Availability
from unificx.registrar import Binding, Caller
from unificx.routing.destinations import Destination, RingExtension
from unificx.routing.dial_plan import DialPlan, Number, OutsideNumber, parse_dialled
from unificx.routing.forwarding import plan_by_rules
from unificx.routing.groups import RingMemory
from unificx.routing.outbound.kinds import LedOutside
from unificx.routing.plans import NO_SUCH_NUMBER, Fork, OutsideMember, OutsideTarget, Plan, RingTarget
from unificx.routing.ports import NoPushDevices, PushDevices
from unificx.routing.references import DestinationRef
from unificx.sip.flow import Flow


class Routing:
    """Plans for dialled numbers, and the devices to ring. `availability` has the rules of extensions, and knows
    which are in a call."""

    def __init__(
        self,
        dial_plan: DialPlan,
        location: Location[Binding],
        push_devices: PushDevices | None = None,
        *,
        ring_memory: RingMemory | None = None,
        availability: Availability | None = None,
    ) -> None:
        self._dial_plan = dial_plan
        self._location = location
        self._push_devices: PushDevices = push_devices or NoPushDevices()
        self._ring_memory = ring_memory or RingMemory()
        self._availability = availability or Availability()

    def route(self, caller: Caller, dialled: str) -> Plan:
        """Return the plan for a call of this caller to `dialled`."""
        return self.plan(caller, self._dial_plan.destination(caller, dialled))

    def preview(self, caller: Caller, dialled: str) -> Plan:
        """Return the plan of a call that may be made later: no limit counts it yet."""
        return self.plan(caller, self._dial_plan.destination(caller, dialled, counted=False))

    def resolve(
        self, caller: Caller, ref: DestinationRef, forwarded_by: Extension | None = None, calling_for: str = ""
    ) -> Plan:
        """Return the plan for a call of this caller that was led to a destination of its tenant, by the rules of an
        extension if one is given, or in the name of a group or queue."""
        found = self._dial_plan.destinations.resolve(caller.tenant_id, ref) or NO_SUCH_NUMBER
        if isinstance(found, LedOutside):
            found = replace(found, forwarded_by=forwarded_by, calling_for=calling_for)
        return self.plan(caller, found)

    def forward(self, caller: Caller, by: Extension, dialled: str) -> Plan | None:
        """Return the plan for a call of this caller that an extension sends on to `dialled`; None if the extension may
        not call there or has this number itself, and for feature codes, which would act for the extension."""
        number = parse_dialled(dialled)
        if not isinstance(number, Number | OutsideNumber) or by.number == number.digits:
            return None
        digits = number.digits if isinstance(number, Number) else f"+{number.digits}"
        ref = self._dial_plan.destinations.reference_at(by.tenant_id, digits) or DestinationRef("number", digits)
        if not caller.is_outside and ref == DestinationRef("extension", caller.number):
            return None
        plan = self.resolve(caller, ref, by)
        return plan if not plan.is_rejected else None

    def code(self, tenant_id: str, name: str) -> str:
        """Return the code of a feature in a tenant, "" if it is switched off."""
        return self._dial_plan.codes.code(tenant_id, name)

    def plan(self, caller: Caller, destination: Destination) -> Plan:
        """Return the plan for a call of this caller to a destination: an extension has rules of its own."""
        if isinstance(destination, RingExtension) and not destination.only_device:
            rules = self._availability.in_force.get(destination.extension.id)
            if rules is not None:
                in_call = not rules.call_waiting and self._availability.is_in_call(destination.extension.id)
                return plan_by_rules(destination, rules, caller, in_call=in_call)
        return destination.plan()

    def current_flow(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """Return the current flow of a device that was at `contact` over an earlier flow of this transport."""
        return self._location.current_flow(extension_id, device_id, contact, transport, now)

    def targets_to_ring(self, fork: Fork) -> tuple[RingTarget | OutsideTarget | OutsideMember, ...]:
        """Return the targets of a step that starts now: in a group, without extensions that take no group calls, and
        with `skip_busy` without those in a call."""
        if fork.group_id:
            self._ring_memory.record(fork)
        return tuple([each for each in fork.targets if not isinstance(each, RingTarget) or self.may_ring(each, fork)])

    def may_ring(self, target: RingTarget, fork: Fork) -> bool:
        """Return whether an extension takes calls of this step now, as `targets_to_ring` asks."""
        availability, extension_id = self._availability, target.extension.id
        if fork.group_id and not availability.accepts_group_calls(extension_id):
            return False
        return not (fork.skip_busy and availability.is_in_call(extension_id))

    def bindings(self, target: RingTarget, now: float) -> list[Binding]:
        """Return the bindings to dial, by descending q value; `now` in monotonic seconds."""
        found = self._location.contacts(target.extension.id, now)
        return [each for each in found if target.only_device in ("", each.device_id)]

    def push_devices(self, target: RingTarget) -> list[str]:
        """Return the devices that accept push notifications, registered or not: a registered one may be suspended."""
        found = self._push_devices.push_devices(target.extension.id)
        return [each for each in found if target.only_device in ("", each)]
