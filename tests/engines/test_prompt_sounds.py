"""Rendered prompts match their texts, are audible and equally loud."""

import ast
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import wave as wav
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from unificx import recording
from unificx.core.errors import Invalid
from unificx.media.sounds import Sound
from unificx.prompts import (
    BEEP,
    LANGUAGES,
    MUSIC,
    PromptNotFound,
    Prompts,
    SpeechUnavailable,
    decode_upload,
    load_manifest,
    prompt_code,
    prompt_texts,
    speech_available,
    synthesize,
)
from unificx.prompts.g722_files import to_samples, to_wave
from unificx.prompts.loudness import PEAK_LEVEL, SPEECH_LEVEL, loudness, normalize
from unificx.prompts.manifest import ANY, SOUNDS, prompt_path
from unificx.prompts.phrases.sequences import PAUSE
from unificx.prompts.sentences import GROUPS
from unificx.prompts.text_to_speech import VOICES

UNIFICX = Path(__file__).parents[2] / "unificx"
RENDER = "python -m unificx.prompts.render"
MANIFEST = load_manifest()
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


def db(wave: np.ndarray) -> float:
    return float(20 * np.log10(max(np.abs(wave).max(), 1e-9)))


def test_both_languages_have_the_same_prompts() -> None:
    english, german = (
        {name for name in prompt_texts(language) if name.partition("/")[0] in GROUPS} for language in ("en", "de")
    )
    assert english == german
    assert len(english) > 150
    assert all(text.strip() == text and text for language in LANGUAGES for text in prompt_texts(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_rendered_unchanged(language: str) -> None:
    rendered = {name: (one.text, one.voice) for name, one in MANIFEST[language].items()}
    wanted = {name: (text, VOICES[language]) for name, text in prompt_texts(language).items()}
    changed = {name for name in {*rendered, *wanted} if rendered.get(name) != wanted.get(name)}
    assert not changed, f"run {RENDER}: {sorted(changed)}"


def test_every_file_matches_its_digest() -> None:
    paths = {prompt_path(name, language): one for language, found in MANIFEST.items() for name, one in found.items()}
    assert {*paths} == {path for path in SOUNDS.rglob("*") if path.is_file()} - {SOUNDS / "manifest.json"}
    wrong = [path for path, one in paths.items() if hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256]
    assert not wrong, f"run {RENDER}"
    assert sum(path.stat().st_size for path in paths) < 9e6


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_are_equally_loud(language: str) -> None:
    prompts, wrong = Prompts(), []
    for name, one in MANIFEST[language].items():
        sound = prompts.sound(name, language)
        received = to_wave(sound.pcm)
        level = loudness(received, sound.rate)
        within_a_sentence = name.partition("/")[0] not in GROUPS
        silent = 0.1 if within_a_sentence else 0.3  # a word may not leave a gap before the next one
        ends = np.flatnonzero(np.abs(received) > 0.003)[[0, -1]] / sound.rate
        if not (
            abs(level - SPEECH_LEVEL) < 1.5
            and db(received) < PEAK_LEVEL + 1.0
            and abs(sound.seconds - one.seconds) < 0.02
            and 0.2 < sound.seconds < 15
            and ends[0] < 0.05
            and sound.seconds - ends[1] < silent
        ):
            wrong.append((name, round(level, 1), round(db(received), 1), sound.seconds, *ends))
    assert not wrong


def names_in(source: str) -> set[str]:
    """Strings that look like a prompt name; parts of other strings do not count."""
    tree = ast.parse(source)
    parts = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    pattern = re.compile(rf"(?:{'|'.join(sorted(GROUPS))})/[a-z0-9-]+\Z")
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in parts
        and pattern.match(node.value)
    }


def test_every_used_prompt_exists() -> None:
    sources = [path for path in sorted(UNIFICX.rglob("*.py")) if "prompts" not in path.parts]
    asked = {(name, path.name) for path in sources for name in names_in(path.read_text("utf-8"))}
    assert ("echo/begin", "echo.py") in asked
    missing = sorted((name, file) for name, file in asked if name not in prompt_texts("en"))
    assert not missing


def test_used_prompts_are_found_in_the_source() -> None:
    assert names_in('play("echo/begin", f"voicemail/{x}", "a/b", "see echo/begin")') == {"echo/begin"}


def test_decoded_prompts_are_cached() -> None:
    prompts: recording.Prompts = Prompts()
    (once,) = prompts.named("echo/begin", "en")
    assert prompts.named("echo/begin", "en")[0] is once
    assert prompts.named(BEEP, "de")[0].seconds == pytest.approx(0.4)
    assert not any(prompts.named(PAUSE, "de")[0].pcm)


def test_prompt_codes_are_unique() -> None:
    codes = [prompt_code(name) for name in {MUSIC, *prompt_texts("en"), *prompt_texts("de")}]
    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {6}
    assert prompt_code("voicemail/leave") == "224026"


def test_unavailable_language_falls_back_to_english() -> None:
    prompts = Prompts()
    assert prompts.sound("echo/begin", "de-AT") is prompts.sound("echo/begin", "de")
    assert prompts.sound("echo/begin", "xx") is prompts.sound("echo/begin", "en")
    assert prompts.sound("echo/begin", "") != prompts.sound("echo/begin", "de")


@pytest.mark.parametrize("name", ["echo/none", "nothing", "../en/echo/begin", "echo/../echo/begin", "echo/begin\n", ""])
def test_unknown_prompt(name: str) -> None:
    with pytest.raises(PromptNotFound):
        Prompts().sound(name, "en")


def test_cache_is_bounded_and_lru() -> None:
    prompts = Prompts(cache_bytes=200_000)
    begin, seen = prompts.sound("echo/begin", "en"), []
    for name in list(prompt_texts("en"))[:60]:
        seen.append(prompts.sound(name, "en"))
        assert sum(len(sound.pcm) for sound in prompts._cache.values()) == prompts._cached_bytes <= 300_000
    assert prompts.sound(list(prompt_texts("en"))[59], "en") is seen[59]
    again = prompts.sound("echo/begin", "en")
    assert again is not begin
    assert again == begin


def test_music_is_quiet_and_loops_seamlessly() -> None:
    music = Prompts().music()
    received = to_wave(music.pcm)
    assert music.seconds == 32
    assert MANIFEST[ANY][MUSIC].text == ""
    assert -27.5 < loudness(received, music.rate) < -24.5
    quarters = [loudness(each, music.rate) for each in np.split(received, 8)]
    assert max(quarters) - min(quarters) < 8  # no gap that sounds like a lost call
    steps = np.abs(np.diff(np.concatenate([received[-800:], received[:800]])))
    assert steps[799] < steps.max() * 1.01 < 0.2
    spectrum = np.abs(np.fft.rfft(received)) ** 2
    place = np.fft.rfftfreq(len(received), 1 / music.rate)
    assert spectrum[(place > 200) & (place < 3400)].sum() > 0.7 * spectrum.sum()


# ---- loudness


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_loudness_matches_bs1770(rate: int) -> None:
    """BS.1770-4, annex 1: a sine of 997 Hz at full scale in one channel is -3.01 LUFS; pauses are gated."""
    tone = np.sin(2 * np.pi * 997 * np.arange(4 * rate) / rate)
    assert loudness(tone, rate) == pytest.approx(-3.01, abs=0.05)
    assert loudness(tone / 10, rate) == pytest.approx(-23.01, abs=0.05)
    assert loudness(np.concatenate([tone, np.zeros(12 * rate)]), rate) == pytest.approx(-3.01, abs=0.3)
    assert loudness(tone[: rate // 10], rate) == pytest.approx(-3.01, abs=0.5)
    assert loudness(np.zeros(rate), rate) == loudness(np.zeros(0), rate) == float("-inf")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_loudness_matches_ffmpeg(tmp_path: Path) -> None:
    sound = Prompts().sound("voicemail/leave", "de")
    write_wav(tmp_path / "a.wav", sound)
    filters = ["-af", "loudnorm=print_format=json", "-f", "null", "-"]
    run = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-i", str(tmp_path / "a.wav"), *filters],
        capture_output=True,
        text=True,
        check=True,
    )
    theirs, _ = json.JSONDecoder().raw_decode(run.stderr[run.stderr.rindex("{") :])
    assert loudness(to_wave(sound.pcm), sound.rate) == pytest.approx(float(theirs["input_i"]), abs=0.3)
    assert float(theirs["input_tp"]) < PEAK_LEVEL + 1.0


def test_peaks_are_limited() -> None:
    rng = np.random.default_rng(1)
    spiky = 0.01 * rng.standard_normal(32000)
    spiky[::4000] = 0.9
    received = normalize(spiky, 16000)
    assert db(received) <= PEAK_LEVEL + 1e-6
    assert np.array_equal(normalize(np.zeros(800), 16000), np.zeros(800))


# ---- custom prompts


def write_wav(file: Path | io.BytesIO, sound: Sound, channels: int = 1, width: int = 2) -> None:
    numbers = np.repeat(np.frombuffer(sound.pcm, "<i2").astype(np.int64), channels)
    if width == 1:
        raw = ((numbers >> 8) + 128).astype(np.uint8).tobytes()
    else:
        wide = (numbers << 8 * (width - 2)).astype("<i8").view(np.uint8).reshape(-1, 8)
        raw = wide[:, :width].tobytes()
    with wav.open(str(file) if isinstance(file, Path) else file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(sound.rate)
        out.writeframes(raw)


def upload(seconds: float, rate: int, channels: int = 1, width: int = 2, volume: float = 0.1) -> bytes:
    tone = volume * np.sin(2 * np.pi * 997 * np.arange(round(seconds * rate)) / rate)
    file = io.BytesIO()
    write_wav(file, Sound(to_samples(np.pad(tone, rate)).tobytes(), rate), channels, width)
    return file.getvalue()


@pytest.mark.parametrize(
    ("rate", "channels", "width"), [(8000, 1, 1), (16000, 1, 2), (44100, 2, 2), (48000, 2, 3), (22050, 1, 4)]
)
def test_upload_is_normalized(rate: int, channels: int, width: int) -> None:
    sound = decode_upload(upload(2.0, rate, channels, width))
    received = to_wave(sound.pcm)
    assert sound.rate == 16000
    assert sound.seconds == pytest.approx(2.08, abs=0.05)
    assert loudness(received, 16000) == pytest.approx(SPEECH_LEVEL, abs=0.5)
    spectrum = np.abs(np.fft.rfft(received * np.hanning(len(received))))
    peak = int(spectrum.argmax())
    assert peak * 16000 / len(received) == pytest.approx(997, abs=2)
    assert (spectrum[peak - 30 : peak + 30] ** 2).sum() > 0.99 * (spectrum**2).sum()


@pytest.mark.parametrize(
    "data",
    [b"", b"RIFF", b"\0" * 100, upload(1.0, 16000)[:30], upload(1.0, 16000, volume=0), upload(0.1, 4000)],
    ids=["empty", "start", "zeros", "cut", "silent", "too slow"],
)
def test_invalid_upload_is_rejected(data: bytes) -> None:
    with pytest.raises(Invalid):
        decode_upload(data)


@pytest.mark.parametrize(("language", "text"), [("en", "We are closed."), ("de", "Wir haben <b>geschlossen</b> & zu.")])
def test_custom_text_is_synthesized(language: str, text: str) -> None:
    sound = synthesize(text, language)
    assert loudness(to_wave(sound.pcm), sound.rate) == pytest.approx(SPEECH_LEVEL, abs=1.5)
    assert 0.5 < sound.seconds < 4
    for wrong in ("", " .\n<>", "a" * 2001):
        with pytest.raises(Invalid):
            synthesize(wrong, language)
    with pytest.raises(Invalid):
        synthesize(text, "xx")


def test_custom_text_without_speech_engine_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert speech_available()
    monkeypatch.setitem(sys.modules, "py_nanotts", None)
    assert not speech_available()
    with pytest.raises(SpeechUnavailable, match="Text-to-speech is not installed"):
        synthesize("We are closed.", "en")
