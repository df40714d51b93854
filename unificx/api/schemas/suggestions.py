"""Schemas of suggestions from the user's own calls."""

from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output


class BestTime(Output):
    """When most of your calls to a party were answered, in the time zone of the organisation."""

    days: Literal["weekdays", "weekend"]
    from_hour: int = Field(ge=0, le=22, examples=[9])
    until_hour: int = Field(ge=2, le=24, description="Not included.", examples=[11])


class Suggestion(Output):
    """A party that you call often."""

    extension_id: str | None = Field(description="The colleague's extension; null for a number outside.")
    number: str = Field(examples=["+49301234567"])
    name: str = Field(description="The colleague's name; empty for a number outside.")
    calls: int = Field(ge=1, description="Your calls to this party in the last 90 days.")
    best_time: BestTime | None = Field(description="Null for fewer than five calls, or too few answered ones.")


class Suggestions(Output):
    """The parties that you call most, most calls first; at most 20."""

    stopped: bool = Field(description="You have not agreed to `analytics`, or withdrawn it: nothing is evaluated.")
    items: list[Suggestion]
