"""Active speaker detection per room, with hysteresis: the speaker stays active until another is clearly louder."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import TICKS, Index
from unificx.media.mixer.layout import Plane
from unificx.media.mixer.levels import VOICE, Levels

EVERY = TICKS // 5
"""Ticks between two updates."""
_CLEARLY = 1.5
_PATIENCE = 6
"""Silent updates after which a room has no active speaker."""
NOBODY = -1


class Speakers:
    """Active speaker of every room, by room number."""

    def __init__(self, rooms: int) -> None:
        self._speaker = np.full(rooms, NOBODY, np.int64)
        self._silent = np.zeros(rooms, np.int32)

    def clear(self, room: int) -> None:
        self._speaker[room] = NOBODY
        self._silent[room] = 0

    def gone(self, room: int, slot: int) -> bool:
        """Handle a leg leaving the room; return whether it was the active speaker."""
        if self._speaker[room] != slot:
            return False
        self.clear(room)
        return True

    def look(self, plane: Plane, talkers: Index, levels: Levels) -> list[tuple[int, int]]:
        """Update the speakers; return changes as (room, slot or NO_SPEAKER). `talkers` are ascending plane rows."""
        changes: list[tuple[int, int]] = []
        silent = np.ones(len(plane.rooms), np.bool_)
        if len(talkers):
            place, slot = plane.place[talkers], plane.slots[talkers]
            level = levels.smooth[slot]
            order = np.lexsort((-level, place))
            first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
            room, best, top = plane.rooms[place[first]], slot[first], level[first]
            present = self._speaker[room]
            own = np.where(present == NOBODY, np.float32(0), levels.smooth[np.maximum(present, 0)])
            heard = top > VOICE
            silent[place[first[heard]]] = False
            other = heard & (best != present) & (top > _CLEARLY * own)
            for n in np.flatnonzero(other).tolist():
                self._speaker[room[n]] = best[n]
                changes.append((int(room[n]), int(best[n])))
        self._silent[plane.rooms] = np.where(silent, self._silent[plane.rooms] + 1, 0)
        ended = plane.rooms[(self._silent[plane.rooms] >= _PATIENCE) & (self._speaker[plane.rooms] != NOBODY)]
        self._speaker[ended] = NOBODY
        return changes + [(room, NOBODY) for room in ended.tolist()]
