"""Bodies of support access."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.support import MAX_HOURS


class NewSupportAccess(Input):
    hours: int = Field(ge=1, le=MAX_HOURS, examples=[8])


class SupportAccess(Output):
    """The consent of an administrator that staff of the operator opens personal data of the organisation."""

    id: str
    granted: datetime
    by: str = Field(description="Id of the administrator.")
    until: datetime
    ended: datetime | None = Field(description="When it was ended early.")
