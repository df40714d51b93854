"""Message encoding on the socket between the engine and its client.

A message is a JSON array of its class name and its fields; a bytes field, at most one per message, follows after a
zero byte. Both ends run the same release, so there is no version.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from unificx.media.mixer import messages

LARGEST = 60_000
"""Approximate maximum size of a message in bytes; sounds are split into chunks."""

_CLASSES: dict[str, Callable[..., Any]] = {
    name: each for name, each in vars(messages).items() if isinstance(each, type) and hasattr(each, "__match_args__")
}


class BadMessage(ValueError):
    """The bytes are not a valid message."""


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
    """Decode a message. Raise InvalidMessage, and nothing else, for invalid bytes."""
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
            raise BadMessage("wrong number of fields")
        return made(*values)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise BadMessage("not a message") from None


def _plain(value: object) -> Any:
    if isinstance(value, messages.Figures):
        return [getattr(value, each.name) for each in fields(value)]
    raise TypeError


_write = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
