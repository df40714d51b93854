"""Random text for credentials that are read from a screen and typed on a phone."""

import base64

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz23456789")
"""Base32 alphabet without characters that look alike on a desk phone's display."""


def readable_text(random: bytes) -> str:
    """Return eight characters per five random bytes. `len(random)` has to be a multiple of five."""
    return base64.b32encode(random).decode().translate(_ALPHABET)
