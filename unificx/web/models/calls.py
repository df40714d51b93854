"""What goes in and out about one's own calls."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.web.models.core import REFERENCE, Input, Output

Dialled = Annotated[str, Field(min_length=1, max_length=64, description="As one would dial it.", examples=["1002"])]
Reference = Annotated[str, Field(max_length=64, pattern=REFERENCE)]


class NewCall(Input):
    to: Dialled
    device: Reference | None = Field(default=None, description="The one device of one's own to ring; all if left out.")


class BegunCall(Output):
    id: str = Field(description="The call's; it is going on, and then in the history, under it.")


class Transfer(Input):
    """Either of the two."""

    to: Dialled | None = None
    consultation: Reference | None = Field(default=None, description="The id of the call in which one has asked first.")


class Parked(Output):
    """Somebody who is parked."""

    place: int = Field(description="The number of his place: whoever dials it after *86 has him.", examples=[1])
    call_id: str
    number: str
    name: str
    since: datetime
    by: str = Field(description="The number of who has parked him.")
