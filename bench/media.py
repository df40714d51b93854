"""Media engine benchmark: participants in rooms, compared with a minimal echo program as the lower bound."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import Metric, Process, metric
from bench.video_recording import video_recording
from unificx.audio_store import AudioWriter, LocalBlobStore
from unificx.audio_store.file_format import AudioHeader as SealedHeader
from unificx.audio_store.file_format import ChunkCipher
from unificx.audio_store.ogg_opus import OggOpusEncoder
from unificx.captions import SpeechSegmenter
from unificx.core.clock import SystemClock
from unificx.media import g711
from unificx.media.mixer import wideband
from unificx.media.mixer.messages import EngineStats
from unificx.media.mixer.wideband import SILENCE
from unificx.media.tones import sine
from unificx.media_worker.client import MediaEngineClient
from unificx.media_worker.recording_stream import TapStream

WARM_UP = 3.0
MEASURED = 10.0
SEALED = 60
"""Seconds of each encrypted recording."""
LOAD = Path(__file__).parent / "load"
G711, G722 = 0, 9


@dataclass(frozen=True)
class Load:
    """Participants in rooms of `room` legs, of which `talkers` talk."""

    legs: int
    room: int
    talkers: int
    codec: int = G711
    recordings: int = 0
    captions: bool = False
    """The sound of each recording is cut into pieces of speech, as for captions; none is recognized."""


@dataclass(frozen=True)
class Measurement:
    """Result: `pair` is CPU microseconds per packet pair (one in, one out), `core` the percentage of one core;
    `own`: that of this process, which receives the recordings."""

    pair: float
    core: float
    missing: int
    own: float
    figures: EngineStats


def run() -> list[Metric]:
    with tempfile.TemporaryDirectory(prefix="unificx-bench-") as folder:
        place = Path(folder)
        if not build_load(place):
            print("media: skipped, because no C compiler is installed. Install cc or gcc.")
            return []
        return asyncio.run(_run(place))


def build_load(place: Path) -> bool:
    """Build the load generators in a folder; return whether there is a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return False
    for name in ("crowd", "echo"):
        subprocess.run([compiler, "-O2", "-Wall", "-o", str(place / name), str(LOAD / f"{name}.c")], check=True)
    for codec in (G711, G722):
        (place / f"sounds-{codec}").write_bytes(_test_audio(codec))
    return True


async def _run(place: Path) -> list[Metric]:
    thousand = Load(1000, 10, 10)
    floor, _ = await _measure_echo(place, thousand)
    _, share = await _measure_echo(place, Load(3000, 10, 10))
    rooms = await measure_engine(place, thousand)
    gated = await measure_engine(place, Load(1000, 10, 2))
    wide = await measure_engine(place, Load(1000, 10, 2, G722))
    many = await measure_engine(place, Load(3000, 10, 10))
    large = await measure_engine(place, Load(500, 500, 500))
    hall = await measure_engine(place, Load(200, 200, 3))
    captioned = await measure_engine(place, Load(200, 200, 3, recordings=200, captions=True))
    calm = await measure_engine(place, Load(500, 500, 3))
    recorded = await measure_engine(place, Load(200, 2, 2, recordings=200))
    plain = await measure_engine(place, Load(200, 2, 2))
    return [
        metric("echo in C, 1000 participants: CPU per packet pair", floor, "us"),
        metric("1000 in rooms of 10, all talk: CPU per packet pair", rooms.pair, "us"),
        metric("1000 in rooms of 10, all talk: relative to the echo", rooms.pair / floor, "x", 2),
        *tick_metrics("1000 in rooms of 10", rooms),
        metric("1000 in rooms of 10, 2 talk: CPU per packet pair", gated.pair, "us"),
        metric("1000 in G.722, rooms of 10, 2 talk: CPU per packet pair", wide.pair, "us"),
        metric("1000 in G.722, rooms of 10, 2 talk: relative to the echo", wide.pair / floor, "x"),
        *tick_metrics("1000 in G.722", wide),
        metric("echo in C, 3000 participants: share of one core", share, "%"),
        metric("3000 in rooms of 10, all talk: CPU per packet pair", many.pair, "us"),
        metric("3000 in rooms of 10, all talk: share of one core", many.core, "%"),
        *tick_metrics("3000 in rooms of 10", many, 15),
        metric("one room of 200, 3 talk: share of one core", hall.core, "%"),
        *tick_metrics("one room of 200, 3 talk", hall, 15),
        *caption_metrics(captioned),
        metric("one room of 500, all talk: CPU per packet pair", large.pair, "us"),
        *tick_metrics("one room of 500, all talk", large, 15),
        metric("one room of 500, 3 talk: CPU per packet pair", calm.pair, "us"),
        metric("200 legs in rooms of 2: share of one core", plain.core, "%"),
        metric("200 legs in rooms of 2, with 200 recordings: share of one core", recorded.core, "%"),
        *tick_metrics("200 recordings", recorded, 15),
        *_encryption(place),
        *video_recording(place),
    ]


