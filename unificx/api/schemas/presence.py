"""Schemas of presence and forwarding."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import Destination, Input, Output
from unificx.presence import MAX_RING_TURNS, Callers, PresenceState, ShownState

Until = Annotated[datetime | None, Field(description="End of the state; the extension is available from then on.")]


class Presence(Output):
    """Presence of a colleague."""

    extension_id: str
    number: str
    name: str
    state: ShownState = Field(description="`in_call` while the extension takes part in a call.")
    chosen_state: PresenceState = Field(description="The state that was set.")
    until: Until
    note: str
    ringing: bool = Field(description="A call rings that colleagues may pick up. Its caller is not named.")


class Forwarding(Output):
    """Destinations by condition: `kind:name`, `off`, or `default` for that of the state `available`."""

    always: str
    busy: str
    no_answer: str
    unreachable: str


class RingTurn(Output):
    """A device that rings alone, before all devices ring together."""

    device: str = Field(description="Id of the device.")
    seconds: int


class StateProfile(Output):
    """How calls are handled in a state."""

    inside: Forwarding = Field(description="For callers of the tenant.")
    outside: Forwarding = Field(description="For callers through trunks.")
    ring_seconds: int | None = Field(description="Null: the default.")
    ring_order: list[RingTurn] | None = Field(
        description="Devices that ring alone first, in turn. Empty: all together at once. Null: as in `available`."
    )


class PresenceSettings(Presence):
    """Presence of an extension with its profiles."""

    call_waiting: bool = Field(description="Further calls ring while the extension is in a call.")
    profiles: dict[PresenceState, StateProfile] = Field(description="The profile of each state.")


class PresenceChange(Input):
    """Omitted or null fields stay unchanged. A new state ends the former one, with its end and its note."""

    state: PresenceState | None = None
    until: Until = None
    note: str | None = Field(default=None, max_length=200, description="Text that colleagues see; empty: none.")


class RingTurnChange(Input):
    """A device that is to ring alone."""

    device: str = Field(max_length=64, description="Id of a device of the extension.")
    seconds: int = Field(ge=5, le=120)


class ForwardingChange(Input):
    """Change of the profile of one state. Omitted or null fields stay unchanged."""

    state: PresenceState = Field(default="available", description="`available` also applies to what others leave open.")
    callers: Callers = "all"
    always: Destination | None = None
    busy: Destination | None = None
    no_answer: Destination | None = None
    unreachable: Destination | None = None
    ring_seconds: Literal[0] | Annotated[int, Field(ge=5, le=300)] | None = Field(
        default=None, description="0: the default."
    )
    ring_order: Annotated[list[RingTurnChange], Field(max_length=MAX_RING_TURNS)] | Literal["default"] | None = Field(
        default=None,
        description="Devices that ring alone first, in turn; empty: all at once; `default`: as in `available`.",
    )


class PresenceSettingsChange(PresenceChange):
    """Change of presence and forwarding. If one part is refused, nothing is changed."""

    call_waiting: bool | None = None
    forwarding: list[ForwardingChange] = Field(default_factory=list[ForwardingChange], max_length=28)
