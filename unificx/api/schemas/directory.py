"""Schemas of the directory."""

from pydantic import Field

from unificx.api.schemas.core import Output


class Colleague(Output):
    """An extension as visible to all users of the tenant."""

    id: str
    name: str
    number: str
    department: str = Field(description="Empty: none.")


class Picture(Output):
    """The picture of a user: `GET /pictures/{person_id}` returns it."""

    person_id: str
    extensions: list[str] = Field(description="Ids of their extensions in the directory.")
    numbers: list[str] = Field(description="Their numbers.")
    version: str = Field(description="New with each picture.")


class PictureVersion(Output):
    """A picture that was stored."""

    version: str = Field(description="New with each picture.")
