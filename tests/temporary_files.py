"""The directory for the temporary files of a run of the suite.

The tests create thousands of databases, and each transaction would wait for the disk. Durability is not under test.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEMORY = Path("/dev/shm")
SPACE = 6 << 30
"""Bytes that a run may need at most, twice what it did."""
RESTRICTED = os.ST_NODEV | os.ST_NOEXEC | os.ST_NOSUID
"""Some tests run programs that they write, others install a package."""


@dataclass
class TemporaryFiles:
    directory: Path | None
    """In memory; None where there is too little room or programs cannot run."""
    preserved: bool = False
    """Whether they outlive the block."""


@contextmanager
def temporary_files(place: Path = MEMORY, space: int = SPACE) -> Iterator[TemporaryFiles]:
    """A directory until the end of the block. Others than its owner may pass through it: PostgreSQL does not run as root."""
    if not is_suitable(place, space):
        yield TemporaryFiles(None)
        return
    # Not the name of the product: `unificx verify` reads all files in memory that have it.
    directory = Path(tempfile.mkdtemp(prefix="suite-", dir=place))
    directory.chmod(0o711)
    files = TemporaryFiles(directory)
    try:
        yield files
    finally:
        if not files.preserved:
            shutil.rmtree(directory, ignore_errors=True)


def is_suitable(place: Path, space: int) -> bool:
    try:
        found = os.statvfs(place)
    except OSError:
        return False
    return not found.f_flag & RESTRICTED and min(found.f_bavail * found.f_frsize, available_memory()) >= space


def available_memory() -> int:
    """Bytes that programs may use without swapping (proc(5))."""
    found = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) << 10 if found else 0
