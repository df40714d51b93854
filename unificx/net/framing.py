"""Where a SIP message ends on a stream (RFC 3261 section 18.3), within bounds. Pure: bytes in, messages out."""

import re

MOST_HEAD = 32 * 1024
MOST_MESSAGE = 64 * 1024

_LENGTH_NAME = rb"\r\n(?:content-length|l)[ \t]*:"
_LENGTH_NAMED = re.compile(_LENGTH_NAME, re.IGNORECASE)
_CONTENT_LENGTH = re.compile(_LENGTH_NAME + rb"(?:[ \t]|\r\n[ \t])*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)


class Unframed(Exception):
    """The peer's bytes cannot be cut into messages any more, or one is too large: the connection has to end."""


class Framer:
    """Cuts a stream into messages and counts keep-alive pings (RFC 5626 section 4.4.1).

    Holds at most one unfinished message of `MOST_MESSAGE` bytes besides what one `feed` brought.
    """

    __slots__ = ("_buffer", "_crlf", "_length", "_searched", "pings")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._length = 0
        self._crlf = 0
        self.pings = 0
        """Double CRLFs seen and not yet answered; whoever answers them sets it back."""

    @property
    def begun(self) -> bool:
        """Whether a message has begun that is not complete."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes. Raises Unframed."""
        buffer = self._buffer
        buffer += data
        messages: list[bytes] = []
        start = 0
        while start < len(buffer):
            if not self._length:
                start = self._skip_line_ends(start)
                self._length = self._measure(start)
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
        """Past the CRLFs before a message; each second one in a row is a ping."""
        buffer = self._buffer
        while buffer.startswith(b"\r\n", start):
            start += 2
            self._crlf += 1
            if self._crlf == 2:
                self._crlf = 0
                self.pings += 1
        if len(buffer) > start and buffer[start] != 0x0D:
            self._crlf = 0
        return start

    def _measure(self, start: int) -> int:
        """Length of the message that begins at `start`, 0 while its head is not complete."""
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n", max(start, self._searched - 3))
        if end < 0:
            if len(buffer) - start > MOST_HEAD:
                raise Unframed("a message's head is too large")
            self._searched = len(buffer)
            return 0
        if end - start > MOST_HEAD:
            raise Unframed("a message's head is too large")
        if len(_LENGTH_NAMED.findall(buffer, start, end + 2)) != 1:
            raise Unframed("a message on a stream states its length once")
        stated = _CONTENT_LENGTH.search(buffer, start, end + 2)
        if stated is None:
            raise Unframed("a message's length is not a number")
        length = end + 4 - start + int(stated[1])
        if length > MOST_MESSAGE:
            raise Unframed("a message is too large")
        return length
