"""Playback of sounds to legs and rooms: one row per playing sound, in arrays.

A sound is mixed with whatever else the leg or room hears. A leg has one sound at a time and in addition one signal,
such as a beep, which does not interrupt the sound.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass

import numpy as np

from unificx.media.mixer.arrays import MAX_PLAYS, Index, Mask, Samples
from unificx.media.mixer.messages import PlayEndReason
from unificx.media.mixer.resampling import HISTORY, resample
from unificx.media.mixer.sound_bank import BankEntry, SoundBank


@dataclass(frozen=True, slots=True)
class EndedPlay:
    """A sound that ended. `target` is a slot or a room number."""

    ticket: str
    target: int
    to_room: bool
    reason: PlayEndReason
    position: float = 0.0
    """Position in seconds from the start of the sound."""


class Playback:
    """All playing sounds of a mixer."""

    def __init__(self, bank: SoundBank, capacity: int = MAX_PLAYS) -> None:
        self.ended: list[EndedPlay] = []
        """Sounds that ended. The consumer clears the list."""
        self._bank = bank
        self._target = np.full(capacity, -1, np.int64)
        self._to_room = np.zeros(capacity, np.bool_)
        self._signal = np.zeros(capacity, np.bool_)
        self._rate = np.zeros(capacity, np.int64)
        self._position = np.zeros(capacity, np.int64)
        self._begin = np.zeros(capacity, np.int64)
        self._end = np.zeros(capacity, np.int64)
        self._loop = np.zeros(capacity, np.bool_)
        self._active = np.zeros(capacity, np.bool_)
        self._tickets = [""] * capacity
        self._entries: list[BankEntry | None] = [None] * capacity
        self._free = list(range(capacity - 1, -1, -1))
        self._rows: Index = np.zeros(0, np.int64)
        self._row_by_leg: dict[tuple[int, bool], int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def play(
        self,
        ticket: str,
        entry: BankEntry,
        target: int,
        *,
        to_room: bool = False,
        signal: bool = False,
        span: tuple[int, bool] = (0, False),
    ) -> bool:
        """Start playing; `span` is (first sample, whether to loop). Return False if too many sounds are playing."""
        if not to_room:
            self._stop_one(self._row_by_leg.get((target, signal)), "replaced")
        if not self._free:
            self.ended.append(EndedPlay(ticket, target, to_room, "full"))
            return False
        row = self._free.pop()
        start, loop = span
        self._target[row], self._to_room[row], self._signal[row], self._loop[row] = target, to_room, signal, loop
        self._begin[row], self._end[row], self._rate[row] = entry.start, entry.start + entry.length, entry.rate
        self._position[row] = entry.start + min(max(start, 0), entry.length)
        self._tickets[row], self._entries[row] = ticket, entry
        entry.active_plays += 1
        if not to_room:
            self._row_by_leg[target, signal] = row
        self._active[row] = True
        self._rows = np.flatnonzero(self._active)
        return True

    def stop(self, target: int, reason: PlayEndReason = "stopped", *, signals: bool = False) -> None:
        """Stop the sound that plays to a leg, and its signal too if `signals` is set."""
        self._stop_one(self._row_by_leg.get((target, False)), reason)
        if signals:
            self._stop_one(self._row_by_leg.get((target, True)), reason)

    def stop_room(self, room: int) -> None:
        """Stop the sounds that play to a room that closes."""
        for row in self._rows[self._to_room[self._rows] & (self._target[self._rows] == room)].tolist():
            self._stop_one(row, "closed")

    def rows(self) -> tuple[Index, Index, Index]:
        """Return the rows playing to legs, their slots, and the rows playing to rooms."""
        rows = self._rows
        to_room = self._to_room[rows]
        return rows[~to_room], self._target[rows[~to_room]], rows[to_room]

    def split_signals(self, rows: Index) -> tuple[Mask, Mask]:
        """Split rows playing to legs into masks of signals and sounds; each leg occurs at most once in either."""
        signal = self._signal[rows]
        return signal, ~signal

    def targets(self, rows: Index) -> Index:
        return self._target[rows]

    def frames(self, rows: Index, rate: int) -> Samples:
        """Return the current frame of these rows at 8000 or 16000 Hz."""
        found = np.zeros((len(rows), rate // 50), np.int32)
        for source_rate in (8000, 16000):
            some = np.flatnonzero(self._rate[rows] == source_rate)
            if not len(some):
                continue
            width, before = source_rate // 50, 0 if source_rate == rate else HISTORY[source_rate]
            pcm = self._windows(rows[some], width, before)
            found[some] = resample(pcm, source_rate) if source_rate != rate else pcm
        return found

    def _windows(self, rows: Index, width: int, before: int) -> Samples:
        at, end = self._position[rows], self._end[rows]
        pcm = self._bank.windows(at - before, before + width).astype(np.int32)
        for n in np.flatnonzero(self._loop[rows] & (at + width > end)).tolist():
            begin = int(self._begin[rows[n]])
            over = np.arange(int(at[n]) - before, int(at[n]) + width) - begin
            pcm[n] = self._bank.samples[begin + over % (int(end[n]) - begin)]
        return pcm

    def advance(self) -> None:
        """Advance by one frame; append finished sounds to `ended`."""
        rows = self._rows
        if not len(rows):
            return
        self._position[rows] += self._rate[rows] // 50
        over = rows[self._position[rows] >= self._end[rows]]
        if len(over):
            again = over[self._loop[over]]
            length = self._end[again] - self._begin[again]
            self._position[again] = self._begin[again] + (self._position[again] - self._begin[again]) % length
            for row in over[~self._loop[over]].tolist():
                self._stop_one(row, "end")

    def _stop_one(self, row: int | None, reason: PlayEndReason) -> None:
        if row is None or not self._active[row]:
            return
        self._active[row] = False
        self._rows = np.flatnonzero(self._active)
        target, to_room = int(self._target[row]), bool(self._to_room[row])
        if not to_room:
            self._row_by_leg.pop((target, bool(self._signal[row])), None)
        entry = self._entries[row]
        if entry is not None:
            entry.active_plays -= 1
        self._entries[row] = None
        self._free.append(row)
        at = (int(self._position[row]) - int(self._begin[row])) / int(self._rate[row])
        self.ended.append(EndedPlay(self._tickets[row], target, to_room, reason, at))
