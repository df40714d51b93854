"""Schemas of ring groups."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import NUMBER, Input, Versioned
from unificx.routing import Strategy

DestinationText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=140,
        description="A destination, written `kind:name`, such as `extension:1001` or `mailbox:1001`; `hangup` ends the"
        " call.",
        examples=["mailbox:1001"],
    ),
]
Members = Annotated[
    list[Annotated[str, Field(max_length=400, pattern=r"^[A-Za-z0-9._+-]+$")]],
    Field(
        min_length=1,
        max_length=50,
        description="Numbers or ids of extensions, and numbers outside in E.164, in their order. Members joined with"
        " `+` ring together, as one step; `1001++491725550001` is an extension and a number outside, whose user takes a"
        " call by the key 1.",
        examples=[["1001", "1002+1003", "1004++491725550001"]],
    ),
]
GroupName = Annotated[str, Field(min_length=1, max_length=100, examples=["Sales"])]
GroupSeconds = Annotated[
    int, Field(ge=5, le=300, description="Seconds to ring: all members together, or each step of the other strategies.")
]
Prefix = Annotated[
    str,
    Field(max_length=20, description="Text that phones show before the name of the caller.", examples=["Sales: "]),
]
GroupStrategy = Annotated[
    Strategy,
    Field(
        description="`all`: all members ring together. `in_turn`: one step after the other. `random`: in another order"
        " for each call. `memory`: in turn, beginning after the step that rang last."
    ),
]


class Group(Versioned):
    """A ring group."""

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    members: list[str] = Field(
        description="Numbers of the members; those joined with `+` ring together as one step. Numbers outside are shown"
        " to those who may change groups."
    )
    strategy: GroupStrategy
    ring_seconds: int
    name_prefix: str
    otherwise: str = Field(description="Destination of calls that no member answers.")


class NewGroup(Input):
    number: str = Field(pattern=NUMBER, examples=["6000"])
    name: GroupName | None = None
    members: Members
    strategy: GroupStrategy = "all"
    ring_seconds: GroupSeconds = 20
    name_prefix: Prefix = ""
    otherwise: DestinationText = "hangup"


class GroupUpdate(Input):
    """Omitted or null fields stay unchanged. A number cannot change: delete and create."""

    name: GroupName | None = None
    members: Members | None = None
    strategy: GroupStrategy | None = None
    ring_seconds: GroupSeconds | None = None
    name_prefix: Prefix | None = None
    otherwise: DestinationText | None = None
