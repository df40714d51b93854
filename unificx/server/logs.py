"""Logging: one JSON object per line on stderr, with event names, ids and non-personal values only.

Log messages of libraries may contain personal data: only logger, level and location of them are kept.
"""

import json
import logging
import sys
from collections import Counter

import structlog

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


def configure_logging() -> None:
    """Log to stderr; standard output is for the ready line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=json.dumps),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[LibraryLogHandler()], level=logging.WARNING, force=True)
