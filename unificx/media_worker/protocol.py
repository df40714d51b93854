"""Message encoding on the socket between the engine and its client.

A message is a JSON array of its class name and its fields; a bytes field, at most one per message, follows after a
zero byte. Both ends run the same release, so there is no version.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from unificx.media.mixer import messages

MAX_MESSAGE_BYTES = 60_000
"""Approximate maximum size of a message in bytes; sounds are split into chunks."""

_CLASSES: dict[str, Callable[..., Any]] = {
    name: each for name, each in vars(messages).items() if isinstance(each, type) and hasattr(each, "__match_args__")
}


class InvalidMessage(ValueError):
    """The bytes are not a valid message."""


def encode(message: messages.Command | messages.EngineMessage) -> bytes:
    values: list[Any] = [type(message).__name__]
    tail = b""
    for each in fields(message):
        value = getattr(message, each.name)
        if isinstance(value, bytes):
            tail = b"\0" + value
        else:
            values.append(value)
    return _write(values).encode() + tail


def decode(data: bytes) -> Any:
    """Decode a message. Raise InvalidMessage, and nothing else, for invalid bytes."""
    text, _, tail = data.partition(b"\0")
    try:
        name, *values = json.loads(text)
        cls = _CLASSES[name]
        if name == "Pong":
            values[1] = messages.EngineStats(*values[1])
        field_names = getattr(cls, "__match_args__", ())
        if "pcm" in field_names:
            values.append(tail)
        if len(values) != len(field_names):
            raise InvalidMessage("wrong number of fields")
        return cls(*values)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise InvalidMessage("not a message") from None


def _encode_stats(value: object) -> Any:
    if isinstance(value, messages.EngineStats):
        return [getattr(value, each.name) for each in fields(value)]
    raise TypeError


_write = json.JSONEncoder(separators=(",", ":"), default=_encode_stats).encode
