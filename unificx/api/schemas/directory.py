"""Schemas of the directory."""

from pydantic import Field

from unificx.api.schemas.core import Output


class Colleague(Output):
    """An extension as visible to all users of the tenant."""

    id: str
    name: str
    number: str
    department: str = Field(description="Empty: none.")
