"""Presence of extensions as API schemas, from memory."""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from typing import get_args

from unificx import presence
from unificx.api.schemas import core
from unificx.api.schemas import presence as models
from unificx.api.services import Services
from unificx.core.errors import Invalid
from unificx.identity import Extension


@dataclass(frozen=True, slots=True)
class ExtensionsInCalls:
    """The extensions of a tenant in calls, and those at which a call may be picked up. Looked up once for a list."""

    in_calls: Set[str]
    ringing: Set[str]

    @classmethod
    def of_tenant(cls, services: Services, tenant_id: str) -> "ExtensionsInCalls":
        """Look at all calls of a tenant."""
        live = services.live.calls
        return cls(live.busy_extensions(tenant_id), live.pickup_extensions(tenant_id))


def presence_schema(services: Services, extension: Extension, calls: ExtensionsInCalls) -> models.Presence:
    """Return the presence of an extension as colleagues see it."""
    found = services.presence.get(extension)
    return models.Presence(
        extension_id=extension.id,
        number=extension.number,
        name=extension.name,
        state=services.presence.availability.shown_state(extension.id, in_call=extension.id in calls.in_calls),
        chosen_state=found.state,
        until=found.until,
        note=found.note,
        ringing=extension.id in calls.ringing,
    )


def settings_schema(services: Services, extension: Extension) -> models.PresenceSettings:
    """Return the presence of an extension with its profiles."""
    found, calls = services.presence.get(extension), ExtensionsInCalls.of_tenant(services, extension.tenant_id)
    states: tuple[presence.PresenceState, ...] = get_args(presence.PresenceState)
    return models.PresenceSettings(
        **presence_schema(services, extension, calls).model_dump(),
        call_waiting=found.call_waiting,
        profiles={
            state: _profile(services, state, found.profiles.get(state, presence.StateProfile())) for state in states
        },
    )


def forwarding_fields(services: Services, extension: Extension) -> dict[str, object]:
    """Return state and destinations in force of an extension, as fields of its schema."""
    availability = services.presence.availability
    found, inside = services.presence.get(extension), availability.rules(extension.id).inside
    return {
        "presence": found.state,
        "do_not_disturb": found.state == "do_not_disturb",
        "forward_always": inside.always or presence.OFF,
        "forward_busy": inside.busy or presence.OFF,
        "forward_no_answer": inside.no_answer or presence.OFF,
        "forward_unreachable": inside.unreachable or presence.OFF,
    }


def state_change(services: Services, extension: Extension, change: core.ExtensionChange) -> presence.PresenceChange:
    """Return the change of state that the change of an extension asks for."""
    if change.do_not_disturb and change.presence in (None, "do_not_disturb"):
        return presence.PresenceChange("do_not_disturb")
    if change.do_not_disturb:
        raise Invalid("An extension has one state: choose `presence` or `do_not_disturb`.", field="do_not_disturb")
    ends = change.do_not_disturb is False and services.presence.get(extension).state == "do_not_disturb"
    return presence.PresenceChange(change.presence or ("available" if ends else None))


def forwarding_change(change: core.ExtensionChange) -> tuple[presence.ForwardingChange, ...]:
    """Return the change of the profile `available` that the change of an extension asks for, none if it does not."""
    destinations = change.forward_always, change.forward_busy, change.forward_no_answer, change.forward_unreachable
    if all(each is None for each in destinations):
        return ()
    return (presence.ForwardingChange("available", change.callers, *destinations),)


def _profile(services: Services, state: presence.PresenceState, profile: presence.StateProfile) -> models.StateProfile:
    order = profile.ring_order
    known = [each for each in order or () if services.identity.directory.device(each.device) is not None]
    return models.StateProfile(
        inside=_forwarding(state, profile.inside),
        outside=_forwarding(state, profile.outside),
        ring_seconds=profile.ring_seconds,
        ring_order=[models.RingTurn.model_validate(each) for each in known] if order is not None else None,
    )


def forwarding_changes(
    services: Services, extension: Extension, changes: Sequence[models.ForwardingChange]
) -> list[presence.ForwardingChange]:
    """Return the changes of profiles that were asked for. Raise Invalid for a device of another extension."""
    found: list[presence.ForwardingChange] = []
    for each in changes:
        order = each.ring_order
        turns = [presence.RingTurn(**turn.model_dump()) for turn in order] if isinstance(order, list) else []
        for turn in turns:
            device = services.identity.directory.device(turn.device)
            if device is None or device.extension_id != extension.id:
                raise Invalid(
                    "This is not a device of the extension.", hint="List them at /api/v1/devices.", field="ring_order"
                )
        values = each.model_dump(exclude={"ring_order"})
        found.append(presence.ForwardingChange(**values, ring_order=tuple(turns) if isinstance(order, list) else order))
    return found


def _forwarding(state: presence.PresenceState, forwarding: presence.Forwarding) -> models.Forwarding:
    unset = presence.OFF if state == "available" else presence.DEFAULT
    texts = {name: unset if to is None else to or presence.OFF for name, to in asdict(forwarding).items()}
    return models.Forwarding(**texts)
