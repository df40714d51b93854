"""Schemas of the locations of emergency calls."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Country, Input, Output, Versioned

Name = Annotated[str, Field(min_length=1, max_length=60, examples=["Headquarters, 2nd floor"])]
Line = Annotated[str, Field(max_length=100)]
Number = Annotated[str, Field(max_length=64, examples=["+49301234567"])]
References = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=2000)]
_NUMBER = (
    "Number of the organisation that emergency calls from here show, by which the carrier knows the place; empty: that "
    "of other calls."
)
_DEFAULT = "Place of all extensions without one. The first location is the default."
_EXTENSIONS = "Extensions that are here, by number or id. They leave the location where they were."
_DEVICES = "Devices that are here whatever extension uses them, by id."


class Address(Output):
    """A civic address (RFC 5139), as the emergency service gets it."""

    country: str = Field(description="ISO 3166 code.")
    city: str
    street: str
    house_number: str
    postcode: str
    region: str = Field(description="State or province.")
    building: str
    storey: str
    room: str
    note: str = Field(description="How to get there, for the people who come to help.")


class NewAddress(Input):
    country: Country
    city: Line
    street: Line
    house_number: Line = ""
    postcode: Line = ""
    region: Line = ""
    building: Line = ""
    storey: Line = ""
    room: Line = ""
    note: Line = ""


class Location(Versioned):
    """A place from which emergency calls are made. A call has the location of its device, else the home of its
    extension, else the location of the extension, else the default."""

    id: str
    tenant_id: str
    name: str
    created: datetime
    address: Address
    text: str = Field(description="The address in one line.")
    number: str = Field(description=_NUMBER)
    default: bool = Field(description=_DEFAULT)
    home_of: str | None = Field(description="The only extension whose place it is; null: a site.")
    extensions: list[str] = Field(description="Extensions that are here, by number.")
    devices: list[str] = Field(description=_DEVICES)


class NewLocation(Input):
    name: Name
    address: NewAddress
    number: Annotated[Number, Field(description=_NUMBER)] = ""
    default: bool = Field(False, description=_DEFAULT)
    home_of: Annotated[
        str | None,
        Field(
            min_length=1, max_length=64, description="The only extension whose place it is. It is erased with its user."
        ),
    ] = None
    extensions: Annotated[References, Field(description=_EXTENSIONS)] = Field(default_factory=list[str])
    devices: Annotated[References, Field(description=_DEVICES)] = Field(default_factory=list[str])


class LocationChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Name | None = None
    address: NewAddress | None = Field(None, description="The whole address.")
    number: Annotated[Number | None, Field(description=_NUMBER)] = None
    default: bool | None = Field(None, description=_DEFAULT)
    extensions: Annotated[References | None, Field(description=_EXTENSIONS)] = None
    devices: Annotated[References | None, Field(description=_DEVICES)] = None
