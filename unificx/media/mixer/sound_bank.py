"""Sound bank: the 16-bit samples of all playable sounds in one array, so that one lookup reads a frame of each.

Memory is bounded. Loading a sound evicts the least recently used ones; sounds that are playing are never evicted.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass

import numpy as np

from unificx.media.mixer.arrays import Index, Pcm

PAD = 640
"""Zero samples before and after each sound: a frame may begin before the sound and end after it."""


@dataclass(slots=True)
class BankEntry:
    """Location of a sound: samples `start` to `start + length` of the bank, of which `loaded` have arrived."""

    digest: str
    start: int
    length: int
    rate: int
    loaded: int = 0
    active_plays: int = 0

    @property
    def complete(self) -> bool:
        return self.loaded >= self.length

    @property
    def span(self) -> tuple[int, int]:
        return self.start - PAD, self.start + self.length + PAD


class SoundBank:
    """Sound bank with room for `size` samples."""

    def __init__(self, size: int) -> None:
        self.samples: Pcm = np.zeros(size, np.int16)
        self.evicted: list[str] = []
        """Digests of evicted sounds. The consumer clears the list."""
        self._views: dict[int, Pcm] = {}
        self._entries: dict[str, BankEntry] = {}  # least recently used first

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: str) -> BankEntry | None:
        """Return a completely loaded sound and mark it as most recently used."""
        entry = self._entries.get(digest)
        if entry is None or not entry.complete:
            return None
        self._entries[digest] = self._entries.pop(digest)
        return entry

    def load(self, digest: str, rate: int, length: int, offset: int, chunk: bytes) -> bool:
        """Store a chunk of a sound at sample `offset`; chunks come in order. Return False if the sound does not fit."""
        entry = self._entries.get(digest)
        if entry is not None and entry.complete:
            return True
        if offset == 0:
            entry = self._allocate(digest, rate, length)
        if entry is None or offset != entry.loaded or offset + len(chunk) // 2 > entry.length:
            return False
        count = len(chunk) // 2
        at = entry.start + offset
        self.samples[at : at + count] = np.frombuffer(chunk[: 2 * count], "<i2")
        entry.loaded += count
        return True

    def windows(self, positions: Index, width: int) -> Pcm:
        """Return `width` samples from each position, one row per position."""
        view = self._views.get(width)
        if view is None:
            view = self._views[width] = np.lib.stride_tricks.sliding_window_view(self.samples, width)
        return view[positions]

    def _allocate(self, digest: str, rate: int, length: int) -> BankEntry | None:
        self._entries.pop(digest, None)
        wanted = length + 2 * PAD
        if length <= 0 or wanted > len(self.samples):
            return None
        while (start := self._find_gap(wanted)) is None:
            oldest = next((each for each in self._entries.values() if not each.active_plays), None)
            if oldest is None:
                return None
            del self._entries[oldest.digest]
            self.evicted.append(oldest.digest)
        entry = self._entries[digest] = BankEntry(digest, start + PAD, length, rate)
        self.samples[start : start + PAD] = 0
        self.samples[entry.start + length : start + wanted] = 0
        return entry

    def _find_gap(self, wanted: int) -> int | None:
        """Return the position of a free gap of `wanted` samples, or None."""
        at = 0
        for begin, end in sorted(each.span for each in self._entries.values()):
            if begin - at >= wanted:
                return at
            at = end
        return at if len(self.samples) - at >= wanted else None
