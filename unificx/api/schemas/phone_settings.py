"""Schemas of phones that fetch their settings."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.provisioning import KeyKind, Maker

_KIND = "blf shows the state of the number and calls it, speed_dial only calls it."


class PhoneKey(Output):
    """A programmable key of a phone."""

    kind: KeyKind = Field(description=_KIND)
    number: str
    label: str


class NewPhoneKey(Input):
    kind: KeyKind = Field(default="blf", description=_KIND)
    number: str = Field(
        min_length=1, max_length=34, description="A number or code, such as 1002, or *861 for parking slot 1."
    )
    label: str = Field(default="", max_length=32)


class PhoneSettings(Output):
    """The settings that a device fetches."""

    device_id: str
    maker: Maker
    mac: str = Field(description="Twelve hexadecimal digits.")
    keys: list[PhoneKey]
    created: datetime
    open_until: datetime | None = Field(description="Until when the phone can fetch its password; null if it cannot.")
    last_fetched: date | None


class PhoneSettingsChange(Input):
    """Omitted or null fields stay unchanged; new settings need `maker` and `mac`."""

    maker: Maker | None = None
    mac: str | None = Field(default=None, max_length=32, description="MAC address of the phone, as on its label.")
    keys: Annotated[list[NewPhoneKey], Field(max_length=60)] | None = None


class PhoneSettingsLink(Output):
    """The addresses at which a phone fetches its settings."""

    url: str = Field(description="The folder: phones add the name of their file. Enter it as the provisioning server.")
    file_url: str = Field(description="The file itself, for phones that need its whole address.")
    expires: datetime = Field(description="The phone has to fetch its password before.")


class CheckSync(Input):
    reboot: bool = Field(default=False, description="Restart the phone, even if nothing has changed.")