def _encryption(place: Path) -> list[Metric]:
    """Measure the encryption of recordings during calls, in this process, and their transcoding to Opus."""
    minute = sine(443.7, 9000, 8000 * SEALED).tobytes()
    written = asyncio.run(_written(LocalBlobStore(place / "audio"), minute))
    sealer, chunk = ChunkCipher(AESGCM(bytes(32)), SealedHeader(8000), ("tenant", "audio")), minute[:8000]
    began = time.process_time()
    for number in range(100 * 2 * SEALED):
        sealer.seal(number, chunk)
    sealed = time.process_time() - began
    return [
        metric("encryption of 100 simultaneous recordings: share of one core", sealed / SEALED * 100, "%", 2),
        metric("the same with their writers, 100 ms per write: share of one core", written / SEALED * 100, "%"),
        *(each for rate in (8000, 16000) for channels in (1, 2) for each in _opus(rate, channels)),
    ]


async def _written(blobs: LocalBlobStore, minute: bytes) -> float:
    writers = [AudioWriter(blobs, ("tenant", f"{each:02x}"), AESGCM(bytes(32))) for each in range(100)]
    began = time.process_time()
    for at in range(0, len(minute), 1600):
        for writer in writers:
            await writer.write(minute[at : at + 1600], 8000)
    spent = time.process_time() - began
    for writer in writers:
        writer.abandon()
    return spent


