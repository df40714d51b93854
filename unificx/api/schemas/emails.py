"""Bodies of e-mails that the system sends."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.notifications import EmailKind, RecordState


class EmailItem(Output):
    """An e-mail of the last seven days."""

    id: str
    kind: EmailKind
    state: RecordState = Field(
        description="`deferred`: rejected for now, see `next_try`; `expired`: not sent in time; `unknown`: interrupted"
        " while being sent, so it may have arrived; `bounced`: returned by a later server;"
        " `complained`: called spam by the recipient."
    )
    name: str
    address: str
    queued: datetime
    attempts: int
    next_try: datetime | None = Field(description="Null if it does not wait, or if there is no mail server.")
    ended: datetime | None
    status: int = Field(description="Last reply code of the mail server (RFC 5321); 0 without a reply.")
    reply: str = Field(description="Last rejection by a mail server.")


class EmailText(EmailItem):
    """An e-mail with its text."""

    subject: str
    text: str = Field(description="Empty if it was sent, and if it contains a link or code for its recipient only.")


class EmailSummary(Output):
    """State of e-mail."""

    can_send: bool = Field(description="Whether there is a mail server. If not, e-mails are stored for seven days.")
    sender: str
    counts: dict[str, int] = Field(description="E-mails of the last seven days by state; `waiting` with `deferred`.")


class EmailPreview(Output):
    """An e-mail as plain text, with example data. Mail programs show the same text as HTML."""

    subject: str
    text: str


class NewEmailTest(Input):
    address: str = Field(max_length=320, examples=["ada@acme.example"])


class EmailTest(Output):
    """Answer of the mail server to a test."""

    accepted: bool
    status: int
    reply: str


class Bounced(Output):
    """Result of a report of failed delivery or of a complaint."""

    known: bool = Field(description="Whether it is about an e-mail of the last seven days.")


class UndeliverableAddress(Output):
    """An address of a user that does not work."""

    id: str
    address: str
    at: datetime
    status: str = Field(description="Enhanced status code (RFC 3463), or a reply code.")
