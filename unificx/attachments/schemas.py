"""Input and output types of attachments. Frozen; names and other personal values are excluded from `repr`."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.core.errors import Invalid, StorageFull


class PhotoRefused(Invalid):
    """A photo that cannot be written anew."""

    code = "photo_refused"


class PhotoTooLarge(Invalid):
    """A photo with too many bytes or pixels."""

    code = "too-large"


class QuotaExceeded(StorageFull):
    """The files of a tenant use all of its space."""

    code = "quota_exceeded"


AttachmentKind = Literal["photo", "video", "audio", "voice", "document", "encrypted"]
"""Found by content; `voice` is a sound that its author has recorded as a message. The content of `encrypted` is opaque:
devices have encrypted it end to end."""
DeclaredKind = Literal["", "voice", "encrypted"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The author of files: a user of a tenant."""

    tenant_id: str
    person_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class NewUpload:
    """`length` in bytes. `kind` is what only the sender can know of it; `seconds` and `peaks` (0 to 100) describe a
    recorded voice message."""

    length: int
    name: str = field(default="", repr=False)
    kind: DeclaredKind = ""
    seconds: float | None = None
    peaks: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrives. `expires` is when it is deleted unless a message has it."""

    id: str
    length: int
    offset: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. `size` in bytes; `width` and `height` in pixels, of photos; `seconds` and `peaks` (0 to
    100), of voice messages."""

    id: str
    kind: AttachmentKind
    size: int
    name: str = field(repr=False)
    media_type: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    peaks: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Contents of a stored file. `stream` yields the bytes from a start to an end."""

    attachment: Attachment
    tag: str
    kind: str
    """Media type."""
    length: int
    stream: Callable[[int, int], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class ProcessedPhoto:
    """A photo written anew, without metadata. `thumbnail` is WebP."""

    width: int
    height: int
    media_type: str
    photo: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """Limits of a tenant, in bytes: of one file and of all files."""

    max_file_bytes: int = 100 << 20
    quota_bytes: int = 10 << 30


@dataclass(frozen=True, slots=True)
class AttachmentLimitsChange:
    """None leaves a value unchanged."""

    max_file_bytes: int | None = None
    quota_bytes: int | None = None
