"""Recordings in an object store: uploaded when finished, read from there, erased there; nothing is lost while it is
unavailable."""

import os
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from recording_setup import ANNA, RecordingSetup, new_message
from s3 import ObjectServer

from unificx.audio_store import CorruptAudio, LocalBlobStore
from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Expired, ServiceUnavailable, StartupError
from unificx.db import Database
from unificx.integrations.object_store import ObjectStore, object_store
from unificx.media.tones import sine
from unificx.privacy import KeyStore
from unificx.voicemail import VoicemailSettingsChange

RATE = 8000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(served: ObjectServer) -> ObjectServer:
    """A running, empty server."""
    served.stop()
    served.start()
    return served


def store_of(home: Path, server: ObjectServer) -> ObjectStore:
    return object_store(
        LocalBlobStore(home / "audio"), server.environ["UNIFICX_BLOBS"], server.environ, "UNIFICX_BLOBS"
    )


@pytest.fixture
async def room(
    tmp_path: Path, database: Database, keys: KeyStore, bus: EventBus, clock: ManualClock, server: ObjectServer
) -> RecordingSetup:
    made = RecordingSetup(tmp_path, database, keys, bus, clock, store_of(tmp_path, server))
    await made.boxes.start()
    return made


async def leave_message(room: RecordingSetup, seconds: float = 3) -> str:
    draft = await room.boxes.begin(new_message())
    await draft.write(sine(443.7, 9000, round(RATE * seconds)).tobytes(), RATE)
    assert await draft.store()
    return draft.message.audio_id


@pytest.mark.promise("T2", "R1")
@pytest.mark.parametrize("keep_wav", [False, True])
async def test_object_is_sealed_and_deleted_on_erasure(
    room: RecordingSetup, server: ObjectServer, keep_wav: bool
) -> None:
    await room.boxes.change_tenant("acme", VoicemailSettingsChange(keep_wav=keep_wav))
    audio_id = await leave_message(room, 40)
    assert server.objects() == []
    await room.transcoder.transcode_all()
    before = await (await room.audio.open("acme", audio_id)).read()
    [file] = room.all_files()
    sealed = file.read_bytes()
    assert await room.transcoder.upload_all() == 1
    assert room.all_files() == []
    [name] = server.objects()
    assert server.read(name) == sealed
    reader = await room.audio.open("acme", audio_id)
    assert await reader.read() == before
    assert await reader.read(300_000, 300_100) == before[300_000:300_100] or not keep_wav
    await room.restart()
    assert len(await (await room.audio.open("acme", audio_id)).read()) == len(before)
    [listed] = await room.boxes.list("acme", [ANNA.id])
    await room.boxes.erase(listed)
    assert server.objects() == []
    with pytest.raises(Expired):
        await room.audio.open("acme", audio_id)
    with pytest.raises(Expired):
        await reader.read()


async def test_unavailable_store_loses_nothing(room: RecordingSetup, server: ObjectServer) -> None:
    audio_id = await leave_message(room)
    await room.transcoder.transcode_all()
    server.stop()
    with pytest.raises(ServiceUnavailable):
        await room.transcoder.upload_all()
    assert (await room.audio.open("acme", audio_id)).seconds == pytest.approx(3)
    assert len(room.all_files()) == 1
    await room.restart()
    assert (await room.audio.open("acme", audio_id)).seconds == pytest.approx(3)
    server.start()
    assert await room.transcoder.upload_all() == 1
    server.stop()
    with pytest.raises(ServiceUnavailable):
        await room.audio.open("acme", audio_id)


