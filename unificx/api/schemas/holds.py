"""Bodies of holds."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Output

Kind = Literal["call", "recording", "message"]


class NewHold(Input):
    """A hold on one object, or on all objects of a person or number outside that exist now."""

    authority: str = Field(max_length=1000, description="Court, authority or party that asks for it.")
    reason: str = Field(max_length=1000, description="Shown to administrators only.")
    review: date = Field(description="Date by which to check whether it is still needed.")
    kind: Kind | None = None
    object: str | None = Field(default=None, max_length=64, pattern=REFERENCE, description="Id of the object.")
    person: str | None = Field(default=None, max_length=64, pattern=REFERENCE, description="Id of an account.")
    request: str | None = Field(
        default=None, max_length=64, pattern=REFERENCE, description="Id of the open request of the authority."
    )
    number: str | None = Field(default=None, min_length=3, max_length=40, description="Telephone number outside.")


class Hold(Output):
    """A hold. Authority and reason are deleted when it is released."""

    id: str
    created: datetime
    placed_by: str = Field(description="Id of the administrator; empty for the operator's console.")
    review: date
    overdue: bool = Field(description="Whether its review date has passed.")
    released: datetime | None
    released_by: str
    request_id: str = Field(description="Request of the authority in the queue; empty without one.")
    objects: dict[Kind, int] = Field(description="Number of objects under it, by kind.")
    authority: str
    reason: str


class HeldParty(Output):
    """A party of a call; number and name are empty if they are erased."""

    role: str
    number: str
    name: str


class HeldObject(Output):
    """An object under a hold, opened for a disclosure. `parties` are those of a call."""

    kind: Kind
    id: str
    started: datetime | None
    parties: list[HeldParty]
