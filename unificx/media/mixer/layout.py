"""Row order of the legs in the per-tick arrays, rebuilt when legs change, so that a tick only slices.

Legs mixed at 8 kHz come first, then those at 16 kHz; each sorted by room, with legs outside any room last.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass

import numpy as np

from unificx.media.mixer.arrays import NARROW, WIDE, Index, Mask, Numbers
from unificx.media.mixer.leg_table import NO_ROOM, LegTable
from unificx.media.mixer.messages import G722


@dataclass(frozen=True, slots=True)
class Plane:
    """All legs mixed at one sample rate: rows `begin` to `end` of the tick's arrays."""

    width: int
    begin: int
    end: int
    slots: Index
    codec: Numbers
    rooms: Index
    """Room numbers, ascending, in the order of the rows."""
    room_index: Index
    """Index of each row's room in `rooms`, or len(rooms) for none."""
    in_room: Mask
    """Whether each row is in a room."""

    @property
    def rate(self) -> int:
        return self.width * 50


@dataclass(frozen=True, slots=True)
class Layout:
    """Row order of a tick."""

    slots: Index
    """Slot of each row."""
    row: Index
    """Row of each slot, or -1."""
    codec: Numbers
    """Codec of each row."""
    planes: tuple[Plane, ...]
    send_rows: Index
    """Rows of the legs that receive audio."""

    def __len__(self) -> int:
        return len(self.slots)


def build_layout(legs: LegTable) -> Layout:
    """Build the layout of the current legs."""
    slots = np.flatnonzero(legs.used)
    room, codec = legs.room[slots], legs.codec[slots]
    wide = codec == G722
    in_room = room != NO_ROOM
    has_wideband = np.zeros(len(legs.members) + 1, np.bool_)
    has_wideband[room[wide & in_room]] = True
    wide |= in_room & has_wideband[room]
    order = np.lexsort((room, ~in_room, wide))
    slots, room, wide = slots[order], room[order], wide[order]
    middle = int(np.count_nonzero(~wide))
    row = np.full(len(legs.used), -1, np.int64)
    row[slots] = np.arange(len(slots))
    spans = ((NARROW, 0, middle), (WIDE, middle, len(slots)))
    planes = tuple(_plane(legs, slots, room, span) for span in spans if span[1] < span[2])
    return Layout(slots, row, legs.codec[slots], planes, np.flatnonzero(legs.receives[slots]))


def _plane(legs: LegTable, slots: Index, room: Index, span: tuple[int, int, int]) -> Plane:
    width, begin, end = span
    plane_slots, room = slots[begin:end], room[begin:end]
    in_room = room != NO_ROOM
    rooms = np.unique(room[in_room])
    room_index = np.full(len(plane_slots), len(rooms), np.int64)
    room_index[in_room] = np.searchsorted(rooms, room[in_room])
    return Plane(width, begin, end, plane_slots, legs.codec[plane_slots], rooms, room_index, in_room)
