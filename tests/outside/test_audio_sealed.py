"""No plaintext audio on disk: neither during recording nor afterwards, in either format."""

import asyncio
import io
import tarfile
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from recording_helpers import signed_in
from server import Household, Server, create_household, files_in, run_and_check_log, set_voicemail, wait_until
from test_voicemail import messages
from voicemail_messages import leave_message

LENGTH = 64
"""Length of the searched byte sequences: four milliseconds of samples, or more Opus data than two files share by
chance."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    yield from run_and_check_log(Server(tmp_path / "home"))


@pytest.fixture
def household(server: Server) -> Household:
    household = create_household(server)
    set_voicemail(server, on=True)
    return household


@pytest.fixture
def client(server: Server, household: Household) -> Iterator[httpx.Client]:
    with closing(signed_in(server, household.anna)) as client:
        yield client


def found(files: dict[str, bytes], sound: bytes) -> set[str]:
    """The files containing any piece of the audio, or the header of a playable format."""
    pieces = [sound[at : at + LENGTH] for at in range(0, len(sound) - LENGTH, 200)]
    needles = [b"OggS", b"OpusHead", b"RIFF", *(piece for piece in pieces if len(set(piece)) > 20)]
    assert len(needles) > 20
    return {path for path, data in files.items() if any(needle in data for needle in needles)}


async def watch(home: Path, seen: dict[str, bytes]) -> None:
    """Scan repeatedly, to find files that exist only briefly."""
    turn = 0
    while True:
        # In a thread, since the phone has to send its audio meanwhile.
        for path, data in (await asyncio.to_thread(files_in, home)).items():
            if "/audio/" in path:
                seen[f"{path} at {turn}"] = data
            else:
                seen[path] = data
        turn += 1
        await asyncio.sleep(0.1)


def verify_and_back_up(server: Server) -> None:
    """Verify the promises and take a backup while the server runs; its log is among the files that are searched."""
    report = server.cli("privacy", "verify")
    assert {each["check"]: each["detail"] for each in report["checks"] if not each["ok"]} == {}
    archive = server.home.with_name("backup.tar")
    made = server.cli("backup", str(archive))
    assert made["files"] > 5
    with tarfile.open(archive) as tar:
        assert any(name.startswith("audio/") for name in tar.getnames())


@pytest.mark.promise("T2")
@pytest.mark.parametrize("keep_wav", [False, True])
async def test_no_plaintext_audio_on_disk(
    server: Server, household: Household, client: httpx.Client, keep_wav: bool
) -> None:
    with server.rest() as rest:
        tenant = {"tenant": server.ready["tenant"]}
        assert rest.patch("/api/v1/voicemail/settings", params=tenant, json={"keep_wav": keep_wav}).is_success
    seen: dict[str, bytes] = {}
    watching = asyncio.create_task(watch(server.home, seen))
    await leave_message(server, household.clara, household.anna.number, 3)
    [message] = await wait_until(lambda: messages(client), what="the message is there")
    await wait_until(lambda: messages(client)[0]["waveform"], what="it is looked after")
    await asyncio.sleep(0.3)
    assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    form = "wav" if keep_wav else "ogg"
    answer = client.get(f"/api/v1/voicemail/{message['id']}/audio", params={"format": form})
    assert answer.headers["content-type"] == f"audio/{form}"
    sound = answer.content
    if keep_wav:
        with wave.open(io.BytesIO(sound)) as samples:
            sound = samples.readframes(samples.getnframes())
    looks = {path.partition(" ")[2] for path in seen if "/audio/" in path}
    assert len(looks) > 5  # also during recording
    assert found(seen, sound) == set()
    if keep_wav:
        verify_and_back_up(server)
    assert found(files_in(server.home), sound) == set()

    for name, data in (("control.sample", sound[len(sound) // 2 :]), ("control.ogg", b"some OggS")):
        (server.home / name).write_bytes(data)  # the search does find plaintext
    assert {Path(path).name for path in found(files_in(server.home), sound)} == {"control.sample", "control.ogg"}
