"""Sound files for rtpengine: deduplication, size limit and cleanup."""

import signal
import subprocess
import sys
from pathlib import Path

from unificx.media.sounds import Sound
from unificx.rtpengine.sound_files import SoundFiles

KILLED = """
import os, signal
from unificx.media.sounds import Sound
from unificx.rtpengine.sound_files import SoundFiles
print(SoundFiles().path(Sound(bytes(1000))), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_files_are_limited_and_deleted_on_close() -> None:
    files, sounds = SoundFiles(max_bytes=2500), [Sound(bytes([number]) * 1000) for number in range(4)]
    first, second, third = (Path(files.path(sound)) for sound in sounds[:3])
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)
    assert Path(files.path(sounds[1])) == second
    fourth = Path(files.path(sounds[3]))  # the third is the least recently used
    assert (second.exists(), third.exists(), fourth.exists()) == (True, False, True)
    assert Path(files.path(sounds[2])).stat().st_size == 1044
    files.forget()
    assert not any(each.exists() for each in fourth.parent.iterdir())
    assert Path(files.path(sounds[2])).exists(), "written again"
    files.close()
    assert not fourth.parent.exists()


def test_files_of_killed_processes_are_deleted_and_those_of_running_ones_kept() -> None:
    others = SoundFiles()
    used = Path(others.path(Sound(bytes(500))))
    killed = subprocess.run([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = Path(killed.stdout.strip())
    assert left.exists()
    mine = SoundFiles()
    mine.path(Sound(bytes(700)))
    assert not left.parent.exists()
    assert used.exists()
    mine.close()
    others.close()
