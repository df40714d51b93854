"""Schemas of uploads and of limits for files of messages."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.attachments import MAX_FILE_BYTES, MAX_QUOTA_BYTES


class Upload(Output):
    """A file that arrives."""

    id: str = Field(description="Also the id of the attachment, for a message.")
    length: int = Field(description="Bytes of the file.")
    offset: int = Field(description="Bytes that have arrived.")
    expires: datetime = Field(description="When it is deleted unless a message has it.")


class AttachmentLimits(Output):
    """Limits for the files of messages."""

    max_file_bytes: int = Field(description="Bytes of one file.")
    quota_bytes: int = Field(description="Bytes of all files together.")
    used_bytes: int = Field(description="Bytes that are stored, or reserved for files that arrive.")


class AttachmentLimitsChange(Input):
    """Omitted or null fields stay unchanged."""

    max_file_bytes: int | None = Field(default=None, ge=1, le=MAX_FILE_BYTES)
    quota_bytes: int | None = Field(default=None, ge=0, le=MAX_QUOTA_BYTES, description="0 stops further files.")
