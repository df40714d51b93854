"""Colours and logos of resellers: contrast in both themes, and images without anything but pixels."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.core.errors import Invalid
from unificx.resale.policies import checks, colours, png

WHITE, DARK_CARD = (255, 255, 255), (0x16, 0x21, 0x24)


def rgb(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert colours.contrast((0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_each_accepted_colour_is_readable_in_both_themes(colour: tuple[int, int, int]) -> None:
    text = "#{:02x}{:02x}{:02x}".format(*colour)
    try:
        accepted = colours.accent(text.upper())
    except Invalid as refused:
        assert colours.contrast(colour, WHITE) < colours.CONTRAST
        accepted = colours.accent(refused.hint.split()[0])
    shades = colours.shades(accepted)
    assert (len(shades), shades[8]) == (10, accepted)
    assert colours.contrast(rgb(shades[8]), WHITE) >= colours.CONTRAST
    assert all(colours.contrast(rgb(each), DARK_CARD) >= colours.CONTRAST for each in shades[:4])


@pytest.mark.parametrize("text", ["", "0b5563", "#0b556", "red", "#0b5563;", "url(x)", "#０b5563"])
def test_anything_else_is_no_colour(text: str) -> None:
    with pytest.raises(Invalid):
        colours.accent(text)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def image(*extra: bytes, side: int = 2, pixels: bytes = b"\x00\x01\x02" * 2) -> bytes:
    """Return a grey image with further chunks before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + data + chunk(b"IEND", b"")


def test_a_logo_has_only_its_pixels() -> None:
    marked = image(chunk(b"tEXt", b"Author\0Ada"), chunk(b"eXIf", b"MM"), chunk(b"acTL", bytes(8))) + b"<script>"
    assert png.clean(marked) == image()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg onload=alert(1)>",
        image()[:-1],
        image()[:20],
        image().replace(b"IHDR", b"IHDX"),
        image(side=1025),
        image(side=0),
        image(pixels=bytes(20 << 20)),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        image() + bytes(png.MAX_BYTES),
    ],
    ids=range(11),
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        png.clean(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_image_or_refused(data: bytes) -> None:
    for file in (data, image()[:8] + data, image(data)):
        try:
            assert png.clean(png.clean(file)) == png.clean(file)
        except Invalid:
            continue


@pytest.mark.parametrize(
    ("check", "fits", "refused", "field"),
    [
        (checks.product, "p" * checks.MAX_PRODUCT, "p" * (checks.MAX_PRODUCT + 1), "product"),
        (checks.support_email, "help@example.com", "help", "support_email"),
        (
            checks.hosts,
            [f"{each}.example" for each in "abcdefghij"[: checks.MAX_HOSTS]],
            [f"h{each}.example" for each in range(checks.MAX_HOSTS + 1)],
            "hosts",
        ),
        (checks.plans, ["plan"] * checks.MAX_PLANS, ["plan"] * (checks.MAX_PLANS + 1), "plans"),
    ],
)
def test_values_of_resellers_are_limited(
    check: Callable[[Any], object], fits: object, refused: object, field: str
) -> None:
    assert check(fits)
    with pytest.raises(Invalid) as refusal:
        check(refused)
    assert refusal.value.field == field
