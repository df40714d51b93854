"""Sounds as files that rtpengine, which has no rights of its own, can read: prompts, tones, music.

Music may be an organisation's own, so it lies in memory where the system has such a place, never for long on a disk.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import wave
from pathlib import Path

from unificx.media.sounds import Sound

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
MOST = 48 << 20
"""Bytes of all of them. What was not asked for longest goes first; whoever plays it has it open."""
_PREFIX = "unificx-played-"


class SoundFiles:
    """A directory for as long as the process runs; every sound is in it once, under its digest."""

    def __init__(self, most: int = MOST) -> None:
        self._root: Path | None = None
        self._lock = -1
        self._most = most
        self._sizes: dict[Path, int] = {}
        """In the order they were last asked for."""

    def path(self, sound: Sound) -> str:
        """Where the sound is, written now if it was not before. Raises OSError."""
        if self._root is None:
            self._root, self._lock = _own_directory()
        path = self._root / f"{sound.digest}.wav"
        self._sizes[path] = self._sizes.pop(path, len(sound.pcm))
        self._make_room(path)
        if not path.exists():
            fresh = path.with_suffix(".new")
            _write(fresh, sound)
            os.chmod(fresh, 0o644)  # whatever the umask says: rtpengine is nobody
            fresh.replace(path)
        return str(path)

    def _make_room(self, wanted: Path) -> None:
        size = sum(self._sizes.values())
        for path in [one for one in self._sizes if one != wanted]:
            if size <= self._most:
                return
            size -= self._sizes.pop(path)
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def close(self) -> None:
        root, self._root = self._root, None
        self._sizes.clear()
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)
            os.close(self._lock)


def _own_directory() -> tuple[Path, int]:
    """A directory that is ours while the lock on it, a descriptor, is open. Those of processes that were killed go."""
    place = Path(IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else tempfile.gettempdir())
    for left in place.glob(f"{_PREFIX}*"):
        lock = _locked(left, fcntl.LOCK_NB)
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)
    while True:
        root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        lock = _locked(root)
        if lock is not None and root.exists():  # not taken for one of a killed process meanwhile
            root.chmod(0o711)
            return root, lock


def _locked(directory: Path, how: int = 0) -> int | None:
    try:
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | how)
    except OSError:
        os.close(lock)
        return None
    return lock


def _write(path: Path, sound: Sound) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.pcm)
