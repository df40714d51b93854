"""A server with an object store: messages are stored there, played from there and erased there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from recording_helpers import signed_in
from s3 import ObjectServer
from server import Server, create_household, run_and_check_log, set_voicemail, wait_until
from test_startup_errors import failed_start
from test_voicemail import messages, sound_of
from voicemail_messages import TONE, leave_message

from unificx.media import tones


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(tmp_path: Path, objects: ObjectServer) -> Iterator[Server]:
    yield from run_and_check_log(Server(tmp_path / "home", settings=objects.environ))


@pytest.mark.promise("T2", "R1")
async def test_message_is_in_the_store(server: Server, objects: ObjectServer) -> None:
    household = create_household(server)
    set_voicemail(server, on=True)
    with closing(signed_in(server, household.anna)) as client:
        await leave_message(server, household.clara, household.anna.number, 3)
        [message] = await wait_until(lambda: messages(client), what="the message is there")
        await wait_until(objects.objects, what="it was brought to the store")
        audio = server.home / "audio"
        await wait_until(
            lambda: not [path for path in audio.rglob("*") if path.is_file()], what="it is not here any more"
        )
        assert not any(b"OggS" in objects.read(name) for name in objects.objects())
        received = sound_of(client, message["id"])
        assert tones.level(received[len(received) // 2 - 4000 : len(received) // 2 + 4000], TONE) > 5000
        objects.stop()
        away = client.get(f"/api/v1/voicemail/{message['id']}/audio")
        assert (away.status_code, away.json()["code"]) == (503, "away")
        assert client.post(f"/api/v1/voicemail/{message['id']}/erase").status_code == 204
        assert client.get(f"/api/v1/voicemail/{message['id']}/audio").status_code == 410


def test_invalid_store_prevents_start(tmp_path: Path) -> None:
    assert "takes s3://BUCKET" in failed_start(tmp_path / "home", UNIFICX_BLOBS="https://example.com/bucket")
