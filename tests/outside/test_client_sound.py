"""The sound that the client sends: without background noise, and with that of a shared screen."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser_audio import RATE
from client_pages import Clients
from client_phone import ClientPhone, assert_two_way_audio, start_client_phone
from page_checks import PageChecker
from playwright.sync_api import Locator, expect
from server import Household, Server, eventually
from test_client_meeting import created_by, join

from unificx.prompts import Prompts

ANNA, BERTA = "Annarosa Quellmalz", "Bertalina Oxenfurt"
CAPTURE_RATE = 48_000
PAUSE = 0.7
"""Seconds between sentences, in which only noise is heard."""
SENTENCES = ("conference/say-name", "conference/only-one", "conference/ends-soon")
SPEECH_LEVEL, NOISE_LEVEL = -18.0, -38.0
"""Root mean square in dB of the full scale."""
FRAME = RATE // 50
INTERRUPTED = -110.0
"""dB. Below it, a busy machine has interrupted the playback."""


def level(samples: np.ndarray) -> float:
    """Return the root mean square of 16-bit samples in dB of the full scale."""
    return 20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768 + 1e-6)


def write_noisy_speech(path: Path) -> float:
    """Write sentences with pauses, and white noise over all; return the length in seconds."""
    prompts, pause = Prompts(), np.zeros(int(CAPTURE_RATE * PAUSE))
    parts = [pause]
    for name in SENTENCES:
        sound = prompts.sound(name, "en")
        samples = np.frombuffer(sound.pcm, "<i2").astype(float)
        times = np.arange(len(samples) * CAPTURE_RATE // sound.rate) * sound.rate / CAPTURE_RATE
        voice = np.interp(times, np.arange(len(samples)), samples)
        parts += [voice * 10 ** ((SPEECH_LEVEL - level(voice)) / 20), pause]
    speech = np.concatenate(parts)
    noise = np.random.default_rng(7).normal(0, 32768 * 10 ** (NOISE_LEVEL / 20), len(speech))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(CAPTURE_RATE)
        file.writeframes(np.clip(speech + noise, -32768, 32767).astype("<i2").tobytes())
    return len(speech) / CAPTURE_RATE


class Listener:
    """Measures what a phone plays, over whole repetitions of the speech."""

    def __init__(self, phone: ClientPhone, seconds: float) -> None:
        self._speaker, self._length = phone.client.speaker, int(RATE * seconds)
        self._start = 0

    def restart(self) -> None:
        """Measure what is played from now on."""
        self._start = len(self._speaker.received())

    def levels(self) -> tuple[float, float] | None:
        """Return the levels of the pauses and of the speech in dB; None before the speech was played once."""
        samples = self._speaker.received()[self._start :][-self._length :]
        if len(samples) < self._length:
            return None
        levels = (level(each) for each in samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME))
        frames = sorted(each for each in levels if each > INTERRUPTED)
        return (frames[len(frames) // 6], frames[len(frames) * 9 // 10]) if frames else None


def switch(phone: ClientPhone, name: str) -> Locator:
    """The switch of that name below the devices of the call, which are opened if they are not."""
    found = phone.page.get_by_role("dialog", name="Audio and camera").get_by_role("switch", name=name)
    if not found.is_visible():
        phone.press("Audio")
    return found


def in_noise(levels: tuple[float, float]) -> tuple[float, float] | None:
    """The levels, if neither pauses nor speech are much quieter than those of the microphone."""
    noise, speech = levels
    return levels if noise > NOISE_LEVEL - 15 and speech > SPEECH_LEVEL - 10 else None


@pytest.fixture
def phones(clients: Clients, household: Household, tmp_path: Path) -> Iterator[tuple[ClientPhone, ClientPhone]]:
    """Anna speaks in noise; Berta plays 1000 Hz."""
    speech = tmp_path / "speech.wav"
    write_noisy_speech(speech)
    client = clients("microphone", "camera", switches=(f"--use-file-for-fake-audio-capture={speech}",))
    anna = ClientPhone(client, household.anna).sign_in()
    yield anna, start_client_phone(clients, household.berta, 1000, directory=tmp_path)
    clients.close()


@pytest.mark.promise("C4")
def test_background_noise_is_suppressed_during_a_call_and_speech_stays(
    phones: tuple[ClientPhone, ClientPhone], tmp_path: Path
) -> None:
    anna, berta = phones
    listener = Listener(berta, write_noisy_speech(tmp_path / "again.wav"))
    fetched: list[str] = []
    anna.page.on("request", lambda request: fetched.append(request.url))
    anna.dial(berta.login.number)
    berta.answer(ANNA)
    anna.is_in_call_with(BERTA)

    def measured() -> tuple[float, float]:
        listener.restart()
        found = eventually(listener.levels, what="the speech was played once")
        assert found is not None
        return found

    before = eventually(lambda: in_noise(measured()), what="speech in noise")
    assert before
    noise, speech = before
    assert not [url for url in fetched if "rnnoise" in url], "it is loaded only when it is wanted"
    switch(anna, "Suppress background noise").click()
    checks = PageChecker(anna.client, "en", label="sound of a call")
    checks.check("light", "dark")
    after = eventually(lambda: now if (now := measured())[0] < noise - 10 else None, what="less noise")
    assert after
    less, voice = after
    print(f"noise {noise:.1f} -> {less:.1f} dB, speech {speech:.1f} -> {voice:.1f} dB")
    assert abs(voice - speech) < 6
    assert {url.split("/", 3)[2] for url in fetched if "rnnoise" in url} == {anna.client.origin.split("/")[2]}
    switch(anna, "Suppress background noise").click()
    eventually(lambda: measured()[0] > noise - 3, what="noise as before")
    anna.page.keyboard.press("Escape")
    anna.is_in_call_with(BERTA)
    anna.hang_up()
    berta.assert_idle()
    assert checks.findings == []
    assert anna.client.complaints == []


@pytest.mark.promise("C4")
def test_the_sound_of_a_shared_screen_is_heard_by_the_others_only(
    clients: Clients, server: Server, household: Household, tmp_path: Path
) -> None:
    """The fake sound of a screen is that of the fake microphone, which is muted."""
    anna = start_client_phone(clients, household.anna, 440, directory=tmp_path)
    berta = start_client_phone(clients, household.berta, 1000, directory=tmp_path)
    anna.client.open("/team")
    link, _ = created_by(anna.client)
    berta.client.open(link)
    join(berta.client)
    assert_two_way_audio(anna, berta)
    anna.press("Mute")
    eventually(lambda: not berta.is_receiving(440), what="a muted microphone")
    anna.press("Share screen")
    expect(anna.page.get_by_role("button", name="Stop sharing")).to_be_visible()
    assert not berta.is_receiving(440)
    anna.press("Stop sharing")
    switch(anna, "Share sound with the screen").click()
    anna.page.keyboard.press("Escape")
    anna.press("Share screen")
    eventually(lambda: berta.is_receiving(440) and anna.is_receiving(1000), what="the sound of the screen")
    switch(anna, "Share sound with the screen").click()
    eventually(lambda: not berta.is_receiving(440), what="the screen without its sound")
    switch(anna, "Share sound with the screen").click()
    eventually(lambda: berta.is_receiving(440), what="the sound of the screen again")
    anna.page.keyboard.press("Escape")
    anna.press("Stop sharing")
    eventually(lambda: not berta.is_receiving(440), what="the end of the sharing")
    anna.press("Unmute")
    assert_two_way_audio(anna, berta)
    anna.hang_up()
    berta.hang_up()
    assert anna.client.complaints == berta.client.complaints == []
    clients.close()
