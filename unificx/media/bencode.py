"""Bencode (BEP 3), the form of rtpengine's control messages. Written for speed: every call passes through it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = int | bytes | list["Value"] | dict[str, "Value"]
"""What decoding yields. Keys are text (Latin-1, so that any byte survives), strings stay bytes."""

Encodable: TypeAlias = int | bytes | str | Sequence["Encodable"] | Mapping[str, "Encodable"]

MAX_DEPTH = 32
MAX_DIGITS = 20


class BadBencode(ValueError):
    """Bytes that are not one whole bencoded value."""


def encode(value: Encodable) -> bytes:
    """Word a value. Text goes out as UTF-8; dictionaries keep their order, which rtpengine does not mind."""
    parts: list[bytes] = []
    _write(value, parts)
    return b"".join(parts)


def _write(value: Encodable, parts: list[bytes]) -> None:
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        parts.append(b"%d:" % len(value))
        parts.append(value)
    elif isinstance(value, int):
        parts.append(b"i%de" % value)
    elif isinstance(value, Mapping):
        parts.append(b"d")
        for key, inner in value.items():
            raw = key.encode("latin-1")
            parts.append(b"%d:%b" % (len(raw), raw))
            _write(inner, parts)
        parts.append(b"e")
    else:
        parts.append(b"l")
        _write_all(value, parts)
        parts.append(b"e")


def _write_all(values: Iterable[Encodable], parts: list[bytes]) -> None:
    for each in values:
        _write(each, parts)


def decode(data: bytes) -> Value:
    """Read one value that fills `data` exactly. Raises BadBencode, and nothing else, for any bytes."""
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise BadBencode("bytes after the end")
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    kind = data[at : at + 1]
    if kind == b"d":
        return _read_dictionary(data, at + 1, depth + 1)
    if kind == b"l":
        return _read_list(data, at + 1, depth + 1)
    if kind == b"i":
        end = data.find(b"e", at + 1, at + MAX_DIGITS + 3)
        return _number(data[at + 1 : end] if end > 0 else b""), end + 1
    return _read_string(data, at)


def _read_string(data: bytes, at: int) -> tuple[bytes, int]:
    colon = data.find(b":", at, at + 9)
    digits = data[at:colon] if colon > 0 else b""
    if not digits.isdigit():
        raise BadBencode("a length that is none")
    end = colon + 1 + int(digits)
    if end > len(data):
        raise BadBencode("cut short")
    return data[colon + 1 : end], end


def _read_list(data: bytes, at: int, depth: int) -> tuple[list[Value], int]:
    if depth > MAX_DEPTH:
        raise BadBencode("nested too deep")
    found: list[Value] = []
    while data[at : at + 1] != b"e":
        value, at = _read(data, at, depth)
        found.append(value)
    return found, at + 1


def _read_dictionary(data: bytes, at: int, depth: int) -> tuple[dict[str, Value], int]:
    if depth > MAX_DEPTH:
        raise BadBencode("nested too deep")
    found: dict[str, Value] = {}
    while data[at : at + 1] != b"e":
        key, at = _read_string(data, at)
        found[key.decode("latin-1")], at = _read(data, at, depth)
    return found, at + 1


def _number(digits: bytes) -> int:
    bare = digits.removeprefix(b"-")
    if not bare.isdigit() or (bare != b"0" and bare.startswith(b"0")) or digits == b"-0":
        raise BadBencode("a number that is none")
    return int(digits)
