"""Schemas of breakout rooms."""

from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Output
from unificx.api.schemas.rooms import Participant

ParticipantIds = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]],
    Field(max_length=500, description="Ids of the participants who are moved into it."),
]
BreakoutName = Annotated[str, Field(min_length=1, max_length=50, examples=["Harbour"])]


class BreakoutRoom(Output):
    """A room of a conference with breakout rooms."""

    id: str
    name: str
    participants: list[Participant]


class Breakouts(Output):
    """The rooms of a conference with breakout rooms."""

    main: BreakoutRoom
    rooms: list[BreakoutRoom]
    waiting: int = Field(description="People in the lobby of the main room. Hosts admit them from each room.")
    text: str = Field(description="The latest line of a host to everyone, or empty.")
    seconds_left: float | None = Field(description="Until everyone returns to the main room; null before the end.")


class NewBreakoutRoom(Input):
    name: BreakoutName
    participants: ParticipantIds = Field(default_factory=list[str])


class NewBreakouts(Input):
    """Breakout rooms to open."""

    rooms: Annotated[list[NewBreakoutRoom], Field(min_length=1, max_length=20)]
    distribute: bool = Field(
        default=False, description="Distribute all others but hosts evenly over the rooms, at random."
    )


class BreakoutsChange(Input):
    text: str = Field(min_length=1, max_length=200, description="A line that is shown to everyone, in all rooms.")
