"""Helpers for tests of call recording."""

import asyncio
import io
import wave
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
from app_phone import AppPhone, app_phone
from server import Household, Login, Server, eventually

from unificx.media import rtp, tones
from unificx.media.sounds import Sound
from unificx.prompts import Prompts

CALLER, CALLEE, BEEP = 700.0, 1150.0, 1400.0
PASSWORD = "correct horse battery"
RATE = 8000
MATCH_THRESHOLD = 0.6
"""Matching threshold: other prompts score at most 0.57, unless they begin with the same words."""


def tenant(server: Server) -> dict[str, str]:
    return {"tenant": server.ready["tenant"]}


def set_tenant_policy(server: Server, **settings: object) -> None:
    """Set the tenant's recording policy."""
    with server.rest() as rest:
        answer = rest.patch("/api/v1/recordings/settings", params=tenant(server), json=settings)
        assert answer.status_code == 200, answer.text


def set_extension_policy(server: Server, login: Login, **settings: object) -> None:
    """Set an extension's recording policy."""
    with server.rest() as rest:
        path = f"/api/v1/extensions/{login.number}/recording"
        answer = rest.patch(path, params=tenant(server), json=settings)
        assert answer.status_code == 200, answer.text


def signed_in(server: Server, login: Login) -> httpx.Client:
    """The signed-in user of an extension."""
    with server.rest() as rest:
        person = rest.get(f"/api/v1/extensions/{login.number}", params=tenant(server)).json()["person_id"]
        email = rest.get(f"/api/v1/persons/{person}", params=tenant(server)).json()["email"]
        rest.put(f"/api/v1/persons/{person}/password", params=tenant(server), json={"password": PASSWORD})
    client = httpx.Client(base_url=server.ready["http"], timeout=30)
    answer = client.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


class DtmfPhone(AppPhone):
    """A phone that sends RFC 4733 digits, like most phones."""

    async def send_digit(self, digit: int) -> None:
        """Press a digit for 0.1 seconds."""
        for place in range(8):
            ends = place >= 5
            payload = bytes((digit, 0x8A if ends else 0x0A)) + (160 * min(place + 1, 5)).to_bytes(2, "big")
            packet = rtp.Packet(101, 30000 + digit * 100 + place, 80_000_000 + digit * 8000, self.audio._ssrc, payload)
            self.audio._media.send(bytes(packet), *self.audio._target)
            await asyncio.sleep(0 if ends else 0.02)


@asynccontextmanager
async def connected_call(server: Server, household: Household) -> AsyncIterator[tuple[DtmfPhone, AppPhone]]:
    """Anna has called Berta, and both send their tones."""
    anna_phone = app_phone(server, household.anna, CALLER, DtmfPhone)
    async with anna_phone as anna, app_phone(server, household.berta, CALLEE, DtmfPhone) as berta:
        await anna.call(household.berta.number)
        yield anna, berta


def call_id(server: Server) -> str:
    [live] = server.live_calls()
    return str(live["id"])


def state(server: Server, call: str) -> str:
    with server.rest() as rest:
        return str(rest.get(f"/api/v1/calls/{call}/recording").json().get("state"))


def set_state(client: httpx.Client, call: str, wanted: str, **more: object) -> httpx.Response:
    return client.put(f"/api/v1/calls/{call}/recording", json={"state": wanted, **more})


