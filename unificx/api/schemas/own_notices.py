"""Bodies of notices."""

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.notifications import Audience, Channel, MandatoryReason, NoticeKind


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
