"""Sound files for rtpengine, readable by its unprivileged process: prompts, tones and music.

Music may belong to a tenant, so the files are stored in memory (tmpfs) where available.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import wave
from pathlib import Path

from unificx.media.sounds import Sound

TMPFS = Path("/dev/shm")  # noqa: S108 - a private directory is created in it
MAX_BYTES = 48 << 20
"""Total size in bytes. The least recently used files are deleted first; rtpengine keeps playing files open."""
_PREFIX = "unificx-played-"


class SoundFiles:
    """A directory that exists while the process runs, with one file per sound, named by its digest."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._root: Path | None = None
        self._lock = -1
        self._max_bytes = max_bytes
        # Owner: this node: files that it has written for its rtpengine.
        self._sizes: dict[Path, int] = {}
        """Least recently used first."""

    def path(self, sound: Sound) -> str:
        """Return the path of a sound, writing the file if needed. Raise OSError."""
        if self._root is None:
            self._root, self._lock = _create_directory()
        path = self._root / f"{sound.digest}.wav"
        self._sizes[path] = self._sizes.pop(path, len(sound.pcm))
        self._evict(path)
        if not path.exists():
            temporary = path.with_suffix(".new")
            _write(temporary, sound)
            os.chmod(temporary, 0o644)  # independent of the umask: rtpengine runs as `nobody`
            temporary.replace(path)
        return str(path)

    def _evict(self, keep: Path) -> None:
        size = sum(self._sizes.values())
        for path in [one for one in self._sizes if one != keep]:
            if size <= self._max_bytes:
                return
            size -= self._sizes.pop(path)
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def forget(self) -> None:
        """Delete all files, because a sound was erased. Others are written again when they are played; rtpengine has
        those open that it plays now."""
        for path in self._sizes:
            path.unlink(missing_ok=True)
        self._sizes.clear()

    def close(self) -> None:
        root, self._root = self._root, None
        self._sizes.clear()
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)
            os.close(self._lock)


def _create_directory() -> tuple[Path, int]:
    """Create a directory and lock it by a file descriptor; delete unlocked directories of killed processes."""
    parent = Path(TMPFS if os.access(TMPFS, os.W_OK) else tempfile.gettempdir())
    for stale in parent.glob(f"{_PREFIX}*"):
        lock = _lock_directory(stale, fcntl.LOCK_NB)
        if lock is not None:
            shutil.rmtree(stale, ignore_errors=True)
            os.close(lock)
    while True:
        root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = _lock_directory(root)
        if lock is not None and root.exists():  # not deleted by another process in between
            root.chmod(0o711)
            return root, lock


def _lock_directory(directory: Path, flags: int = 0) -> int | None:
    try:
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | flags)
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
