"""Logs: one JSON object a line on stderr, event names, ids and neutral values only.

Libraries log too, in sentences that may quote a value: of theirs only who, how bad and where is kept.
"""

import json
import logging
import sys

import structlog

log = structlog.get_logger()


class Discreet(logging.Handler):
    """Takes what libraries log and tells it without their words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] is not None else None
        place = f"{record.module}:{record.lineno}"
        log.warning("library_says", library=record.name, severity=record.levelname.lower(), place=place, fault=fault)


def to_stderr() -> None:
    """Let everything that is logged go to stderr; standard output stays for the ready line."""
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
    logging.basicConfig(handlers=[Discreet()], level=logging.WARNING, force=True)
