"""The time limit of each test, as hooks of pytest and pytest-timeout."""

import signal
from collections.abc import Generator

import pytest

REPEATED_LIMIT = 1.0
"""Seconds after which a test that has not ended at its time limit is interrupted again."""
REPORT_LIMIT = 60.0
"""Seconds that a failed test may take until its end, with its report and its fixtures."""


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Generator[None, object, object]:
    """Let the time limit fail again after it has failed once, until the test ends: asyncio gives the exception to the task
    that happens to run, which may be another one than that of the test."""
    result = yield
    if limit := signal.getitimer(signal.ITIMER_REAL)[0]:
        signal.setitimer(signal.ITIMER_REAL, limit, REPEATED_LIMIT)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Do not interrupt the report of a failed test, which takes longer than the repeated limit on a busy machine."""
    try:
        return (yield)
    except BaseException:
        if signal.getitimer(signal.ITIMER_REAL)[0]:
            signal.setitimer(signal.ITIMER_REAL, REPORT_LIMIT)
        raise
