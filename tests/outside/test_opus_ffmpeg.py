"""Interoperability of our Ogg Opus files with ffmpeg: audio and chapters."""

import json
import subprocess
from array import array
from pathlib import Path

import pytest

from unificx.audio_store.ogg_opus import OggOpusEncoder
from unificx.media.tones import level, sine


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16000])
def test_ffmpeg_decodes_the_audio(rate: int, channels: int, tmp_path: Path) -> None:
    count = round(3.21 * rate)
    pcm = array("h", [0]) * (count * channels)
    for channel, tone in zip(range(channels), (443.7, 800), strict=False):
        pcm[channel::channels] = sine(tone, 9000, count, rate=rate)
    coding = OggOpusEncoder(rate, channels)
    file = tmp_path / "sound.ogg"
    file.write_bytes(coding.feed(pcm.tobytes()) + coding.finish())
    command = ["ffmpeg", "-xerror", "-i", str(file), "-ar", str(rate), "-f", "s16le", "-y", str(tmp_path / "heard")]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "opus, 48000 Hz" in output
    assert "corrupt" not in output
    received = array("h", (tmp_path / "heard").read_bytes())
    assert abs(len(received) - len(pcm)) <= 2 * channels
    for channel, tone in zip(range(channels), (443.7, 800), strict=False):
        part = received[channel::channels][rate : 2 * rate]
        assert level(part, tone, rate=rate) == pytest.approx(9000, rel=0.15)
        assert level(part, 1243.7 - tone, rate=rate) < 200


def test_ffprobe_reads_the_chapters(tmp_path: Path) -> None:
    coding = OggOpusEncoder(8000, 1, [(1.25, "paused for card"), (3.0, "resumed"), (3725.0, "gap")])
    file = tmp_path / "sound.ogg"
    file.write_bytes(coding.feed(bytes(16_000 * 5)) + coding.finish())
    command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(file)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["chapters"]
    assert [(float(each["start_time"]), each["tags"]["title"]) for each in found] == [
        (1.25, "paused for card"),
        (3.0, "resumed"),
        (3725.0, "gap"),
    ]
