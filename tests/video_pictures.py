"""A moving picture in VP8, and what a foreign program reads from a WebM file."""

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from unificx.media import vp8

FRAMES_PER_SECOND, KEY_INTERVAL = 20, 40


@cache
def pictures(seconds: int) -> tuple[vp8.Frame, ...]:
    """Return frames of 320 x 180 pixels, with a key frame every two seconds."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "source.ivf"
        source = f"testsrc=size=320x180:rate={FRAMES_PER_SECOND}:duration={seconds}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libvpx", "-g", str(KEY_INTERVAL)]
        subprocess.run([*command, "-deadline", "realtime", str(file)], check=True)
        data = file.read_bytes()
    at, found = 32, list[vp8.Frame]()
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        frame = data[at + 12 : at + 12 + size]
        found.append(vp8.Frame(frame, vp8.is_key_frame(frame)))
        at += 12 + size
    return tuple(found)


def probe(file: Path) -> dict[str, Any]:
    """Decode a file with ffprobe, which must not complain; return its streams and format."""
    asked = "stream=codec_name,width,height,nb_read_frames:format=duration,format_name"
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", asked, "-of", "json", str(file)]
    answer = subprocess.run(command, check=True, capture_output=True)
    assert answer.stderr == b""
    return json.loads(answer.stdout)
