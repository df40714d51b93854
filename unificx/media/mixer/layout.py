"""In which order the legs stand in the arrays of a tick: made anew when somebody comes or goes, so that a tick itself
only slices. First all who are mixed at 8 kHz, then all at 16 kHz; in each, room by room, then those in no room."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass

import numpy as np

from unificx.media.mixer.arrays import NARROW, WIDE, Index, Mask, Numbers
from unificx.media.mixer.companding import G722
from unificx.media.mixer.legs import NOWHERE, Legs


@dataclass(frozen=True, slots=True)
class Plane:
    """All that is mixed at one rate: rows `begin` to `end` of the tick's arrays."""

    width: int
    begin: int
    end: int
    slots: Index
    codec: Numbers
    rooms: Index
    """Numbers of the rooms, ascending, as the rows are."""
    place: Index
    """For each row, where its room is in `rooms`; one beyond the last for none."""
    seated: Mask
    """For each row, whether it is in a room."""

    @property
    def rate(self) -> int:
        return self.width * 50


@dataclass(frozen=True, slots=True)
class Layout:
    slots: Index
    """By row."""
    row: Index
    """By slot, -1 for none."""
    law: Numbers
    """The codec of each row."""
    planes: tuple[Plane, ...]
    sends: Index
    """Rows of those who are sent to."""

    def __len__(self) -> int:
        return len(self.slots)


def arrange(legs: Legs) -> Layout:
    """The order of the legs there are now."""
    slots = np.flatnonzero(legs.used)
    room, codec = legs.room[slots], legs.codec[slots]
    wide = codec == G722
    seated = room != NOWHERE
    widened = np.zeros(len(legs.members) + 1, np.bool_)
    widened[room[wide & seated]] = True
    wide |= seated & widened[room]
    order = np.lexsort((room, ~seated, wide))
    slots, room, wide = slots[order], room[order], wide[order]
    middle = int(np.count_nonzero(~wide))
    row = np.full(len(legs.used), -1, np.int64)
    row[slots] = np.arange(len(slots))
    spans = ((NARROW, 0, middle), (WIDE, middle, len(slots)))
    planes = tuple(_plane(legs, slots, room, span) for span in spans if span[1] < span[2])
    return Layout(slots, row, legs.codec[slots], planes, np.flatnonzero(legs.listens[slots]))


def _plane(legs: Legs, slots: Index, room: Index, span: tuple[int, int, int]) -> Plane:
    width, begin, end = span
    mine, room = slots[begin:end], room[begin:end]
    seated = room != NOWHERE
    rooms = np.unique(room[seated])
    place = np.full(len(mine), len(rooms), np.int64)
    place[seated] = np.searchsorted(rooms, room[seated])
    return Plane(width, begin, end, mine, legs.codec[mine], rooms, place, seated)
