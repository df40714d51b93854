"""Legs and rooms of the mixer: their names and settings, in arrays indexed by slot and room number."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import MAX_LEGS, MAX_ROOMS
from unificx.media.mixer.messages import G722, OpenLeg

NO_ROOM = -1


class NameTable:
    """Assigns each name the lowest free number."""

    def __init__(self, capacity: int) -> None:
        self._numbers: dict[str, int] = {}
        self._names = [""] * capacity
        self._free = list(range(capacity - 1, -1, -1))

    def __len__(self) -> int:
        return len(self._numbers)

    def get(self, name: str) -> int | None:
        return self._numbers.get(name)

    def name(self, number: int) -> str:
        return self._names[number]

    def add(self, name: str) -> int | None:
        """Return the name's number, assigning one if needed; None if all are in use."""
        if (number := self._numbers.get(name)) is not None:
            return number
        if not self._free:
            return None
        number = self._numbers[name] = self._free.pop()
        self._names[number] = name
        return number

    def remove(self, number: int) -> None:
        del self._numbers[self._names[number]]
        self._names[number] = ""
        self._free.append(number)


class LegTable:
    """Settings of all legs, by slot, and the rooms."""

    def __init__(self, slots: int = MAX_LEGS, rooms: int = MAX_ROOMS) -> None:
        self.names = NameTable(slots)
        self.rooms = NameTable(rooms)
        self.members = np.zeros(rooms, np.int32)
        self.used = np.zeros(slots, np.bool_)
        self.codec = np.zeros(slots, np.int32)
        self.payload_type = np.full(slots, 255, np.uint8)
        self.dtmf_payload_type = np.full(slots, 255, np.uint8)
        self.sends_tones = np.zeros(slots, np.bool_)
        """Whether its digits arrive as tones: it has no telephone events, and does not only record a call."""
        self.receives = np.ones(slots, np.bool_)
        self.room = np.full(slots, NO_ROOM, np.int64)
        self.muted = np.zeros(slots, np.bool_)
        self.echo = np.zeros(slots, np.bool_)
        """Whether the leg hears itself."""
        self.listeners: dict[int, str] = {}
        """Slots of the legs that one leg of their room hears alone, and its name."""
        self.gain = np.full(slots, 256, np.int32)
        """Fixed point: 256 is a gain of 1."""
        self.agc = np.zeros(slots, np.bool_)
        self.port = np.zeros(slots, np.uint16)
        """Big-endian, as in a socket address."""
        self.rtcp_port = np.zeros(slots, np.uint16)
        self.sequence = np.zeros(slots, np.uint32)
        self.timestamp = np.zeros(slots, np.uint32)
        self.ssrc = np.zeros(slots, np.uint32)
        self.packets_sent = np.zeros(slots, np.uint32)
        self.slot_by_port = np.full(65536, -1, np.int32)
        """Slot by remote RTP port, big-endian."""
        self.slot_by_rtcp_port: dict[int, int] = {}
        """Slot by remote RTCP port."""

    def open(self, command: OpenLeg, random_words: npt.NDArray[np.uint32]) -> tuple[int, bool] | None:
        """Open or update a leg; return its slot and whether it is new, or None if all slots are in use.

        `random_words` holds the initial sequence number, timestamp and SSRC (RFC 3550).
        """
        new = self.names.get(command.leg) is None
        slot = self.names.add(command.leg)
        if slot is None:
            return None
        if new:
            self.sequence[slot], self.timestamp[slot], self.ssrc[slot] = (
                random_words[0] & 0xFFFF,
                random_words[1],
                random_words[2],
            )
            self.gain[slot], self.room[slot], self.packets_sent[slot] = 256, NO_ROOM, 0
            self.agc[slot] = self.muted[slot] = self.echo[slot] = False
        else:
            self._release_ports(slot)
        self.used[slot] = True
        self.codec[slot], self.payload_type[slot] = command.codec, command.payload_type & 0xFF
        self.dtmf_payload_type[slot], self.receives[slot] = command.dtmf_payload_type & 0xFF, command.receives
        self.sends_tones[slot] = command.dtmf_payload_type < 0 and command.receives
        self.port[slot], self.rtcp_port[slot] = _big_endian(command.port), _big_endian(command.rtcp_port)
        self.slot_by_port[self.port[slot]] = slot
        self.slot_by_rtcp_port[command.rtcp_port] = slot
        return slot, new

    def close(self, slot: int) -> None:
        self._release_ports(slot)
        self.used[slot] = False
        self.leave(slot)
        self.names.remove(slot)

    def join(self, slot: int, room: str) -> int | None:
        """Put a leg into a room; return the room's number, or None if there are too many rooms."""
        number = self.rooms.add(room)
        if number is not None and number != self.room[slot]:
            self.leave(slot)
            self.room[slot] = number
            self.members[number] += 1
        return number

    def leave(self, slot: int) -> int | None:
        """Take a leg out of its room; return the room's number if it was the last leg and the room is removed."""
        room = int(self.room[slot])
        self.listeners.pop(slot, None)
        if room == NO_ROOM:
            return None
        self.room[slot] = NO_ROOM
        self.members[room] -= 1
        if self.members[room]:
            return None
        self.rooms.remove(room)
        return room

    def listener_of(self, slot: int) -> int | None:
        """Return the slot of the leg that alone hears this one; None while it is not in the same room."""
        listener = self.names.get(self.listeners[slot])
        return listener if listener is not None and self.room[listener] == self.room[slot] else None

    def is_wide(self, room: int) -> bool:
        return bool(np.any(self.used & (self.room == room) & (self.codec == G722)))

    def _release_ports(self, slot: int) -> None:
        """Release the leg's remote ports, unless another leg uses them by now."""
        if self.slot_by_port[self.port[slot]] == slot:
            self.slot_by_port[self.port[slot]] = -1
        control = int(self.rtcp_port[slot].byteswap())
        if self.slot_by_rtcp_port.get(control) == slot:
            del self.slot_by_rtcp_port[control]


def _big_endian(port: int) -> int:
    return (port & 0xFF) << 8 | port >> 8