def list_recordings(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/recordings").json()["items"])


def one_recording(client: httpx.Client) -> dict[str, Any]:
    [found] = eventually(lambda: list_recordings(client), what="the recording is kept")
    return found


def two_recordings(client: httpx.Client) -> list[dict[str, Any]]:
    """Both recordings of a call recorded in two parts, the later one first."""
    return eventually(lambda: parts if len(parts := list_recordings(client)) == 2 else [], what="both parts are kept")


def levels(samples: Sequence[int], hertz: float, rate: int) -> list[float]:
    """Return the amplitude of a tone in each tenth of a second.

    On a busy machine packets are sent late. That leaves a gap and shifts the phase, so that the amplitude over a whole
    second would look like silence.
    """
    tenth = rate // 10
    return [tones.level(samples[at : at + tenth], hertz, rate=rate) for at in range(0, len(samples), tenth)]


def channels(client: httpx.Client, recording: dict[str, Any]) -> tuple["array[int]", "array[int]", int]:
    """The audio of a recording: left, right, and its rate."""
    answer = client.get(f"/api/v1/recordings/{recording['id']}/audio", params={"format": "wav"})
    assert answer.status_code == 200, answer.text
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnchannels() == 2
        both = array("h", sound.readframes(sound.getnframes()))
        return both[::2], both[1::2], sound.getframerate()


def stored_seconds(server: Server, channels: int = 2) -> float:
    """The length of the uncompressed audio of telephones in the files of a server."""
    size = sum(path.stat().st_size for path in (server.home / "audio").rglob("*") if path.is_file())
    return size / (2 * RATE * channels)


async def wait_until_stored(server: Server, seconds: float, channels: int = 2, *, within: float = 25) -> None:
    """Wait until the files of a server have this much audio."""
    async with asyncio.timeout(within):
        while stored_seconds(server, channels) < seconds:
            await asyncio.sleep(0.1)


def prompt(name: str, language: str = "en") -> Sound:
    return Prompts().sound(name, language)


def correlation(captured: "array[int] | list[int]", sound: Sound) -> float:
    """How well a sound matches what was heard; 1.0 is identical. The median over up to six loud half seconds of it, since a
    busy machine may lose a packet of one, of their best normalized cross-correlation."""
    whole = telephone_samples(sound)
    energy = _moving_sums(np.abs(whole), PIECE)
    loud = [
        at
        for at in range(int(np.argmax(energy > energy.max() / 2)), len(energy), PIECE)
        if energy[at] > energy.max() / 2
    ]
    received = np.array(captured, float)
    return float(np.median([_best_correlation(received, whole[at : at + PIECE]) for at in loud[:6]]))


PIECE = RATE // 2
"""Half a second, in samples."""


def _best_correlation(received: "np.ndarray[Any, Any]", wanted: "np.ndarray[Any, Any]") -> float:
    if len(received) < len(wanted):
        return 0.0
    size = 1 << (len(received) + len(wanted)).bit_length()
    found = np.fft.irfft(np.fft.rfft(received, size) * np.conj(np.fft.rfft(wanted, size)), size)
    found = found[: len(received) - len(wanted) + 1]
    energy = _moving_sums(received**2, len(wanted))
    return float(np.max(found / np.sqrt(np.maximum(energy, 1.0) * np.sum(wanted**2))))


def spectral_match(captured: "array[int] | list[int]", sound: Sound) -> float:
    """How well a sound matches what was heard, also if a busy machine has stretched, skipped or interrupted it: the median,
    over its seconds, of the best correlation of their spectra in time. Silence is left out of both, since a browser
    whose output waits for its next samples inserts some. It then plays what has waited faster: at 1.2 times the speed a
    second would match by 0.61 to 0.73, so several speeds are tried."""
    received = _spectra(_without_silence(np.array(captured, float)))
    wanted = _spectra(_without_silence(telephone_samples(sound)))
    pieces = [wanted[at : at + FRAMES] for at in range(0, len(wanted) - FRAMES + 1, FRAMES // 2)]
    best = np.max([_matches_at_speed(received, pieces, speed) for speed in SPEEDS], axis=0)
    return float(np.median(best))


def _without_silence(samples: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """The parts of 5 ms that are louder than noise."""
    length = RATE // 200
    parts = samples[: len(samples) // length * length].reshape(-1, length)
    return parts[np.abs(parts).max(axis=1) > SILENCE].reshape(-1)


def _matches_at_speed(
    received: "np.ndarray[Any, Any]", pieces: "list[np.ndarray[Any, Any]]", speed: float
) -> list[float]:
    """Return the best correlation of each piece of a second, played at this speed."""
    length = round(FRAMES / speed)
    windows = np.lib.stride_tricks.sliding_window_view(received, length, axis=0).transpose(0, 2, 1)
    windows = windows - windows.mean(1, keepdims=True)
    strength = np.sqrt((windows**2).sum((1, 2)))
    at = np.linspace(0, FRAMES - 1, length)
    matches = []
    for whole in pieces:
        piece = np.stack([np.interp(at, np.arange(FRAMES), band) for band in whole.T], axis=1)
        piece -= piece.mean(0)
        found = np.einsum("ntf,tf->n", windows, piece) / (strength * np.sqrt((piece**2).sum()) + 1e-9)
        matches.append(float(found.max()))
    return matches


FRAMES = 50
"""Frames of a second."""
SPEEDS = (1.0, 1.06, 1.12, 1.18, 1.25, 1.33, 1.4, 1.5, 1.6, 1.8)
SILENCE = 60
"""Amplitude below which a part counts as silence."""


def _spectra(samples: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Logarithmic strengths of 21 bands from 125 to 3400 Hz, a row every 20 ms."""
    step, length, noise = RATE // FRAMES, RATE // 20, 300
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::step] * np.hanning(length)
    strengths = np.abs(np.fft.rfft(frames, 512))[:, 8:218]
    return np.log(strengths.reshape(len(frames), 21, 10).mean(2) + noise)


async def wait_until_received(phone: AppPhone, *names: str, within: float = 25) -> None:
    """Wait until the phone hears one of these prompts."""
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(_captured, list(phone.audio.received), *names):  # the phones keep running
            await asyncio.sleep(0.2)


def _captured(sound: list[int], *names: str) -> bool:
    return max(correlation(sound, prompt(name)) for name in names) > MATCH_THRESHOLD


def _moving_sums(values: "np.ndarray[Any, Any]", count: int) -> "np.ndarray[Any, Any]":
    """Moving sums of `count` values."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[count:] - total[:-count]


def telephone_samples(sound: Sound) -> "np.ndarray[Any, Any]":
    """The samples of a sound at the rate of telephones."""
    samples = np.frombuffer(sound.pcm, "<i2").astype(float)
    return samples if sound.rate == RATE else _downsampled(samples)


def _downsampled(samples: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Downsample by two, with an anti-aliasing filter."""
    spectrum = np.fft.rfft(samples)
    return np.fft.irfft(spectrum[: len(samples) // 4 + 1], len(samples) // 2) / 2
