"""Random text for credentials that are read from a screen and typed on a phone."""

import base64

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz23456789")
"""Base32 alphabet without characters that look alike on a desk phone's display."""


def readable_text(random: bytes) -> str:
    """Return eight characters per five random bytes. `len(random)` has to be a multiple of five."""
    return base64.b32encode(random).decode().translate(_ALPHABET)


def readable_password(random: bytes) -> str:
    """Return a password in groups of four characters, such as `kskf-k5yi`; the hyphens are part of it."""
    text = readable_text(random)
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
