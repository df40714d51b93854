"""Call apps of menus run in the test bench of call apps."""

from collections.abc import Iterator

import pytest
import structlog.testing

from unificx.callapps import call


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "MEDIA_SETTLE_SECONDS", 0)


@pytest.fixture(autouse=True)
def no_fault_in_the_log() -> Iterator[None]:
    with structlog.testing.capture_logs() as entries:
        yield
    assert not [entry for entry in entries if entry["log_level"] == "error"]
