"""Counts rtpengine's log lines by kind, without keeping them: they contain addresses and numbers."""

import asyncio
import re
from collections import Counter

import structlog

_LINE = re.compile(
    rb"(?:\[[\d.]+\] )?(EMERG|ALERT|CRIT|ERR|WARNING|NOTICE|INFO|DEBUG): (?:\[[^\]]*\]: )?\[([a-z]{1,12})\]"
)
_CATEGORIES = (
    (b"Address already in use", "address_in_use"),
    (b"Ran out of ports", "ports"),
    (b"Too many open files", "files"),
)
"""Log lines that are counted by category; the text itself is discarded, because it may contain callers' addresses."""

log = structlog.get_logger()


class LogCounter:
    """`counts` are the numbers of log lines by severity and subsystem, such as "ERR core", and by category."""

    def __init__(self) -> None:
        # Owner: the node that started rtpengine.
        self.counts: Counter[str] = Counter()

    async def read(self, stream: asyncio.StreamReader | None) -> None:
        """Count the lines of a process until its end."""
        if stream is None:
            return
        rest = b""
        while chunk := await stream.read(16384):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-4096:]
            for line in lines:
                self._count(line)

    def _count(self, line: bytes) -> None:
        kinds = [kind for words, kind in _CATEGORIES if words in line]
        if match := _LINE.match(line):
            kinds.append(b" ".join(match.groups()).decode())
        for kind in kinds:
            self.counts[kind] += 1
            log.debug("rtpengine_logged", kind=kind, times=self.counts[kind])
