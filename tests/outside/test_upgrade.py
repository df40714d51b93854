"""A home directory made by version 0.1.0 before the rename of the packages opens with the present version.

`tests/fixtures/home-0.1.0.tar.xz` was left by a SIGKILL during a call: three call records, a recorded call, two
voicemail messages (one in a shared mailbox), a conference room, the journal of the live call, and `facts.json` with
what the former version answered about them.
"""

import io
import json
import tarfile
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from server import Server, eventually, items

FIXTURE = Path(__file__).parents[1] / "fixtures" / "home-0.1.0.tar.xz"
MIN_SECONDS = 2.0


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, Any]:
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path, filter="data")
    return json.loads((tmp_path / "facts.json").read_text())


@pytest.fixture
def server(tmp_path: Path, expected: dict[str, Any]) -> Iterator[Server]:
    with Server(tmp_path / "home") as server:
        yield server
    assert not server.log_violations()


@pytest.fixture
def client(server: Server, expected: dict[str, Any]) -> Iterator[httpx.Client]:
    """A signed-in user of the former version, with the same password."""
    with httpx.Client(base_url=server.ready["http"], timeout=30) as client:
        answer = client.post("/api/v1/sessions", json={"email": expected["email"], "password": expected["password"]})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def audio_seconds(client: httpx.Client, path: str) -> float:
    answer = client.get(path, params={"format": "wav"})
    assert answer.status_code == 200, answer.text
    with wave.open(io.BytesIO(answer.content)) as sound:
        return sound.getnframes() / sound.getframerate()


@pytest.mark.promise("T3")
def test_stored_data_of_the_former_version_is_readable(
    server: Server, client: httpx.Client, expected: dict[str, Any]
) -> None:
    history = {each["id"]: each for each in server.history()}
    for before in expected["history"]:
        now = history[before["id"]]
        for key in ("caller", "caller_name", "callee", "callee_name", "started", "talk_seconds", "outcome", "recorded"):
            assert now[key] == before[key]
    recording, message = expected["recording"]["id"], expected["message"]["id"]
    assert audio_seconds(client, f"/api/v1/recordings/{recording}/audio") > MIN_SECONDS
    assert audio_seconds(client, f"/api/v1/voicemail/{message}/audio") > MIN_SECONDS
    [found] = [each for each in client.get("/api/v1/voicemail").json()["items"] if each["id"] == message]
    assert (found["caller"], found["caller_name"]) == (
        expected["message"]["caller"],
        expected["message"]["caller_name"],
    )
    tenant = server.ready["tenant"]
    assert "8100" in [each["number"] for each in items(server.cli("room", "list", "--tenant", tenant))]
    [mailbox] = items(server.cli("mailbox", "list", "--tenant", tenant))
    assert (mailbox["number"], mailbox["members"]) == ("7900", ["710071", "720072"])


def test_live_call_of_the_former_version_is_ended_and_recorded(server: Server, expected: dict[str, Any]) -> None:
    """The call is adopted from the journal; its phones do not answer any more, and its permitted length is over."""
    [live] = expected["live"]
    eventually(lambda: not server.live_calls(), what="the adopted call is over", timeout=90)
    [record] = eventually(
        lambda: [each for each in server.history() if each["id"] == live["id"]], what="the call is recorded"
    )
    assert (record["caller"], record["callee"], record["outcome"]) == (live["caller"], live["callee"], "answered")
