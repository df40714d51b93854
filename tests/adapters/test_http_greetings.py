"""Greetings over HTTP: upload, playback and removal, of the own mailbox and, for administrators, of any."""

import io
import math
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_world import World

from unificx.api.middleware import MAX_SOUND
from unificx.media.tones import level, rms, sine

BUSY = "/api/v1/mailboxes/1001/greetings/busy"
AS_WAV = {"format": "wav"}


def wav(hertz: float, seconds: float = 2.0, rate: int = 44100, amplitude: float = 2000) -> bytes:
    """Return a tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sine(hertz, amplitude, round(seconds * rate), rate=rate).tobytes())
    return out.getvalue()


def encoded(hertz: float, kind: str, coding: str) -> bytes:
    """Return a tone as an MP3, Ogg or FLAC file."""
    soundfile: Any = pytest.importorskip("soundfile")
    out = io.BytesIO()
    samples = array("h", sine(hertz, 2000, 96000, rate=48000))
    with soundfile.SoundFile(out, "w", 48000, 1, coding, format=kind) as file:
        file.buffer_write(samples.tobytes(), "int16")
    return out.getvalue()


def decoded(answer: httpx.Response) -> "array[int]":
    assert answer.status_code == 200, answer.text
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.promise("C9")
async def test_a_greeting_is_uploaded_played_and_deleted(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    made = await anna.put(BUSY, content=wav(700))
    assert (made.status_code, made.json()) == (200, {"kind": "busy", "until": None, "seconds": 2.0}), made.text
    assert (await anna.get("/api/v1/mailboxes/1001/greetings")).json()["items"] == [made.json()]
    assert (await anna.get("/api/v1/extensions/1001/voicemail")).json()["greetings"] == [made.json()]
    sound = decoded(await anna.get(f"{BUSY}/audio", params=AS_WAV))
    assert level(sound[8000:16000], 700, rate=16000) > 0.95 * math.sqrt(2) * rms(sound[8000:16000])
    assert 3000 < rms(sound[8000:16000]) < 6000  # normalized to the loudness of prompts
    again = await anna.put(BUSY, content=wav(900))
    assert again.status_code == 200
    sound = decoded(await anna.get(f"{BUSY}/audio", params=AS_WAV))
    assert level(sound[8000:16000], 700, rate=16000) < 100 < level(sound[8000:16000], 900, rate=16000)
    assert (await anna.delete(BUSY)).status_code == 204
    assert (await anna.delete(BUSY)).status_code == 404
    assert (await anna.get(f"{BUSY}/audio")).status_code == 404


@pytest.mark.promise("C9")
@pytest.mark.parametrize(
    ("kind", "coding"), [("MP3", "MPEG_LAYER_III"), ("OGG", "OPUS"), ("OGG", "VORBIS"), ("FLAC", "PCM_16")]
)
async def test_common_file_formats_are_accepted(world: World, kind: str, coding: str) -> None:
    anna = await world.user(world.acme, "1001")
    assert (await anna.put(BUSY, content=encoded(600, kind, coding))).status_code == 200
    sound = decoded(await anna.get(f"{BUSY}/audio", params=AS_WAV))[8000:16000]
    assert level(sound, 600, rate=16000) > 0.95 * math.sqrt(2) * rms(sound)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"RIFF", 422),
        (b"<html>" * 1000, 422),
        (wav(500)[:40], 422),
        (wav(500, amplitude=0), 422),
        (wav(500, 130.0, 8000), 422),
        (bytes(300_000), 422),
        (bytes(MAX_SOUND + 1), 413),
    ],
    ids=["nothing", "start", "page", "cut", "silent", "long", "zeros", "large"],
)
async def test_an_invalid_file_is_rejected(world: World, body: bytes, status: int) -> None:
    anna = await world.user(world.acme, "1001")
    answer = await anna.put(BUSY, content=body, headers={"Accept-Language": "de"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith(("Die ", "Diese ")), "also of the process that reads the file"
    assert (await anna.get("/api/v1/mailboxes/1001/greetings")).json()["items"] == []


async def test_authentication_precedes_reading_the_file(world: World) -> None:
    read = 0

    async def file() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield bytes(65536)

    answer = await world.client().put(BUSY, content=file())
    assert (answer.status_code, read) == (401, 0)


@pytest.mark.promise("C9")
async def test_permissions_to_set_greetings(world: World) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    ben = await world.user(world.acme, "1002")
    outsider = await world.admin(world.globex)
    await admin.post("/api/v1/mailboxes", json={"number": "7900", "members": ["1001"]})
    for client, path, status in (
        (admin, "1001/greetings/no_answer", 200),
        (admin, "7900/greetings/no_answer", 200),
        (anna, "7900/greetings/no_answer", 200),
        (ben, "1001/greetings/no_answer", 404),
        (ben, "7900/greetings/no_answer", 404),
        (outsider, "1001/greetings/no_answer", 404),
        (anna, "1001/greetings/away", 200),
        (anna, "7900/greetings/away", 422),
        (anna, "1001/greetings/never", 422),
    ):
        assert (await client.put(f"/api/v1/mailboxes/{path}", content=wav(500))).status_code == status, path


@pytest.mark.promise("C9")
async def test_a_temporary_greeting_expires(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    path = "/api/v1/mailboxes/1001/greetings"
    later, before = "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
    made = await anna.put(f"{path}/temporary", params={"until": later}, content=wav(500))
    assert made.json() == {"kind": "temporary", "until": later, "seconds": 2.0}
    for kind, until in (("temporary", before), ("busy", later)):
        refused = await anna.put(f"{path}/{kind}", params={"until": until}, content=wav(500))
        assert (refused.status_code, refused.json()["field"]) == (422, "until")


@pytest.mark.promise("C9")
async def test_a_text_is_synthesized(world: World) -> None:
    anna = await world.user(world.acme, "1001")
    answer = await anna.put(f"{BUSY}/text", json={"text": "I am at lunch.", "language": "en"})
    assert answer.status_code == 200, answer.text
    assert 0.5 < len(decoded(await anna.get(f"{BUSY}/audio", params=AS_WAV))) / 16000 < 4


async def test_without_a_voice_the_error_names_what_to_install(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text('import sys\n\nsys.modules["py_nanotts"] = None\n')
    monkeypatch.syspath_prepend(tmp_path)  # seen by the process that synthesizes
    anna = await world.user(world.acme, "1001")
    answer = await anna.put(f"{BUSY}/text", json={"text": "I am at lunch.", "language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no-speech-engine")
    assert "requirements/prompts.txt" in answer.json()["hint"]
