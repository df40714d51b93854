"""Input and output types of presence. Frozen; personal values are excluded from `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.core.value import EMPTY

PresenceState = Literal["available", "busy", "do_not_disturb", "away", "lunch", "trip", "off_work"]
"""State that a user sets. The profile of `available` also applies to what the other ones leave open."""
ShownState = PresenceState | Literal["in_call"]
"""State as shown to colleagues."""
Callers = Literal["all", "inside", "outside"]
"""Callers that a rule applies to: extensions of the tenant, callers through trunks, or both."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Destinations (`kind:name`) of calls in one state. "": not forwarded; None: as in the state `available`."""

    always: str | None = field(default=None, repr=False)
    busy: str | None = field(default=None, repr=False)
    no_answer: str | None = field(default=None, repr=False)
    unreachable: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RingTurn:
    """A device that rings alone for `seconds`, before all devices of the extension ring together."""

    device: str
    seconds: int


@dataclass(frozen=True, slots=True)
class StateProfile:
    """How calls are handled in one state. `ring_seconds`: None for those of `available`, there for the extension's.

    `ring_order`: the devices that ring alone first, in turn; () for all together at once, None as in `available`.
    """

    inside: Forwarding = Forwarding()
    outside: Forwarding = Forwarding()
    ring_seconds: int | None = None
    ring_order: tuple[RingTurn, ...] | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Presence of an extension. `subject` is the data subject of the extension."""

    extension_id: str
    tenant_id: str
    subject: str
    state: PresenceState = "available"
    until: datetime | None = None
    """End of the state, `available` from then on; None without one."""
    call_waiting: bool = True
    """Whether further calls ring while the extension is in a call."""
    note: str = field(default="", repr=False)
    profiles: Mapping[PresenceState, StateProfile] = field(default=EMPTY, repr=False)


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """None leaves a value unchanged. A new state without `until` has no end; a new state without a note has none."""

    state: PresenceState | None = None
    until: datetime | None = None
    note: str | None = field(default=None, repr=False)
    call_waiting: bool | None = None


@dataclass(frozen=True, slots=True)
class ForwardingChange:
    """Change of the profile of one state. None leaves a value unchanged.

    A destination is `kind:name`, "off" for none, "default" for that of the state `available`. `ring_seconds` 0: the
    default; `ring_order` "default" likewise.
    """

    state: PresenceState = "available"
    callers: Callers = "all"
    always: str | None = field(default=None, repr=False)
    busy: str | None = field(default=None, repr=False)
    no_answer: str | None = field(default=None, repr=False)
    unreachable: str | None = field(default=None, repr=False)
    ring_seconds: int | None = None
    ring_order: tuple[RingTurn, ...] | Literal["default"] | None = None


@dataclass(frozen=True, slots=True)
class ForwardingRules:
    """Rules in force for calls to an extension: those of its present state.

    `inside`, `outside`: destinations by origin of the caller, "" for none. `ring_seconds`: None for the extension's.
    """

    inside: Forwarding
    outside: Forwarding
    ring_seconds: int | None = None
    do_not_disturb: bool = False
    call_waiting: bool = True
    ring_order: tuple[RingTurn, ...] = ()


NO_FORWARDING = Forwarding("", "", "", "")
"""Calls ring."""
NO_RULES = ForwardingRules(NO_FORWARDING, NO_FORWARDING)
"""Rules of an extension without a presence of its own."""
