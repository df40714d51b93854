"""Speech recognition in conversations, with the model."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from test_prompt_intelligibility import errors, words
from test_transcription import MISSING, narrow

from unificx.audio_store import TranscriptionFailed
from unificx.captions import SpeechSegmenter
from unificx.integrations.whisper import LiveWhisper
from unificx.prompts import prompt_texts

needs_it = pytest.mark.skipif(MISSING, reason="not installed (requirements/transcription.txt)")


@needs_it
async def test_pieces_of_speech_are_recognized_by_one_process(tmp_path: Path) -> None:
    live, pids = LiveWhisper(tmp_path), set[int | None]()
    try:
        for language in ("en", "de"):
            segmenter = SpeechSegmenter()
            pieces = segmenter.feed(narrow(language, "captions/notice") + bytes(16000), 8000)
            found = [await live.recognize(each.pcm, each.rate) for each in pieces]
            wanted = words(prompt_texts(language)["captions/notice"], language)
            assert errors(wanted, words(" ".join(found), language)) / len(wanted) < 0.25, found
            pids.add(live.pid)
        assert len(pids) == 1
        assert await live.recognize(bytes(32000), 8000) == ""
    finally:
        await live.close()


@needs_it
async def test_a_recognizer_that_ends_is_reported_and_started_again(tmp_path: Path) -> None:
    live, speech = LiveWhisper(tmp_path), narrow("en", "captions/notice")
    try:
        first = asyncio.create_task(live.recognize(speech, 8000))
        while live.pid is None:
            await asyncio.sleep(0)
        os.kill(live.pid, signal.SIGKILL)
        with pytest.raises(TranscriptionFailed):
            await first
        assert "conference" in (await live.recognize(speech, 8000)).lower()
    finally:
        await live.close()


async def test_a_piece_that_is_too_long_is_refused(tmp_path: Path) -> None:
    live = LiveWhisper(tmp_path)
    with pytest.raises(TranscriptionFailed):
        await live.recognize(bytes((1 << 20) + 2), 48000)
    assert live.pid is None
