"""Ids: UUIDv7 strings (RFC 9562 section 5.7), made by us before anything is stored."""


def uuid7(milliseconds: int, noise: bytes) -> str:
    """Word 48 bits of time and 74 of the 80 given bits of noise as a UUIDv7.

    Raises ValueError if `noise` is not 10 bytes.
    """
    if len(noise) != 10:
        raise ValueError("a UUIDv7 takes 10 bytes of noise")
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(noise, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
