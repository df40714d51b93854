"""Mixer core: every 20 ms it turns the packets received from all legs into packets for all legs. No sockets, no clock.

A tick decodes only talking legs; all other legs of a room receive one payload that is encoded once for the room.
See `layout` for the order of the arrays.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from collections import Counter

import numpy as np

from unificx.media import rtp
from unificx.media.mixer import levels as loud
from unificx.media.mixer import rtcp
from unificx.media.mixer.active_speaker import NOBODY, Speakers
from unificx.media.mixer.arrays import FRAME, HEADER, MAX_LEGS, MAX_ROOMS, PACKET, TICKS, Bytes, Index, Mask, Samples
from unificx.media.mixer.companding import G722
from unificx.media.mixer.decoding import Decoder
from unificx.media.mixer.dtmf import Digits
from unificx.media.mixer.encoding import COMFORT, Encoder
from unificx.media.mixer.jitter_buffer import ADAPT_EVERY, Jitter
from unificx.media.mixer.layout import Layout, Plane, arrange
from unificx.media.mixer.leg_table import Legs
from unificx.media.mixer.levels import Levels
from unificx.media.mixer.messages import DigitPressed, LegLost, LegSilent, PlayEnded, Speaking, Told
from unificx.media.mixer.packets import Received, read
from unificx.media.mixer.playback import Playback
from unificx.media.mixer.rtcp import Receptions
from unificx.media.mixer.sound_bank import Bank
from unificx.media.mixer.taps import Taps
from unificx.media.mixer.wideband import Steps

LOST = 20 * TICKS
"""Ticks without a packet after which a leg counts as lost."""
MAX_WIDE = 300
"""Talking G.722 legs decoded per tick, loudest first, because each is expensive."""
MAX_TOLD = 10_000


def sums(rows: Samples, starts: Index) -> Samples:
    """Return the sums of groups of rows that begin at `starts`.

    Groups of equal size are summed in one operation, which is several times faster than np.add.reduceat.
    """
    sizes = np.diff(starts, append=len(rows))
    found = np.empty((len(starts), rows.shape[1]), np.int32)
    for size in np.unique(sizes).tolist():
        groups = np.flatnonzero(sizes == size)
        some = rows
        if len(groups) < len(starts):
            members: Index = starts[groups][:, None] + np.arange(int(size))
            some = rows.take(members.reshape(-1), axis=0, mode="clip")
        found[groups] = some if size == 1 else some.reshape(len(groups), size, -1).sum(axis=1, dtype=np.int32)
    return found


class Mixer:
    """All legs and rooms of an engine. `CommandHandler` applies commands; `events` collects what is to be sent."""

    def __init__(self, bank: int, slots: int = MAX_LEGS, rooms: int = MAX_ROOMS) -> None:
        self.legs = Legs(slots, rooms)
        self.bank = Bank(bank)
        self.playback = Playback(self.bank)
        self.taps = Taps()
        self.jitter = Jitter(slots)
        self.levels = Levels(slots)
        self.digits = Digits(slots)
        self.decoder = Decoder(self.jitter, slots)
        self.encoder = Encoder(slots, rooms)
        self.receptions = Receptions(slots)
        self.speakers = Speakers(rooms)
        self.steps = Steps(slots)
        self.tick = 0
        self.told: list[Told] = []
        self.packets: Counter[str] = Counter()
        self.sent: Bytes = np.full((slots, PACKET), 0, np.uint8)
        """Packets of this tick, by row of the layout."""
        self.layout: Layout = arrange(self.legs)
        self.changed = True
        """Whether the layout is out of date."""
        self._lost = np.zeros(slots, np.bool_)
        self._calm = np.zeros(rooms, np.int32)

    def tell(self, message: Told) -> None:
        """Emit a message. The queue is bounded, in case it is not drained."""
        if len(self.told) < MAX_TOLD:
            self.told.append(message)
        else:
            self.packets["events_dropped"] += 1

    def clear(self, slot: int) -> None:
        """Reset all state of a slot."""
        for each in (self.jitter, self.levels, self.digits, self.decoder, self.encoder, self.receptions, self.steps):
            each.clear(slot)
        self.jitter.heard[slot] = self.tick
        self._lost[slot] = False

    # input

    def receive(self, batch: Received) -> list[int]:
        """Process a batch of packets; return the rows that are RTCP multiplexed with RTP (RFC 5761)."""
        packets = read(batch, self.legs.slots)
        slot = packets.slot
        control = packets.good & (packets.kind >= 64) & (packets.kind <= 95)
        good = packets.good & ~control
        audio = good & (packets.kind == self.legs.payload[slot])
        self.packets["in"] += len(batch)
        if audio.all():
            which = np.arange(len(batch))
        else:
            which = np.flatnonzero(audio)
            events = np.flatnonzero(good & (packets.kind == self.legs.digits[slot]))
            if len(events):
                self.jitter.heard[slot[events]] = self.tick
                self._pressed(self.digits.hear(packets, events, self.tick))
            unknown = int(np.count_nonzero(slot < 0))
            self.packets["unknown_source"] += unknown
            self.packets["malformed"] += int(np.count_nonzero(~packets.good)) - unknown
            self.packets["payload"] += int(np.count_nonzero(good)) - len(which) - len(events)
        if len(which):
            audible = self.jitter.bounded(packets, which)
            self.packets["flood"] += len(which) - len(audible)
            which = audible
        which = self.jitter.insert(packets, which, self.tick)
        if len(which):
            self.receptions.hear(packets, which, self.tick)
        return np.flatnonzero(control).tolist() if control.any() else []

    def hear_report(self, slot: int, data: bytes, now: float) -> None:
        """Process an RTCP packet of a leg."""
        try:
            found = rtp.parse_reports(data)
        except rtp.BadPacket:
            self.packets["malformed"] += 1
            return
        for report in found:
            self.receptions.told(slot, report, now)

    def report(self, name: bytes, now: float) -> list[tuple[int, bytes]]:
        """Return the RTCP packets due in this tick as (slot, packet)."""
        slots = self.layout.slots
        due = slots[(slots + self.tick) % rtcp.EVERY == 0]
        return [(slot, rtcp.compound(self.legs, self.receptions, slot, name, now)) for slot in due.tolist()]

    # output

    def advance(self) -> int:
        """Run one tick. The packets are in `output` afterwards; return their number."""
        self.tick += 1
        if self.changed:
            self.layout, self.changed = arrange(self.legs), False
        layout = self.layout
        if len(layout):
            self._tick(layout)
        elif self.taps:
            self._record({})
        return len(layout.sends)

    def _tick(self, layout: Layout) -> None:
        slots = layout.slots
        payload, have = self.jitter.due(slots)
        self._measure(layout, payload, have)
        talk = self._talkers(layout)
        if self.tick % ADAPT_EVERY == 0:
            self._look_around(layout, talk)
        taken: dict[tuple[int, bool], Samples] = {}
        for plane in layout.planes:
            span = slice(plane.begin, plane.end)
            self._mix(plane, (payload[span], have[span]), talk[span], taken)
        if len(self.taps):
            self._record(taken)
        self.playback.advance()
        self.tell_plays()
        self._head(layout)

    def _measure(self, layout: Layout, payload: Bytes, have: Mask) -> None:
        slots, law = layout.slots, layout.law
        wide = law == G722
        if wide.any():
            now = np.zeros(len(slots), np.float32)
            rest = ~wide
            now[rest] = loud.g711_loudness(payload[rest], law[rest])
            now[wide] = self.steps.loudness(slots[wide], payload[wide], have[wide])
        else:
            now = loud.g711_loudness(payload, law)
        self.levels.measure(slots, now, have)

    def _talkers(self, layout: Layout) -> Mask:
        """Select the rows that are added to their room's mix."""
        slots = layout.slots
        talk = (self.levels.hang[slots] > 0) & (self.legs.room[slots] >= 0) & ~self.legs.muted[slots]
        wide = np.flatnonzero(talk & (layout.law == G722))
        if len(wide) > MAX_WIDE:
            quieter = np.argsort(self.levels.smooth[slots[wide]])[:-MAX_WIDE]
            talk[wide[quieter]] = False
            self.packets["talkers"] += len(quieter)
        return talk

    def _mix(self, plane: Plane, heard: tuple[Bytes, Mask], talk: Mask, taken: dict[tuple[int, bool], Samples]) -> None:
        talkers, voices = self._voices(plane, heard, talk, taken)
        mix = np.zeros((len(plane.rooms) + 1, plane.width), np.int32)
        if len(talkers):
            place = plane.place[talkers]
            starts = np.flatnonzero(np.diff(place, prepend=-1))
            mix[place[starts]] = sums(voices, starts)
        own = talk.copy()
        legs, targets, to_rooms = self.playback.rows()
        rows = self.layout.row[targets] - plane.begin
        mine = (rows >= 0) & (rows < len(own))
        legs, rows = legs[mine], rows[mine]
        own[rows] = True
        quiet = self._rooms_calm(plane, talkers, self._play_to_rooms(plane, mix, to_rooms))
        self._tap_rooms(plane, mix, taken)
        mix[:-1][quiet] = COMFORT[plane.width][self.tick % TICKS]
        own_rows = np.flatnonzero(own)
        out = mix[plane.place[own_rows]]
        if len(talkers):
            minus = ~self.legs.echo[plane.slots[talkers]]
            out[np.searchsorted(own_rows, talkers[minus])] -= voices[minus]
        if len(legs):
            frames, at = self.playback.frames(legs, plane.rate), np.searchsorted(own_rows, rows)
            for some in self.playback.apart(legs):
                out[at[some]] += frames[some]
        payload = self.sent[plane.begin : plane.end, HEADER:]
        if plane.rate == 8000:
            self.encoder.narrow(plane, payload, mix, (own_rows, out))
        else:
            self.encoder.wide(plane, payload, mix, (own_rows, out), (quiet, self.tick))

    def _voices(
        self, plane: Plane, heard: tuple[Bytes, Mask], talk: Mask, taken: dict[tuple[int, bool], Samples]
    ) -> tuple[Index, Samples]:
        """Return the mixed rows and their samples. Legs that are recorded but not mixed are only decoded."""
        payload, have = heard
        tapped = self.taps.targets(of_room=False) if len(self.taps) else np.zeros(0, np.int64)
        needed = talk
        if len(tapped):
            rows = self.layout.row[tapped] - plane.begin
            needed = talk.copy()
            needed[rows[(rows >= 0) & (rows < len(talk))]] = True
        at = np.flatnonzero(needed)
        frames = self._decoded(plane, at, payload[at], have[at], taken if len(tapped) else None)
        talkers = np.flatnonzero(talk)
        if len(talkers) < len(at):
            frames = frames[talk[at]]
        return talkers, self._adjusted(plane.slots[talkers], frames)

    def _decoded(
        self, plane: Plane, at: Index, payload: Bytes, have: Mask, taken: dict[tuple[int, bool], Samples] | None
    ) -> Samples:
        slots, law = plane.slots[at], plane.codec[at]
        if plane.rate == 8000:
            frames = self.decoder.narrow(slots, law, payload, have, self.tick)
            self._take(slots, frames, taken)
            return frames
        frames = np.zeros((len(at), plane.width), np.int32)
        wide, narrow = np.flatnonzero(law == G722), np.flatnonzero(law != G722)
        if len(wide):
            frames[wide] = found = self.decoder.wide(slots[wide], payload[wide], have[wide], self.tick)
            self.steps.correct(slots[wide], found)
            self._take(slots[wide], found, taken)
        if len(narrow):
            found = self.decoder.narrow(slots[narrow], law[narrow], payload[narrow], have[narrow], self.tick)
            self._take(slots[narrow], found, taken)
            frames[narrow] = self.decoder.widened(slots[narrow], found)
        return frames

    @staticmethod
    def _take(slots: Index, frames: Samples, taken: dict[tuple[int, bool], Samples] | None) -> None:
        if taken is not None:
            taken.update(zip(((slot, False) for slot in slots.tolist()), frames, strict=True))

    def _adjusted(self, slots: Index, frames: Samples) -> Samples:
        """Apply the legs' gains to frames."""
        gain = self.legs.gain[slots]
        turned = gain != 256
        if turned.any():
            frames[turned] = frames[turned] * gain[turned][:, None] >> 8
        return frames

    def _play_to_rooms(self, plane: Plane, mix: Samples, rows: Index) -> Mask:
        """Add the sounds played to rooms; return a mask of the plane's rooms with a sound."""
        busy = np.zeros(len(plane.rooms), np.bool_)
        if not len(rows) or not len(plane.rooms):
            return busy
        room = self.playback.targets(rows)
        place = np.minimum(np.searchsorted(plane.rooms, room), len(plane.rooms) - 1)
        here = plane.rooms[place] == room
        if here.any():
            np.add.at(mix, place[here], self.playback.frames(rows[here], plane.rate))
            busy[place[here]] = True
        return busy

    def _rooms_calm(self, plane: Plane, talkers: Index, busy: Mask) -> Mask:
        """Return a mask of the plane's rooms that have been silent for some ticks."""
        busy[plane.place[talkers]] = True
        self._calm[plane.rooms] = np.where(busy, 0, self._calm[plane.rooms] + 1)
        return self._calm[plane.rooms] > 2

    def _tap_rooms(self, plane: Plane, mix: Samples, taken: dict[tuple[int, bool], Samples]) -> None:
        if not len(self.taps):
            return
        places = {room: place for place, room in enumerate(plane.rooms.tolist())}
        for room in self.taps.targets(of_room=True).tolist():
            if room in places:
                taken[room, True] = mix[places[room]].copy()

    def _record(self, taken: dict[tuple[int, bool], Samples]) -> None:
        for chunk in self.taps.write(taken):
            self.tell(chunk)

    def _head(self, layout: Layout) -> None:
        """Write the RTP headers of this tick's packets."""
        legs, slots, count = self.legs, layout.slots, len(layout)
        words = self.sent.view(np.uint32)
        kind = np.uint32(0x80000000) | legs.payload[slots].astype(np.uint32) << 16
        words[:count, 0] = (kind | legs.sequence[slots] & 0xFFFF).byteswap()
        words[:count, 1] = legs.stamp[slots].byteswap()
        words[:count, 2] = legs.source[slots].byteswap()
        legs.sequence[slots] += np.uint32(1)
        legs.stamp[slots] += np.uint32(FRAME)
        legs.sent[slots] += np.uint32(1)

    # events

    def _look_around(self, layout: Layout, talk: Mask) -> None:
        """Run the checks that are due five times a second."""
        slots, tick = layout.slots, self.tick
        self.jitter.adapt(self.levels.hang == 0)
        self._pressed(self.digits.expire(slots, tick))
        for plane in layout.planes:
            if len(plane.rooms):
                talkers = np.flatnonzero(talk[plane.begin : plane.end])
                for room, slot in self.speakers.look(plane, talkers, self.levels):
                    leg = None if slot == NOBODY else self.legs.names.name(slot)
                    self.tell(Speaking(self.legs.rooms.name(room), leg))
        moved = slots[self.legs.agc[slots]]
        if len(moved):
            self.legs.gain[moved] = loud.next_gain(self.legs.gain[moved], self.levels.smooth[moved])
        missed = tick - self.jitter.heard[slots] > LOST
        for slot in slots[missed & ~self._lost[slots]].tolist():
            self.tell(LegLost(self.legs.names.name(slot)))
        self._lost[slots] = missed
        self._tell_silences(slots)
        wide = np.zeros(len(self.legs.used), np.bool_)
        wide[slots[talk]] = True
        wide[self.taps.targets(of_room=False)] = True
        self.decoder.forget(wide)

    def _tell_silences(self, slots: Index) -> None:
        watched = self.legs.room < 0
        watched[self.taps.targets(of_room=False)] = True
        for slot, seconds in self.levels.silent(slots[watched[slots]], ADAPT_EVERY):
            self.tell(LegSilent(self.legs.names.name(slot), seconds))

    def _pressed(self, keys: list[tuple[int, str, int]]) -> None:
        for slot, key, ms in keys:
            self.tell(DigitPressed(self.legs.names.name(slot), key, ms))

    def tell_plays(self) -> None:
        """Emit PlayEnded for the sounds that ended."""
        for ended in self.playback.ended:
            if not ended.ticket:
                continue
            names = self.legs.rooms if ended.to_room else self.legs.names
            self.tell(PlayEnded(names.name(ended.target), ended.ticket, ended.reason, ended.at))
        self.playback.ended.clear()
