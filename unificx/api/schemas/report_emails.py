"""Bodies of reports by e-mail."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output
from unificx.notifications.reports import Every


class ReportEmail(Output):
    """A report that an administrator gets by e-mail."""

    person_id: str
    name: str = Field(description="Name of the recipient.")
    every: Every
    next: datetime = Field(description="When the next one is sent, at 6:00 in the time zone of the organisation.")
    receives: bool = Field(description="False if the recipient may not see the numbers, or has no e-mail address now.")
    state: Literal["waiting", "sending", "sent", "failed", "expired", "unknown", "bounced", "complained"] | None = (
        Field(description="State of the newest e-mail with it; null if none was queued in the last seven days.")
    )


class ExtensionCalls(Output):
    """Numbers of calls of an extension in a period."""

    extension_id: str
    number: str
    name: str
    made: int
    received: int
    answered: int = Field(description="Received calls that it, or its mailbox, answered.")
    talk_seconds: int
