"""Small file systems, to fill up."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MIB = 1 << 20


@contextmanager
def mounted_disk(place: Path, size: str) -> Iterator[Path]:
    """An empty file system in a new directory. `size` as in tmpfs(5), such as "50m". Needs root."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    """Fill the file system to the last byte; return the file that does."""
    greedy = place / "greedy"
    with greedy.open("ab", buffering=0) as file:
        for size in (_MIB, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass
    return greedy
