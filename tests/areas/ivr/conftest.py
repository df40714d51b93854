"""Call apps of menus run in the test bench of call apps."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog.testing

from unificx.callapps import call

sys.path.insert(0, str(Path(__file__).parent.parent / "callapps"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "MEDIA_SETTLE_SECONDS", 0)


@pytest.fixture(autouse=True)
def no_fault_in_the_log() -> Iterator[None]:
    with structlog.testing.capture_logs() as entries:
        yield
    assert not [entry for entry in entries if entry["log_level"] == "error"]
