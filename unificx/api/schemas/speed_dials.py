"""Schemas of speed dials."""

from pydantic import Field

from unificx.api.schemas.core import Input, Output


class SpeedDial(Output):
    """A personal short number: dial `*75` and the code."""

    code: str = Field(examples=["01"])
    number: str
    name: str


class SpeedDialChange(Input):
    """Number and name of a speed dial."""

    number: str = Field(max_length=40, description="As you dial it.", examples=["0301234567"])
    name: str = Field(default="", max_length=100)
