"""Framing of SIP messages on a stream (RFC 3261 section 18.3), with size limits. Pure: bytes in, messages out."""

import re

from unificx.sip.limits import LIMITS

MAX_HEAD = LIMITS.max_head_bytes
MAX_MESSAGE = LIMITS.max_message_bytes

_LINE_ENDS = re.compile(rb"(?:\r\n)*+")
_LENGTH_NAME = rb"\r\n(?:content-length|l)[ \t]*:"
_LENGTH_HEADER = re.compile(_LENGTH_NAME, re.IGNORECASE)
_CONTENT_LENGTH = re.compile(_LENGTH_NAME + rb"(?:[ \t]|\r\n[ \t])*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)


class FramingError(Exception):
    """The stream cannot be split into messages, or a message is too large: the connection has to be closed.

    `messages` are the complete messages received before the error. `head` is the start line and the headers of the
    message that cannot be framed, or their beginning if they are too large, so that the request can be rejected.
    """

    def __init__(self, reason: str, head: bytes) -> None:
        super().__init__(reason)
        self.messages: list[bytes] = []
        self.head = head


class Framer:
    """Splits a stream into messages and counts keep-alive pings (RFC 5626 section 4.4.1).

    Buffers at most one incomplete message of `MAX_MESSAGE` bytes plus the data of one `feed`.
    """

    __slots__ = ("_buffer", "_crlf", "_length", "_searched", "pings")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._length = 0
        self._crlf = 0
        self.pings = 0
        """Double CRLFs received and not yet answered. The consumer resets it."""

    @property
    def has_partial(self) -> bool:
        """Whether an incomplete message is buffered."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that `data` completes. Raise FramingError."""
        buffer = self._buffer
        buffer += data
        messages: list[bytes] = []
        start = 0
        while start < len(buffer):
            if not self._length:
                start = self._skip_line_ends(start)
                try:
                    self._length = self._measure(start)
                except FramingError as fault:
                    fault.messages = messages
                    raise
            if not self._length or len(buffer) - start < self._length:
                break
            messages.append(bytes(buffer[start : start + self._length]))
            start += self._length
            self._length = self._searched = 0
        if start:
            del buffer[:start]
            self._searched = max(0, self._searched - start)
        return messages

    def _skip_line_ends(self, start: int) -> int:
        """Skip CRLFs before a message; every second consecutive one is a ping."""
        buffer = self._buffer
        if buffer.startswith(b"\r\n", start):
            found = _LINE_ENDS.match(buffer, start)
            assert found is not None
            pings, self._crlf = divmod(self._crlf + (found.end() - start) // 2, 2)
            self.pings += pings
            start = found.end()
        if len(buffer) > start and buffer[start] != 0x0D:
            self._crlf = 0
        return start

    def _measure(self, start: int) -> int:
        """Return the length of the message at `start`, or 0 while its head is incomplete."""
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n", max(start, self._searched - 3))
        if end < 0:
            if len(buffer) - start > MAX_HEAD:
                raise _head_too_large(buffer, start)
            self._searched = len(buffer)
            return 0
        if end - start > MAX_HEAD:
            raise _head_too_large(buffer, start)
        if len(_LENGTH_HEADER.findall(buffer, start, end + 2)) != 1:
            raise FramingError("a message on a stream needs exactly one Content-Length", bytes(buffer[start : end + 4]))
        stated = _CONTENT_LENGTH.search(buffer, start, end + 2)
        if stated is None:
            raise FramingError("invalid Content-Length", bytes(buffer[start : end + 4]))
        length = end + 4 - start + int(stated[1])
        if length > MAX_MESSAGE:
            raise FramingError("message too large", bytes(buffer[start : end + 4]))
        return length


def _head_too_large(buffer: bytearray, start: int) -> FramingError:
    return FramingError("message head too large", bytes(buffer[start : start + MAX_HEAD + 1]))
