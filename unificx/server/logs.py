"""Logging on stderr, with event names, ids and non-personal values only: one JSON object per line for programs, one
readable line per event on a terminal.

Log messages of libraries may contain personal data: only logger, level and location of them are kept.
"""

import contextlib
import json
import logging
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog

from unificx.core.errors import StartupError

log = structlog.get_logger()


class LibraryLogHandler(logging.Handler):
    """Forwards log records of libraries without their messages.

    Libraries also log unauthenticated input, once for each message: repeated records are logged less and less often.
    """

    def __init__(self) -> None:
        super().__init__()
        # Owner: this node.
        self._counts: Counter[tuple[str, str, str | None]] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Forward the first record of a kind, the second, the fourth and so on, and every thousandth."""
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] is not None else None
        location = f"{record.module}:{record.lineno}"
        kind = (record.name, location, fault)
        self._counts[kind] += 1
        times = self._counts[kind]
        if times.bit_count() == 1 or times % 1000 == 0:
            severity = record.levelname.lower()
            log.warning("library_log", library=record.name, severity=severity, place=location, fault=fault, times=times)


FORMAT_VARIABLE = "UNIFICX_LOG"
"""`json` or `text`. Default: text on a terminal, otherwise JSON."""


class LossyLogger(structlog.PrintLogger):
    """Drops lines that cannot be written: the terminal was closed, the reader ended, the disk is full. A log line must
    not fail the call or request that it is about."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure_logging(environ: Mapping[str, str]) -> None:
    """Log to stderr; standard output is for the ready line. Raise StartupError for an unknown format."""
    chosen = environ.get(FORMAT_VARIABLE) or ("text" if sys.stderr.isatty() else "json")
    if chosen not in ("json", "text"):
        raise StartupError(f"{FORMAT_VARIABLE} must be json or text, not {chosen!r}.", hint="Choose one of them.")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=json.dumps) if chosen == "json" else _format_for_people,
        ],
        logger_factory=lambda *_: LossyLogger(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[LibraryLogHandler()], level=logging.WARNING, force=True)


def _format_for_people(_logger: object, _method: str, event: Mapping[str, Any]) -> str:
    """Return `14:02:03  warning  certificate not issued  kind=dns`; times are in UTC, as in JSON."""
    fields = dict(event)
    time, level, name = (str(fields.pop(key, "")) for key in ("timestamp", "level", "event"))
    values = " ".join(f"{key}={value}" for key, value in fields.items())
    text = f"{time[11:19]}  {level:<7}  {name.replace('_', ' ')}  {values}".rstrip()
    return "".join(c if c.isprintable() else "?" for c in text)
