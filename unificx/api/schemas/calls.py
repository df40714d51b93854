"""Schemas of live calls, and of a user's own calls."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, LiveCall, Output

Dialled = Annotated[
    str, Field(min_length=1, max_length=64, description="The number or code, as dialed.", examples=["1002"])
]
Reference = Annotated[str, Field(max_length=64, pattern=REFERENCE)]


ActingExtension = Annotated[
    Reference | None,
    Field(description="The extension that acts, by number or id; needs `calls_control` unless it is yours."),
]


InNameOf = Annotated[
    str,
    Field(
        max_length=14,
        pattern=r"^((group|queue):[0-9]{2,8})?$",
        description="The group or queue whose public number the call shows outside; the extension has to belong to "
        "it. Empty: none.",
        examples=["queue:6500"],
    ),
]


class NewCall(Input):
    to: Dialled
    extension: ActingExtension = None
    device: Reference | None = Field(default=None, description="The device to ring; all your devices if omitted.")
    calling_for: InNameOf = ""


class CallStarted(Output):
    id: str = Field(description="Id of the live call; the same id is used in the call history.")


class Transfer(Input):
    """Exactly one of `to`, `consultation` and `room`."""

    to: Dialled | None = None
    consultation: Reference | None = Field(
        default=None, description="Id of your second call, with the transfer target (attended transfer)."
    )
    room: Reference | None = Field(
        default=None, description="Id of a conference room that you host: the other participant joins it."
    )
    extension: ActingExtension = None


class CallAction(Input):
    extension: ActingExtension = None


class Parked(Output):
    """A parked call."""

    place: int = Field(
        description="Number of the parking slot: dial *86 and this number to retrieve the call.", examples=[1]
    )
    call_id: str
    number: str
    name: str
    since: datetime
    by: str = Field(description="Number of the extension that parked the call.")


class NewCompletion(Input):
    to: str = Field(max_length=15, pattern=r"^[0-9]+$", description="Number of an extension.", examples=["1002"])


class Completion(Output):
    """A call that begins once an extension is free."""

    id: str
    number: str = Field(description="Number of the extension that is waited for.")
    name: str
    until: datetime = Field(description="When the wait ends.")


class NamedLiveCall(LiveCall):
    """A live call, with the names of the tenant's own extensions."""

    caller_name: str = Field(description="Empty for a number that is not an extension of the tenant.")
    callee_name: str = Field(description="Empty for a number that is not an extension of the tenant.")


class LiveCalls(Output):
    """The live calls of a tenant, in one page."""

    items: list[NamedLiveCall]
    total: int = Field(description="How many there are, with those beyond `limit`.")
    next: None = None
