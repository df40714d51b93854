"""Bencode, the native format of rtpengine's ng protocol.

rtpengine also accepts JSON, but converts it in both directions: with JSON it spends a third more on a call.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

Encodable: TypeAlias = int | str | bytes | Sequence["Encodable"] | Mapping[str, "Encodable"]
"""Values of a message. `bytes` are an already encoded value, to encode constants only once."""
Value: TypeAlias = int | float | str | bool | list["Value"] | dict[str, "Value"] | re.Match[str] | None
"""Values of a reply. Bencode itself has only integers, strings, lists and dictionaries; a match: see `Selection`."""

MAX_DEPTH = 24
"""Levels of nested lists and dictionaries that are decoded; a call's statistics have ten."""
MAX_DIGITS = 20
"""Characters of a decoded integer: rtpengine's have 64 bits."""
_SKIPPED_LENGTH = 64
_SKIPPED_DEPTH = 3
"""Longest string and most levels of a value that is skipped. A larger one is decoded."""
INTEGER = f"-?[0-9]{{1,{MAX_DIGITS}}}"
"""Pattern of the digits of an integer."""


class Selection(NamedTuple):
    """The part of a reply that is decoded: `skipped` entries of dictionaries, in a row of any length, are left out, and
    `records`, dictionaries in lists, are given as matches."""

    skipped: re.Pattern[str]
    records: re.Pattern[str]


EVERYTHING = Selection(re.compile(""), re.compile("(?!)"))


class InvalidReply(ValueError):
    """The bytes are not a valid reply."""


def encode(value: Encodable) -> bytes:
    """Encode a value. Dictionaries keep their order, because rtpengine does not require sorted keys."""
    if isinstance(value, str):
        text = value.encode()
        return b"%d:%b" % (len(text), text)
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, Mapping):
        return b"d%be" % b"".join([encode(key) + encode(each) for key, each in value.items()])
    return b"l%be" % b"".join([encode(each) for each in value])


def select(skipped: Iterable[str], record: str = "(?!)", *, lists: Mapping[str, str] | None = None) -> Selection:
    """Return a selection without the entries with these names, of all dictionaries, and with records of a pattern.

    `lists`: names of lists of strings, each left out too if this is its first string."""
    entries = [f"(?:{_keys(skipped)}){_small_value(_SKIPPED_DEPTH)}"]
    for name, first in (lists or {}).items():
        entries.append(f"{len(name)}:{name}l{len(first)}:{first}(?:{_small_string()})*+e")
    return Selection(re.compile(f"(?:{'|'.join(entries)})*+", re.DOTALL), re.compile(record, re.DOTALL))


def record(fields: Mapping[str, str]) -> str:
    """Return a pattern of a dictionary whose entries with these names have values of these patterns. Its other entries
    may be any small strings and integers, or two levels of lists and dictionaries of them."""
    named = _any_of({f"{len(name)}:{name}": f"(?:{value})" for name, value in fields.items()})
    return f"d(?:{named}|(?!{_keys(fields)})(?:{_small_string()}){_small_value(2)})*+e"


def having(group: str, pattern: str) -> str:
    """Return the pattern for what it matches with this group, such as a field of a record."""
    return f"{pattern}(?({group})|(?!))"


def list_of(element: str) -> str:
    """Return a pattern of a list of strings and elements of this pattern."""
    return f"l(?:{element}|{_small_string()})*+e"


@cache
def _small_string() -> str:
    return _any_of({f"{length}:": f".{{{length}}}" for length in range(_SKIPPED_LENGTH)})


@cache
def _small_value(depth: int) -> str:
    value = leaf = f"i{INTEGER}e|{_small_string()}"
    for _ in range(depth):
        value = f"[dl](?:{value})*+e|{leaf}"
    return f"(?:{value})"


def _keys(names: Iterable[str]) -> str:
    return _any_of({f"{len(name)}:{name}": "" for name in names})


def _any_of(patterns: Mapping[str, str]) -> str:
    """Return a pattern for any of these texts, each followed by its pattern. `re` tries alternatives one by one, so
    those that begin with the same character are grouped."""
    groups: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for text, rest in patterns.items():
        groups[text[:1]][text[1:]] = rest
    found = [re.escape(first) + f"(?:{_any_of(rest)})" if first else rest[""] for first, rest in groups.items()]
    return "|".join(found)


def decode(data: bytes, selection: Selection = EVERYTHING) -> dict[str, Value]:
    """Decode a dictionary. Raise InvalidReply, and nothing else, for anything else.

    In strings, bytes that are not UTF-8 are replaced. Entries to be skipped are left out unless their value is large.
    """
    # One character per byte, because slices of strings can be used as keys and numbers without another conversion.
    text = data.decode("latin-1")
    try:
        if text[0] != "d":
            raise InvalidReply("not a dictionary")
        value, end = _dictionary(text, 1, MAX_DEPTH, selection)
        if end != len(text):
            raise InvalidReply("more than one value")
    except InvalidReply:
        raise
    except (ValueError, IndexError):
        raise InvalidReply("not bencode") from None
    return value


def _dictionary(text: str, at: int, depth: int, selection: Selection) -> tuple[dict[str, Value], int]:
    """Decode the entries of a dictionary from `at`; return it and the position after its end."""
    if not depth:
        raise InvalidReply("too many levels")
    value: dict[str, Value] = {}
    end_of_skipped = selection.skipped.match
    while text[at := end_of_skipped(text, at).end()] != "e":  # pyright: ignore[reportOptionalMemberAccess]
        start = text.index(":", at) + 1  # `_string` without the call, which would take a third of the time
        at = start + int(text[at : start - 1])
        if at < start:
            raise InvalidReply("negative length")
        key = text[start:at]
        if not key.isascii():
            key = _utf8(key)
        kind = text[at]
        if kind == "i":
            value[key], at = _integer(text, at + 1)
        elif kind == "d":
            value[key], at = _dictionary(text, at + 1, depth - 1, selection)
        elif kind == "l":
            value[key], at = _list(text, at + 1, depth - 1, selection)
        else:
            value[key], at = _string(text, at)
    return value, at + 1


def _list(text: str, at: int, depth: int, selection: Selection) -> tuple[list[Value], int]:
    """Decode the elements of a list from `at`; return it and the position after its end."""
    if not depth:
        raise InvalidReply("too many levels")
    value: list[Value] = []
    while (kind := text[at]) != "e":
        each: Value
        if kind == "i":
            each, at = _integer(text, at + 1)
        elif kind == "d":
            each = selection.records.match(text, at)
            if each is not None:
                at = each.end()
            else:
                each, at = _dictionary(text, at + 1, depth - 1, selection)
        elif kind == "l":
            each, at = _list(text, at + 1, depth - 1, selection)
        else:
            each, at = _string(text, at)
        value.append(each)
    return value, at + 1


def _integer(text: str, at: int) -> tuple[int, int]:
    """Decode an integer whose first character is at `at`; return it and the position after its end."""
    end = text.index("e", at, at + MAX_DIGITS + 1)
    return int(text[at:end]), end + 1


def _string(text: str, at: int) -> tuple[str, int]:
    """Decode a string at `at`; return it and the position after it."""
    start = text.index(":", at) + 1
    end = start + int(text[at : start - 1])
    if not start <= end <= len(text):
        raise InvalidReply("string too long")
    value = text[start:end]
    return value if value.isascii() else _utf8(value), end


def _utf8(text: str) -> str:
    """Return the text of a string of one character per byte."""
    return text.encode("latin-1").decode("utf-8", "replace")
