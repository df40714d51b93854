"""Shades of an accent colour with checked contrast (WCAG 2.2, 1.4.3: 4.5:1 for text).

The client uses shade 8 on white, and shade 3 on its dark ground. The accent colour itself is shade 8; the
other shades are mixed with white or black until they are readable.
"""

import re
from collections.abc import Sequence

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

CONTRAST = 4.5
Rgb = tuple[int, int, int]
_HEX = re.compile(r"#[0-9a-f]{6}\Z")
_WHITE: Rgb = (255, 255, 255)
_BLACK: Rgb = (0, 0, 0)
_DARK_CARD: Rgb = (0x16, 0x21, 0x24)
"""The lightest ground of the dark theme on which the accent colour is text."""
_MIXED = (0.92, 0.84, 0.66, 0.5, 0.38, 0.26, 0.16, 0.08)
"""Shares of white in the shades 0 to 7."""


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent(text: str) -> str:
    """Return an accent colour such as #0b5563 in lower case. Raise Invalid, with the nearest readable colour, if it has
    too little contrast on white."""
    lower = text.strip().lower()
    if not _HEX.match(lower):
        raise Invalid("A colour is written as #0b5563.", field="accent")
    readable = _until(_parse(lower), _BLACK, _WHITE)
    if _format(readable) != lower:
        raise Invalid(
            "White text on this colour cannot be read.",
            hint=Phrase("{} has enough contrast.", _format(readable)),
            field="accent",
        )
    return lower


def shades(accent: str) -> Sequence[str]:
    """Return ten shades of a checked accent colour, from light to dark."""
    base = _parse(accent)
    mixed = [_mix(base, _WHITE, share) for share in _MIXED]
    light = [_until(each, _WHITE, _DARK_CARD) for each in mixed[:4]]
    return [_format(each) for each in (*light, *mixed[4:], base, _mix(base, _BLACK, 0.25))]


def _until(colour: Rgb, toward: Rgb, ground: Rgb) -> Rgb:
    """Return the first mixture of `colour` with `toward` that has enough contrast on `ground`."""
    return next(each for step in range(101) if contrast(each := _mix(colour, toward, step / 100), ground) >= CONTRAST)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(each / 255) for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _parse(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _format(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
