"""How orders and what is told are written for the socket between the engine and whoever uses it.

A message is its class's name and its fields in JSON; bytes, of which a message has at most one field, follow after a
zero byte. Both ends are of one release, started together: there are no versions.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from unificx.media.mixer import messages

LARGEST = 60_000
"""Bytes of a message, more or less; sounds come in pieces."""

_CLASSES: dict[str, Callable[..., Any]] = {
    name: each for name, each in vars(messages).items() if isinstance(each, type) and hasattr(each, "__match_args__")
}


class BadMessage(ValueError):
    """Bytes that are no message."""


def encode(message: messages.Order | messages.Told) -> bytes:
    words: list[Any] = [type(message).__name__]
    tail = b""
    for each in fields(message):
        value = getattr(message, each.name)
        if isinstance(value, bytes):
            tail = b"\0" + value
        else:
            words.append(value)
    return _write(words).encode() + tail


def decode(data: bytes) -> Any:
    """The message in these bytes. Raises BadMessage, and nothing else, for others."""
    text, _, tail = data.partition(b"\0")
    try:
        name, *values = json.loads(text)
        made = _CLASSES[name]
        if name == "Pong":
            values[1] = messages.Figures(*values[1])
        wanted = getattr(made, "__match_args__", ())
        if "pcm" in wanted:
            values.append(tail)
        if len(values) != len(wanted):
            raise BadMessage("not as many fields as it has")
        return made(*values)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise BadMessage("not a message") from None


def _plain(value: object) -> Any:
    if isinstance(value, messages.Figures):
        return [getattr(value, each.name) for each in fields(value)]
    raise TypeError


_write = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
