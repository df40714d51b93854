"""Transcription of our own prompts at telephone quality."""

from pathlib import Path

import pytest
from test_prompt_intelligibility import errors, words

from unificx.audio_store import TranscriptionFailed
from unificx.integrations.whisper import client
from unificx.integrations.whisper.client import Whisper
from unificx.prompts import Prompts, prompt_texts

MISSING = bool(Whisper(Path()).requirement)
needs_it = pytest.mark.skipif(MISSING, reason="not installed (requirements/transcription.txt)")


def narrow(language: str, name: str) -> bytes:
    """A prompt at 8 kHz."""
    sound = Prompts().sound(name, language)
    assert sound.rate == 16000
    pairs = memoryview(sound.pcm).cast("h")
    halves = [(pairs[at] + pairs[at + 1]) // 2 for at in range(0, len(pairs) - 1, 2)]
    return b"".join(each.to_bytes(2, "little", signed=True) for each in halves)


@needs_it
@pytest.mark.parametrize("language", ["en", "de"])
async def test_text_and_language_are_recognized(language: str, tmp_path: Path) -> None:
    found = await Whisper(tmp_path).transcribe(narrow(language, "voicemail/leave"), 8000)
    wanted = words(prompt_texts(language)["voicemail/leave"], language)
    assert found.language == language
    assert errors(wanted, words(found.text, language)) / len(wanted) < 0.25, found


@needs_it
async def test_failure_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TranscriptionFailed):
        await Whisper(tmp_path / "file").transcribe(bytes(16000), 8000)


def test_missing_packages_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PACKAGES", ("a_package_nobody_has",))
    assert "requirements/transcription.txt" in Whisper(tmp_path).requirement
