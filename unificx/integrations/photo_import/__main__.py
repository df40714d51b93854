"""Photo import process: reads a photo from standard input and writes it anew to standard output.

The output is a line of JSON with the measures and lengths, then the photo, then its thumbnail. With `--portraits` it
reads several photos and writes a small square of each; each photo is preceded by its length in four bytes (big endian),
and a square of length 0 stands for a photo that cannot be read. Only pixels are copied: metadata (EXIF with place, time
and camera, XMP, comments, embedded previews) is left behind, and so is whatever a file has behind its picture. Decoders
are C code that processes untrusted input, so this process has no privileges, and limited memory and CPU time.
"""

import io
import json
import struct
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from unificx.integrations.child_process import EXIT_REFUSED, limit_process

MAX_MEMORY_BYTES = 1 << 30
MAX_CPU_SECONDS = 30
MAX_PIXELS = 60_000_000
"""Pixels of a photo, and of all frames of an animation together."""
MAX_EDGE, THUMBNAIL_EDGE = 4096, 480
"""Longest edge in pixels, of the photo and of its thumbnail."""
MAX_LOSSLESS = 16 << 20
"""Bytes of a photo that is stored without loss."""
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF")
PORTRAIT_EDGE = 256
"""Edge in pixels of the picture of a person."""
_QUALITY, _THUMBNAIL_QUALITY, _PORTRAIT_QUALITY = 88, 75, 85
_UPPER_MIDDLE = (0.5, 0.35)
"""Part of a photo that becomes a square: the middle, and in an upright photo somewhat above it, where faces are."""
_LENGTH = struct.Struct(">I")
_RESAMPLING = Image.Resampling.LANCZOS


_UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError)


class _Refused(Exception):
    """The file is not a photo that is accepted."""


def main() -> None:
    Image.init()  # loads the decoders, which are files
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    limit_process(memory=MAX_MEMORY_BYTES, seconds=MAX_CPU_SECONDS)
    if sys.argv[1:] == ["--portraits"]:
        for each in map(_portrait, _photos(sys.stdin.buffer.read())):
            sys.stdout.buffer.write(_LENGTH.pack(len(each)) + each)
        return
    try:
        measures, photo, thumbnail = convert(sys.stdin.buffer.read())
    except (_Refused, Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        sys.stdout.write(str(fault) if isinstance(fault, _Refused) else "too large")
        sys.exit(EXIT_REFUSED)
    sys.stdout.buffer.write(json.dumps(measures).encode() + b"\n" + photo + thumbnail)


def convert(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Return measures, photo and thumbnail. Raise _Refused, DecompressionBombError."""
    try:
        source = Image.open(io.BytesIO(data), formats=FORMATS)
        frames = int(getattr(source, "n_frames", 1))
        if source.width * source.height > MAX_PIXELS:
            raise _Refused("too large")
        is_animated = frames > 1 and source.width * source.height * frames <= MAX_PIXELS
        first = _upright(source)
        photo, media_type = _animation(source, frames) if is_animated else _still(first, source.format == "JPEG")
    except _UNREADABLE:
        raise _Refused("unreadable") from None
    small = first.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), _RESAMPLING)
    thumbnail = _saved(small, "WEBP", quality=_THUMBNAIL_QUALITY)
    width, height = first.size
    return {"width": width, "height": height, "type": media_type, "photo": len(photo)}, photo, thumbnail


def _portrait(data: bytes) -> bytes:
    """Return the middle square of a photo as JPEG; b"" for a file that is not a photo or has too many pixels."""
    try:
        source = Image.open(io.BytesIO(data), formats=FORMATS)
        if source.width * source.height > MAX_PIXELS:
            return b""
        shown = _upright(source)
    except _UNREADABLE:
        return b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b""
    square = ImageOps.fit(shown, (PORTRAIT_EDGE, PORTRAIT_EDGE), _RESAMPLING, centering=_UPPER_MIDDLE)
    opaque = Image.new("RGB", square.size, "white")
    opaque.paste(square, mask=square if square.mode == "RGBA" else None)
    return _saved(opaque, "JPEG", quality=_PORTRAIT_QUALITY, optimize=True)


def _photos(data: bytes) -> Iterator[bytes]:
    """Iterate over photos that are each preceded by their length."""
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size + length
        yield data[at - length : at]


def _upright(source: Image.Image) -> Image.Image:
    """Return the pixels turned as its metadata says, in the colours of the web, not larger than the longest edge."""
    if source.format == "JPEG":
        source.draft("RGB", (MAX_EDGE, MAX_EDGE))
    turned = ImageOps.exif_transpose(source)
    has_alpha = turned.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in turned.info
    shown = _in_srgb(turned, "RGBA" if has_alpha else "RGB")
    shown.thumbnail((MAX_EDGE, MAX_EDGE), _RESAMPLING)
    clean = Image.new(shown.mode, shown.size)  # without the information of the source
    clean.paste(shown)
    return clean


def _in_srgb(source: Image.Image, mode: str) -> Image.Image:
    profile = source.info.get("icc_profile")
    if profile and source.mode in ("RGB", "RGBA", "CMYK"):
        try:
            target = mode if source.mode != "CMYK" else "RGB"
            made = ImageCms.profileToProfile(
                source, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=target
            )
        except (ImageCms.PyCMSError, ValueError, OSError):
            made = None
        if made is not None:
            return made if made.mode == mode else made.convert(mode)
    return source.convert(mode)


def _still(photo: Image.Image, is_jpeg: bool) -> tuple[bytes, str]:
    if is_jpeg or (photo.mode == "RGB" and photo.width * photo.height > 4_000_000):
        return _saved(photo.convert("RGB"), "JPEG", quality=_QUALITY, optimize=True), "image/jpeg"
    lossless = _saved(photo, "PNG")
    if len(lossless) <= MAX_LOSSLESS:
        return lossless, "image/png"
    return _saved(photo, "WEBP", quality=_QUALITY), "image/webp"


def _animation(source: Image.Image, frames: int) -> tuple[bytes, str]:
    pictures: list[Image.Image] = []
    durations: list[int] = []
    for number in range(frames):
        source.seek(number)
        durations.append(min(max(int(source.info.get("duration", 100)), 20), 10_000))
        pictures.append(source.convert("RGBA"))
    rest = {"append_images": pictures[1:], "duration": durations, "loop": 0, "method": 2}
    return _saved(pictures[0], "WEBP", save_all=True, quality=_THUMBNAIL_QUALITY, **rest), "image/webp"


def _saved(photo: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    photo.info.clear()
    photo.save(target, kind, **options)
    return target.getvalue()


if __name__ == "__main__":
    main()
