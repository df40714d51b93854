"""A disk that fills up under a running server: nothing new begins, and the call that is going on keeps its record."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import scenarios as s
from desk import Desk
from server import Server, eventually, settle

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="a small file system takes root to mount")
TALK = (*s.authenticated_invite(s.sdp()), *s.answered(), s.in_dialog("ACK", 2))
ANSWER = (s.called(), s.ringing(), *s.answers(s.sdp()))


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "small"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(home)], check=True)
    yield home
    subprocess.run(["umount", str(home)], check=True)


def fill(home: Path) -> Path:
    """Something else takes all that is left, down to the last byte."""
    greedy = home / "greedy"
    with greedy.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass
    return greedy


def test_nothing_new_begins_on_a_full_disk_and_what_ends_is_recorded(small_home: Path, tmp_path: Path) -> None:
    with Server(small_home) as server:
        household, desk = settle(server), Desk(tmp_path, server)
        callee = desk.callee(household.berta, *ANSWER, *s.is_hung_up())
        caller = desk.caller(household.anna, household.berta.number, *TALK, s.pause(8000), *s.hang_up(3))
        with_phones = [callee.start(), caller.start()]
        eventually(lambda: [call["state"] for call in server.live_calls()] == ["talking"])
        assert ready(server) == {}
        greedy = fill(small_home)
        assert "nearly full" in eventually(lambda: ready(server).get("disk"), what="/readyz says so")
        refused = desk.caller(
            household.anna, household.berta.number, *s.authenticated_invite(s.sdp()), *s.is_refused(503)
        )
        assert "Retry-After: 60" in desk.calls(refused).trace
        with server.rest() as rest:
            new = {"number": "740074", "name": "Dorothea Example"}
            answer = rest.post("/api/v1/extensions", params={"tenant": server.ready["tenant"]}, json=new)
        assert (answer.status_code, answer.json()["type"]) == (507, "urn:unificx:problem:no-room")
        for phone in with_phones:
            outcome = phone.wait()
            assert outcome.ok, outcome.errors
        server.kill()
        assert "call_record_lost" not in server.log()
        greedy.unlink()
        server.start()
        assert ready(server) == {}
        [row] = [row for row in server.history() if row["outcome"] == "answered"]
        assert row["talk_seconds"] >= 7
    assert not server.complaints(), "\n".join(server.complaints()[:20])


def ready(server: Server) -> dict[str, Any]:
    """What is not as it should be, by part."""
    answer = httpx.get(server.ready["http"] + "/readyz", timeout=10)
    parts = {part["name"]: part["why"] for part in answer.json()["parts"] if not part["ok"]}
    assert (answer.status_code == 503) is bool(parts)
    return parts
