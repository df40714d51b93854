"""Bodies of notices."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.notifications import Audience, Channel, EmailKind, MandatoryReason, NoticeKind


class NoticeSetting(Output):
    """A notice on one of its channels."""

    channel: Channel
    on: bool


class OwnNotice(Output):
    """A kind of notice that the user may receive."""

    kind: NoticeKind
    audience: Audience = Field(description="`administrator`: only sent to administrators.")
    mandatory: MandatoryReason | None = Field(description="Why it cannot be switched off; null if it can.")
    settings: list[NoticeSetting] = Field(description="By channel.")


class NoticeSwitch(Input):
    kind: NoticeKind = Field(examples=["voicemail"])
    channel: Channel
    on: bool


class ReceivedNotice(Output):
    """A notice in the list of the user."""

    id: str
    kind: EmailKind
    at: datetime
    read: datetime | None = Field(description="Null until it is marked as read.")
    subject: str
    lines: list[str] = Field(description="Paragraphs of the text.")


class UnreadNotices(Output):
    unread: int


class ReadMark(Input):
    newest: str = Field(
        max_length=36,
        description="Id of the newest notice that is marked as read, with all older ones.",
        examples=["0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55"],
    )