@pytest.mark.promise("R1")
async def test_erasure_while_unavailable_is_completed_later(
    room: RecordingSetup, server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = await leave_message(room), await leave_message(room)
    await room.transcoder.transcode_all()
    await room.transcoder.upload_all()
    stored = {name: server.read(name) for name in server.objects()}
    server.stop()
    many = [await leave_message(room) for _ in range(5)]
    began = time.monotonic()
    await room.audio.erase("acme", [first, *many])
    assert time.monotonic() - began < 15  # without a timeout for each
    with pytest.raises(Expired):
        await room.audio.open("acme", first)
    server.start()
    for name, data in stored.items():
        server.write(name, data)
    server.write("pbx/0123456789ab", b"of another installation, or of a database that was restored")
    assert await room.transcoder.delete_erased_remote() == 1
    assert set(server.objects()) == {f"pbx/opus-{other}", "pbx/0123456789ab"}


@pytest.mark.promise("R1")
async def test_recording_erased_during_upload_is_deleted(
    room: RecordingSetup, server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio_id = await leave_message(room)
    await room.transcoder.transcode_all()
    [file] = room.all_files()
    sealed = file.read_bytes()
    bring = ObjectStore.upload

    def late(self: ObjectStore, id_: str) -> None:
        bring(self, id_)
        server.write(f"pbx/{id_}", sealed)

    monkeypatch.setattr(ObjectStore, "upload", late)
    monkeypatch.setattr(room.audio, "remove_files", _nothing)  # the erasure looked for the object before it arrived
    await room.audio.destroy_keys("acme", [audio_id])
    async with room.database.begin() as uow:
        await room.audio.mark_erased(uow, "acme", [audio_id])
    await room.transcoder.upload_all()
    assert server.objects() == []
    assert room.all_files() == []


async def _nothing(audio_ids: object) -> None: ...


@pytest.mark.promise("T2")
async def test_modified_object_does_not_decrypt(room: RecordingSetup, server: ObjectServer) -> None:
    audio_id = await leave_message(room)
    await room.transcoder.transcode_all()
    await room.transcoder.upload_all()
    [name] = server.objects()
    whole = server.read(name)
    for damaged in (whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], whole[:-20], whole + b"more", os.urandom(900)):
        server.write(name, damaged)
        with pytest.raises(CorruptAudio):
            await (await room.audio.open("acme", audio_id)).read()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"UNIFICX_BLOBS": "http://example.com"}, "takes s3://BUCKET"),
        ({"UNIFICX_BLOBS": "s3://"}, "takes s3://BUCKET"),
        ({"UNIFICX_BLOBS": "s3://key:secret@bucket"}, "takes s3://BUCKET"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "needs AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL": "no address"}, r"takes http\[s\]"),
    ],
)
def test_invalid_store_configuration_is_rejected(
    tmp_path: Path, served: ObjectServer, change: dict[str, str], expected: str
) -> None:
    environ = served.environ | change
    with pytest.raises(StartupError, match=expected) as refused:
        object_store(LocalBlobStore(tmp_path), environ["UNIFICX_BLOBS"], environ, "UNIFICX_BLOBS").check()
    assert "secret@" not in refused.value.message


def test_store_is_probed(tmp_path: Path, server: ObjectServer) -> None:
    assert store_of(tmp_path, server).check() == "writing and reading work"
    environ = server.environ | {"UNIFICX_BLOBS": "s3://missing"}
    with pytest.raises(ServiceUnavailable, match="has no bucket missing"):
        object_store(LocalBlobStore(tmp_path), environ["UNIFICX_BLOBS"], environ, "UNIFICX_BLOBS").check()
    server.stop()
    with pytest.raises(ServiceUnavailable, match="does not respond"):
        store_of(tmp_path, server).check()


class SlowStore(ThreadingHTTPServer):
    """A bucket behind a narrow line: the first part of an upload takes longer than another request may."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SlowRequest)
        self.uploading, self.most = 0, 0
        self.parts: dict[str, int] = {}


class SlowRequest(BaseHTTPRequestHandler):
    server: SlowStore  # type: ignore[assignment]

    def do_PUT(self) -> None:
        self.server.uploading += 1
        self.server.most = max(self.server.most, self.server.uploading)
        part = parse_qs(urlsplit(self.path).query)["partNumber"][0]
        self.server.parts[part] = len(self.rfile.read(int(self.headers["Content-Length"])))
        if part == "1":
            time.sleep(1.2)
        self.server.uploading -= 1
        self._answer(b"", ETag='"1"')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        begun = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        done = b'<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>'
        self._answer(begun if urlsplit(self.path).query.startswith("uploads") else done)

    def do_HEAD(self) -> None:
        self._answer(b"", length=sum(self.server.parts.values()))

    def _answer(self, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(200)
        sent = {
            "Content-Length": str(len(body) if length is None else length),
            "Last-Modified": formatdate(usegmt=True),
        }
        for name, value in (sent | {"ETag": '"1"'} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


def test_a_large_file_is_uploaded_over_a_slow_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts side by side share the line, and each takes as long as all."""
    monkeypatch.setattr("unificx.integrations.object_store.REQUEST_TIMEOUT", "1s")
    local = LocalBlobStore(tmp_path)
    with SlowStore() as store, local.create("a" * 32) as file:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        file.write(bytes(16 << 20))
        file.flush()
        address = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}"}
        login = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "a secret"}
        object_store(local, "s3://recordings", address | login, "UNIFICX_BLOBS").upload("a" * 32)
        store.shutdown()
    assert (store.most, sum(store.parts.values()), local.local_ids()) == (1, 16 << 20, [])


def test_a_probe_has_no_more_time_than_a_request(
    tmp_path: Path, server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that accepts connections and stays silent is found as soon as when it is read."""
    monkeypatch.setattr("unificx.integrations.object_store.UPLOAD_TIMEOUT", "1ns")
    assert store_of(tmp_path, server).check() == "writing and reading work"


def test_a_probe_says_that_the_store_refuses_the_credentials(tmp_path: Path) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with HTTPServer(("127.0.0.1", 0), Refusing) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        environ = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}",
            "AWS_ACCESS_KEY_ID": "wrong",
            "AWS_SECRET_ACCESS_KEY": "canary",
        }
        with pytest.raises(ServiceUnavailable, match="refuses the credentials") as refusal:
            object_store(LocalBlobStore(tmp_path), "s3://recordings", environ, "UNIFICX_BLOBS").check()
        store.shutdown()
    assert "AWS_SECRET_ACCESS_KEY" in refusal.value.hint
    assert "canary" not in refusal.value.message
