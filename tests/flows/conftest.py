"""Fails a ladder that logged an error."""

from collections.abc import Iterator

import pytest
import structlog.testing


@pytest.fixture(autouse=True)
def no_fault_in_the_log() -> Iterator[list[dict[str, object]]]:
    with structlog.testing.capture_logs() as entries:
        yield entries  # type: ignore[misc]
    faults = [entry for entry in entries if entry["log_level"] in ("error", "critical")]
    assert not faults
