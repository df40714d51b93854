"""Bodies of access copies."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.contacts import ContactImport
from unificx.api.schemas.core import Output


class AccessCopy(Output):
    """A copy of everything that is held about a person, or a file for an authority. Only who requested it can download
    it."""

    id: str
    disclosure_id: str | None = Field(description="The disclosure it is limited to; null for a copy of everything.")
    person_id: str | None = Field(description="The account it is about; null for a caller outside.")
    state: Literal["requested", "ready", "failed"]
    problem: Literal["storage_full", "internal"] | None = Field(description="Why it failed.")
    requested: datetime
    expires: datetime = Field(description="When it is deleted, with its key.")
    size: int = Field(description="Length in bytes; 0 until it is ready.")
    sha256: str = Field(description="Digest of the file, in hexadecimal; empty until it is ready.")


class CopyImport(Output):
    """The result of importing an access copy."""

    contacts: ContactImport
    speed_dials: int = Field(description="Speed dials that were added.")
