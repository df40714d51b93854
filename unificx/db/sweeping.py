"""Sweeps: periodic work on many items, of which one that fails must not stop the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from unificx.core.faults import describe_fault
from unificx.db.database import is_unreachable

log = structlog.get_logger()


@contextmanager
def log_and_continue(failure_event: str, **item: object) -> Iterator[None]:
    """Do the work on one item of a sweep: log its error as `failure_event`, with the fields of the `item`, and go on
    behind the block. An unreachable database ends the sweep instead: each further item would wait for it again."""
    try:
        yield
    except Exception as fault:
        if is_unreachable(fault):
            raise
        log.error(failure_event, **item, **describe_fault(fault))
