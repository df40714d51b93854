"""Ports for the programs under test: a run with too many processes ends with a reason."""

import fcntl
import os
from pathlib import Path

import free_ports
import pytest


def test_a_process_that_finds_no_share_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SHARES": 1, "_WAIT_SECONDS": 0.0, "_LOCKS": tmp_path}.items():
        monkeypatch.setattr(free_ports, name, value)
    with open(tmp_path / f"test-ports-{os.getuid()}-0", "w") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        with pytest.raises(RuntimeError, match="shares of the ports are taken"):
            free_ports._share.__wrapped__()


def test_media_ports_in_use_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    first, used, third = range(12000, 12040), range(12040, 12080), range(12080, 12120)
    ranges = iter((first, used, third))
    monkeypatch.setattr(free_ports, "_media_ports", lambda: ranges)
    monkeypatch.setattr(free_ports, "_bound_ports", lambda: {used[5]})
    assert [free_ports.media_ports(), free_ports.media_ports()] == [first, third]
