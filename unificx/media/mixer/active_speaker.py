"""Active speaker detection per room, with hysteresis: the speaker stays active until another is clearly louder."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import Index
from unificx.media.mixer.layout import Plane
from unificx.media.mixer.levels import SPEECH_LEVEL, LevelMeter

_LOUDER_FACTOR = 1.5
_SILENT_UPDATES = 6
"""Silent updates after which a room has no active speaker."""
NO_SPEAKER = -1


class ActiveSpeakers:
    """Active speaker of every room, by room number."""

    def __init__(self, rooms: int) -> None:
        self._speaker = np.full(rooms, NO_SPEAKER, np.int64)
        self._silent_updates = np.zeros(rooms, np.int32)

    def clear(self, room: int) -> None:
        self._speaker[room] = NO_SPEAKER
        self._silent_updates[room] = 0

    def remove_leg(self, room: int, slot: int) -> bool:
        """Handle a leg leaving the room; return whether it was the active speaker."""
        if self._speaker[room] != slot:
            return False
        self.clear(room)
        return True

    def update(self, plane: Plane, talkers: Index, levels: LevelMeter) -> list[tuple[int, int]]:
        """Update the speakers; return changes as (room, slot or NO_SPEAKER). `talkers` are ascending plane rows."""
        changes: list[tuple[int, int]] = []
        silent = np.ones(len(plane.rooms), np.bool_)
        if len(talkers):
            place, slot = plane.room_index[talkers], plane.slots[talkers]
            level = levels.smooth[slot]
            order = np.lexsort((-level, place))
            first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
            room, best, top = plane.rooms[place[first]], slot[first], level[first]
            present = self._speaker[room]
            own = np.where(present == NO_SPEAKER, np.float32(0), levels.smooth[np.maximum(present, 0)])
            is_speaking = top > SPEECH_LEVEL
            silent[place[first[is_speaking]]] = False
            other = is_speaking & (best != present) & (top > _LOUDER_FACTOR * own)
            for n in np.flatnonzero(other).tolist():
                self._speaker[room[n]] = best[n]
                changes.append((int(room[n]), int(best[n])))
        self._silent_updates[plane.rooms] = np.where(silent, self._silent_updates[plane.rooms] + 1, 0)
        ended = plane.rooms[
            (self._silent_updates[plane.rooms] >= _SILENT_UPDATES) & (self._speaker[plane.rooms] != NO_SPEAKER)
        ]
        self._speaker[ended] = NO_SPEAKER
        return changes + [(room, NO_SPEAKER) for room in ended.tolist()]
