"""Kind and type of a file by its content. Pure: what the sender claims is not read."""

from unificx.attachments.schemas import AttachmentKind, PhotoRefused

HEAD_SIZE = 16_384
"""Bytes from the beginning of a file that are read."""
DOWNLOAD = "application/octet-stream"
"""Type of everything else, which no browser shows."""
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/x-ms-bmp", "image/avif"})
_REFUSED = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/tiff"})
"""Photos that cannot be written anew here, so that their metadata would stay."""
_MEDIA: dict[str, tuple[AttachmentKind, str]] = {
    "video/mp4": ("video", "video/mp4"),
    "video/quicktime": ("video", "video/quicktime"),
    "video/webm": ("video", "video/webm"),
    "video/x-m4v": ("video", "video/mp4"),
    "audio/mp4": ("audio", "audio/mp4"),
    "audio/x-m4a": ("audio", "audio/mp4"),
    "audio/mpeg": ("audio", "audio/mpeg"),
    "audio/ogg": ("audio", "audio/ogg"),
    "audio/flac": ("audio", "audio/flac"),
    "audio/x-flac": ("audio", "audio/flac"),
    "audio/wav": ("audio", "audio/wav"),
    "audio/x-wav": ("audio", "audio/wav"),
    "application/pdf": ("document", "application/pdf"),
}
"""Kind and type of what puremagic finds. Active content (HTML, SVG, XML) is not in it."""
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
)
"""Signatures of photos, beside those of puremagic: a photo must not be taken for another file."""
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""Brands of HEIF (ISO/IEC 23008-12)."""


def detect(head: bytes) -> tuple[AttachmentKind, str]:
    """Return kind and media type. Raise PhotoRefused for photos in a format that cannot be written anew."""
    found = _media_type(head)
    if found in _REFUSED:
        raise PhotoRefused(
            "Photos in this format are not accepted, because their place and camera cannot be removed from them.",
            hint="Send the photo as JPEG or PNG, or the pages as PDF.",
            field="file",
        )
    if found in _PHOTOS:
        return "photo", found
    return _MEDIA.get(found, ("document", DOWNLOAD))


def voice_type(media_type: str) -> str | None:
    """Return the type of a recorded voice message in a container that may also have video; None for another file."""
    return {
        "video/webm": "audio/webm",
        "video/mp4": "audio/mp4",
        "audio/mp4": "audio/mp4",
        "audio/ogg": "audio/ogg",
    }.get(media_type)


def _media_type(head: bytes) -> str:
    import puremagic

    for at, signature, media_type in _SIGNATURES:
        if head.startswith(signature, at):
            return media_type
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(len(head), 64), 4))}
        if b"avif" in brands or b"avis" in brands:
            return "image/avif"
        if brands & _BRANDS:
            return "image/heic"
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return next((each.mime_type for each in matches if each.mime_type in _PHOTOS or each.mime_type in _MEDIA), "")