def _opus(rate: int, channels: int) -> list[Metric]:
    """Encode a minute of parties talking in turn: an intermittent tone in noise."""
    count, noise = rate * 60, np.random.default_rng(1)
    turns = np.arange(count) // (2 * rate) % 2
    tone = np.array(sine(300, 8000, count, rate=rate)) * (np.arange(count) // (rate // 5) % 3 > 0)
    parties = [(tone + noise.normal(0, 400, count)) * (turns == each) for each in range(channels)]
    pcm = np.stack(parties, 1).astype("<i2").tobytes()
    coding = OggOpusEncoder(rate, channels)
    began = time.process_time()
    size = sum(len(coding.feed(pcm[at : at + 131072])) for at in range(0, len(pcm), 131072)) + len(coding.finish())
    spent = time.process_time() - began
    what = f"a minute of {rate // 1000} kHz as Opus, {channels} channel{'s' if channels > 1 else ''}"
    return [metric(f"{what}: CPU", spent * 1000, "ms"), metric(f"{what}: size", size / 1000, "kB")]


def tick_metrics(what: str, weighed: Measurement, goal: float | None = None) -> list[Metric]:
    return [
        metric(f"{what}: tick duration, p99", weighed.figures.tick_ms, "ms", goal),
        metric(f"{what}: missing packets", weighed.missing, "packets", 0),
    ]


def caption_metrics(captioned: Measurement) -> list[Metric]:
    """Return the metrics of a room of 200 with captions, of which the recognition is not a part."""
    return [
        *tick_metrics("one room of 200, 3 talk, with captions", captioned, 15),
        metric("the same: share of one core", captioned.core, "%"),
        metric("the same, pieces of speech of all in the server: share of one core", captioned.own, "%"),
    ]


async def _measure_echo(place: Path, crowd: Load) -> tuple[float, float]:
    """Return CPU microseconds per packet pair, and percentage of one core."""
    echo = await asyncio.create_subprocess_exec(str(place / "echo"), stdout=asyncio.subprocess.PIPE)
    assert echo.stdout is not None
    try:
        port = int(await echo.stdout.readline())
        phones, _ = await _phones(place, crowd)
        pair, core, _ = await _measure(Process(echo.pid), phones, port)
        return pair, core
    finally:
        echo.kill()
        await echo.wait()


async def measure_engine(place: Path, crowd: Load) -> Measurement:
    engine = MediaEngineClient(SystemClock())
    await engine.start()
    assert engine.pid is not None
    try:
        phones, ports = await _phones(place, crowd)
        await asyncio.gather(*(engine.open(f"leg-{n}", _sdp(port, crowd.codec)) for n, port in enumerate(ports)))
        for number in range(crowd.legs):
            engine.join(f"room-{number // crowd.room}", f"leg-{number}")
        answerers = [
            asyncio.create_task(_consume(engine.record(f"tap-{number}", leg=f"leg-{number}"), captions=crowd.captions))
            for number in range(crowd.recordings)
        ]
        own, began = time.process_time(), time.monotonic()
        pair, core, missing = await _measure(Process(engine.pid), phones, engine.port)
        own = (time.process_time() - own) / (time.monotonic() - began) * 100
        figures = await engine.stats()
        for answerer in answerers:
            answerer.cancel()
        return Measurement(pair, core, missing, own, figures)
    finally:
        await engine.shut_down()


async def _consume(recording: TapStream, *, captions: bool) -> None:
    segmenter = SpeechSegmenter()
    async for chunk in recording:
        if captions:
            segmenter.feed(chunk.pcm, chunk.rate)


async def _phones(place: Path, crowd: Load) -> tuple[asyncio.subprocess.Process, list[int]]:
    phones = await asyncio.create_subprocess_exec(
        str(place / "crowd"), str(crowd.legs), str(WARM_UP + MEASURED + 1), str(crowd.codec), str(crowd.room),
        str(crowd.talkers), str(place / f"sounds-{crowd.codec}"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 20,
    )  # fmt: skip
    assert phones.stdout is not None
    return phones, [int(port) for port in (await phones.stdout.readline()).split()]


async def _measure(process: Process, phones: asyncio.subprocess.Process, port: int) -> tuple[float, float, int]:
    """Run the load; return CPU microseconds per packet pair, percentage of one core, and missing packets.

    With two CPUs each process runs on its own one, with real-time priority if permitted.
    """
    _pin_to_cpu(process.pid, 0)
    _pin_to_cpu(phones.pid, -1)
    result = asyncio.create_task(phones.communicate(f"{port}\n".encode()))
    await asyncio.sleep(WARM_UP)
    before, began = process.cpu(), time.monotonic()
    await asyncio.sleep(MEASURED)
    cpu, passed = process.cpu() - before, time.monotonic() - began
    printed, _ = await result
    figures = json.loads(printed)
    rate = figures["sent"] / (WARM_UP + MEASURED + 1)  # 50 per second each, unless the load generator was too slow
    return cpu / passed / rate * 1e6, cpu / passed * 100, figures["missing"]


def _pin_to_cpu(pid: int, number: int) -> None:
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {processors[number]})
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))


def _sdp(port: int, codec: int) -> bytes:
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {codec} 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
    ).encode()


def _test_audio(codec: int) -> bytes:
    """Return a second of noise about as loud as speech, and a second of silence."""
    chance = np.random.default_rng(1)
    if codec == G711:
        noise = g711.ulaw_encode(np.rint(chance.normal(0, 1500, 8000)).astype(int).tolist())
        return noise + bytes([g711.ULAW_SILENCE]) * 8000
    state = wideband.new_codec()
    frames = np.rint(chance.normal(0, 1500, (50, 320))).astype(np.int16)
    return b"".join(wideband.encode(state, frame).tobytes() for frame in frames) + SILENCE.tobytes() * 50
