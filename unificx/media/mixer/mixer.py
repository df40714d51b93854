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
from unificx.media.mixer.active_speaker import NO_SPEAKER, ActiveSpeakers
from unificx.media.mixer.arrays import (
    FRAME,
    HEADER,
    MAX_LEGS,
    MAX_ROOMS,
    PACKET,
    TICKS_PER_SECOND,
    Bytes,
    Index,
    Mask,
    Samples,
)
from unificx.media.mixer.decoding import Decoder
from unificx.media.mixer.dtmf import DtmfReceiver
from unificx.media.mixer.encoding import COMFORT_NOISE, Encoder
from unificx.media.mixer.inband_tones import InbandTones
from unificx.media.mixer.jitter_buffer import ADAPT_INTERVAL, JitterBuffer
from unificx.media.mixer.layout import Layout, Plane, build_layout
from unificx.media.mixer.leg_table import LegTable
from unificx.media.mixer.levels import LevelMeter
from unificx.media.mixer.messages import (
    G722,
    ActiveSpeakerChanged,
    DigitPressed,
    EngineMessage,
    LegLost,
    LegSilent,
    PlayEnded,
)
from unificx.media.mixer.packets import PacketBatch, parse_batch
from unificx.media.mixer.playback import Playback
from unificx.media.mixer.rtcp import ReceptionStats
from unificx.media.mixer.sound_bank import SoundBank
from unificx.media.mixer.taps import TapTable
from unificx.media.mixer.wideband import StepSizes

LOST_TICKS = 20 * TICKS_PER_SECOND
"""Ticks without a packet after which a leg counts as lost."""
MAX_WIDEBAND_TALKERS = 300
"""Talking G.722 legs decoded per tick, loudest first, because each is expensive."""
MAX_EVENTS = 10_000


def _group_sums(rows: Samples, starts: Index) -> Samples:
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


def _split_whispers(
    legs: LegTable, plane: Plane, talkers: Index, voices: Samples
) -> tuple[Index, Samples, list[tuple[int, Samples]]]:
    """Return the talkers that their whole room hears, their samples, and slots with what they alone hear."""
    slots = plane.slots[talkers].tolist()
    whispers: list[tuple[int, Samples]] = []
    for slot, voice in zip(slots, voices, strict=True):
        listener = legs.listener_of(slot) if slot in legs.listeners else None
        if listener is not None:
            whispers.append((listener, voice))
    public = np.array([slot not in legs.listeners for slot in slots], np.bool_)
    return talkers[public], voices[public], whispers


class Mixer:
    """All legs and rooms of an engine. `CommandHandler` applies commands; `events` collects what is to be sent."""

    def __init__(self, bank_size: int, slots: int = MAX_LEGS, rooms: int = MAX_ROOMS) -> None:
        self.legs = LegTable(slots, rooms)
        self.bank = SoundBank(bank_size)
        self.playback = Playback(self.bank)
        self.taps = TapTable()
        self.jitter = JitterBuffer(slots)
        self.levels = LevelMeter(slots)
        self.dtmf = DtmfReceiver(slots)
        self.tones = InbandTones(slots)
        self.decoder = Decoder(self.jitter, slots)
        self.encoder = Encoder(slots, rooms)
        self.reception_stats = ReceptionStats(slots)
        self.active_speakers = ActiveSpeakers(rooms)
        self.step_sizes = StepSizes(slots)
        self.tick = 0
        self.events: list[EngineMessage] = []
        self.counters: Counter[str] = Counter()
        self.output: Bytes = np.full((slots, PACKET), 0, np.uint8)
        """Packets of this tick, by row of the layout."""
        self.layout: Layout = build_layout(self.legs)
        self.layout_changed = True
        """Whether the layout is out of date."""
        self._is_lost = np.zeros(slots, np.bool_)
        self._quiet_ticks = np.zeros(rooms, np.int32)

    def emit(self, message: EngineMessage) -> None:
        """Emit a message. The queue is bounded, in case it is not drained."""
        if len(self.events) < MAX_EVENTS:
            self.events.append(message)
        else:
            self.counters["events_dropped"] += 1

    def clear(self, slot: int) -> None:
        """Reset all state of a slot."""
        for each in (
            self.jitter,
            self.levels,
            self.dtmf,
            self.tones,
            self.decoder,
            self.encoder,
            self.reception_stats,
            self.step_sizes,
        ):
            each.clear(slot)
        self.jitter.last_packet_tick[slot] = self.tick
        self._is_lost[slot] = False

    # input

    def receive(self, batch: PacketBatch) -> list[int]:
        """Process a batch of packets; return the rows that are RTCP multiplexed with RTP (RFC 5761)."""
        packets = parse_batch(batch, self.legs.slot_by_port)
        slot = packets.slot
        control = packets.valid & (packets.payload_type >= 64) & (packets.payload_type <= 95)
        good = packets.valid & ~control
        audio = good & (packets.payload_type == self.legs.payload_type[slot])
        self.counters["in"] += len(batch)
        if audio.all():
            which = np.arange(len(batch))
        else:
            which = np.flatnonzero(audio)
            events = np.flatnonzero(good & (packets.payload_type == self.legs.dtmf_payload_type[slot]))
            if len(events):
                self.jitter.last_packet_tick[slot[events]] = self.tick
                self._emit_digits(self.dtmf.receive(packets, events, self.tick))
            unknown = int(np.count_nonzero(slot < 0))
            self.counters["unknown_source"] += unknown
            self.counters["malformed"] += int(np.count_nonzero(~packets.valid)) - unknown
            self.counters["payload"] += int(np.count_nonzero(good)) - len(which) - len(events)
        if len(which):
            audible = self.jitter.limit_frames(packets, which)
            self.counters["flood"] += len(which) - len(audible)
            which = audible
        which = self.jitter.insert(packets, which, self.tick)
        if len(which):
            self.reception_stats.receive(packets, which, self.tick)
        return np.flatnonzero(control).tolist() if control.any() else []

    def receive_rtcp(self, slot: int, data: bytes, now: float) -> None:
        """Process an RTCP packet of a leg."""
        try:
            found = rtp.parse_reports(data)
        except rtp.InvalidPacket:
            self.counters["malformed"] += 1
            return
        for report in found:
            self.reception_stats.receive_report(slot, report, now)

    def due_rtcp(self, name: bytes, now: float) -> list[tuple[int, bytes]]:
        """Return the RTCP packets due in this tick as (slot, packet)."""
        slots = self.layout.slots
        due = slots[(slots + self.tick) % rtcp.REPORT_INTERVAL == 0]
        return [(slot, rtcp.compound_packet(self.legs, self.reception_stats, slot, name, now)) for slot in due.tolist()]

    # output

    def advance(self) -> int:
        """Run one tick. The packets are in `output` afterwards; return their number."""
        self.tick += 1
        if self.layout_changed:
            self.layout, self.layout_changed = build_layout(self.legs), False
        layout = self.layout
        if len(layout):
            self._process_tick(layout)
        elif self.taps:
            self._write_taps({})
        return len(layout.send_rows)

    def _process_tick(self, layout: Layout) -> None:
        slots = layout.slots
        payload, have = self.jitter.play_out(slots)
        self._measure(layout, payload, have)
        talk, examined = self._talkers(layout)
        if self.tick % ADAPT_INTERVAL == 0:
            self._run_periodic_checks(layout, talk, examined)
        tap_frames: dict[tuple[int, bool], Samples] = {}
        for plane in layout.planes:
            span = slice(plane.begin, plane.end)
            self._mix(plane, (payload[span], have[span]), (talk[span], examined[span]), tap_frames)
        if len(self.taps):
            self._write_taps(tap_frames)
        self.playback.advance()
        self.emit_ended_plays()
        self._write_headers(layout)

    def _measure(self, layout: Layout, payload: Bytes, have: Mask) -> None:
        slots, law = layout.slots, layout.codec
        wide = law == G722
        if wide.any():
            now = np.zeros(len(slots), np.float32)
            rest = ~wide
            now[rest] = loud.g711_loudness(payload[rest], law[rest])
            now[wide] = self.step_sizes.loudness(slots[wide], payload[wide], have[wide])
        else:
            now = loud.g711_loudness(payload, law)
        self.levels.measure(slots, now, have)

    def _talkers(self, layout: Layout) -> tuple[Mask, Mask]:
        """Select the rows that are added to their room's mix, and those examined for tones of keys."""
        slots = layout.slots
        loud = self.levels.hangover[slots] > 0
        talk = loud & (self.legs.room[slots] >= 0) & ~self.legs.muted[slots]
        examined = loud & self.legs.sends_tones[slots]
        wide = np.flatnonzero((talk | examined) & (layout.codec == G722))
        if len(wide) > MAX_WIDEBAND_TALKERS:
            quieter = np.argsort(self.levels.smooth[slots[wide]])[:-MAX_WIDEBAND_TALKERS]
            talk[wide[quieter]] = examined[wide[quieter]] = False
            self.counters["talkers"] += len(quieter)
        return talk, examined

    def _mix(
        self,
        plane: Plane,
        received: tuple[Bytes, Mask],
        decoded: tuple[Mask, Mask],
        tap_frames: dict[tuple[int, bool], Samples],
    ) -> None:
        talk = decoded[0]
        talkers, voices = self._voices(plane, received, decoded, tap_frames)
        whispers: list[tuple[int, Samples]] = []
        if self.legs.listeners:
            talkers, voices, whispers = _split_whispers(self.legs, plane, talkers, voices)
        mix = np.zeros((len(plane.rooms) + 1, plane.width), np.int32)
        if len(talkers):
            place = plane.room_index[talkers]
            starts = np.flatnonzero(np.diff(place, prepend=-1))
            mix[place[starts]] = _group_sums(voices, starts)
        own = talk.copy()
        legs, targets, to_rooms = self.playback.rows()
        rows = self.layout.row[targets] - plane.begin
        in_plane = (rows >= 0) & (rows < len(own))
        legs, rows = legs[in_plane], rows[in_plane]
        own[rows] = True
        whispers = [(int(self.layout.row[slot]) - plane.begin, voice) for slot, voice in whispers]
        own[[row for row, _ in whispers]] = True
        quiet = self._quiet_rooms(plane, talkers, self._play_to_rooms(plane, mix, to_rooms))
        self._tap_rooms(plane, mix, tap_frames)
        mix[:-1][quiet] = COMFORT_NOISE[plane.width][self.tick % TICKS_PER_SECOND]
        own_rows = np.flatnonzero(own)
        out = mix[plane.room_index[own_rows]]
        if len(talkers):
            minus = ~self.legs.echo[plane.slots[talkers]]
            out[np.searchsorted(own_rows, talkers[minus])] -= voices[minus]
        for row, voice in whispers:
            out[np.searchsorted(own_rows, row)] += voice
        if len(legs):
            frames, at = self.playback.frames(legs, plane.rate), np.searchsorted(own_rows, rows)
            for some in self.playback.split_signals(legs):
                out[at[some]] += frames[some]
        payload = self.output[plane.begin : plane.end, HEADER:]
        if plane.rate == 8000:
            self.encoder.encode_narrowband(plane, payload, mix, (own_rows, out))
        else:
            self.encoder.encode_wideband(plane, payload, mix, (own_rows, out), (quiet, self.tick))

    def _voices(
        self,
        plane: Plane,
        received: tuple[Bytes, Mask],
        decoded: tuple[Mask, Mask],
        tap_frames: dict[tuple[int, bool], Samples],
    ) -> tuple[Index, Samples]:
        """Return the mixed rows and their samples. Legs that are not mixed, but recorded or searched for tones, are
        only decoded."""
        (payload, have), (talk, examined) = received, decoded
        tapped = self.taps.targets(of_room=False) if len(self.taps) else np.zeros(0, np.int64)
        needed = talk | examined
        if len(tapped):
            rows = self.layout.row[tapped] - plane.begin
            needed[rows[(rows >= 0) & (rows < len(talk))]] = True
        at = np.flatnonzero(needed)
        frames = self._decode(plane, at, payload[at], have[at], tap_frames if len(tapped) else None)
        talkers = np.flatnonzero(talk)
        if len(talkers) < len(at):
            frames = frames[talk[at]]
        return talkers, self._apply_gain(plane.slots[talkers], frames)

    def _decode(
        self, plane: Plane, at: Index, payload: Bytes, have: Mask, tap_frames: dict[tuple[int, bool], Samples] | None
    ) -> Samples:
        slots, law = plane.slots[at], plane.codec[at]
        if plane.rate == 8000:
            frames = self.decoder.decode_narrowband(slots, law, payload, have, self.tick)
            self._detect_tones(slots, frames, have)
            self._store_tap_frames(slots, frames, tap_frames)
            return frames
        frames = np.zeros((len(at), plane.width), np.int32)
        wide, narrow = np.flatnonzero(law == G722), np.flatnonzero(law != G722)
        if len(wide):
            found = self.decoder.decode_wideband(slots[wide], payload[wide], have[wide], self.tick)
            self.step_sizes.set_measured(slots[wide], found)
            self._detect_tones(slots[wide], found, have[wide])
            self._store_tap_frames(slots[wide], found, tap_frames)
            frames[wide] = found
        if len(narrow):
            found = self.decoder.decode_narrowband(slots[narrow], law[narrow], payload[narrow], have[narrow], self.tick)
            self._detect_tones(slots[narrow], found, have[narrow])
            self._store_tap_frames(slots[narrow], found, tap_frames)
            frames[narrow] = self.decoder.upsample(slots[narrow], found)
        return frames

    def _detect_tones(self, slots: Index, frames: Samples, have: Mask) -> None:
        """Report the keys whose tones were in the frames, and remove the tones, so that other legs do not hear them."""
        some = np.flatnonzero(self.legs.sends_tones[slots])
        if len(some):
            found = self.tones.receive(slots[some], frames[some], have[some], self.tick)
            self._emit_digits(found, tones=True)
            frames[some[self.tones.pressed(slots[some])]] = 0

    @staticmethod
    def _store_tap_frames(slots: Index, frames: Samples, tap_frames: dict[tuple[int, bool], Samples] | None) -> None:
        if tap_frames is not None:
            tap_frames.update(zip(((slot, False) for slot in slots.tolist()), frames, strict=True))

    def _apply_gain(self, slots: Index, frames: Samples) -> Samples:
        """Apply the legs' gains to frames."""
        gain = self.legs.gain[slots]
        adjusted = gain != 256
        if adjusted.any():
            frames[adjusted] = frames[adjusted] * gain[adjusted][:, None] >> 8
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

    def _quiet_rooms(self, plane: Plane, talkers: Index, busy: Mask) -> Mask:
        """Return a mask of the plane's rooms that have been silent for some ticks."""
        busy[plane.room_index[talkers]] = True
        self._quiet_ticks[plane.rooms] = np.where(busy, 0, self._quiet_ticks[plane.rooms] + 1)
        return self._quiet_ticks[plane.rooms] > 2

    def _tap_rooms(self, plane: Plane, mix: Samples, tap_frames: dict[tuple[int, bool], Samples]) -> None:
        if not len(self.taps):
            return
        places = {room: place for place, room in enumerate(plane.rooms.tolist())}
        for room in self.taps.targets(of_room=True).tolist():
            if room in places:
                tap_frames[room, True] = mix[places[room]].copy()

    def _write_taps(self, tap_frames: dict[tuple[int, bool], Samples]) -> None:
        for chunk in self.taps.write(tap_frames):
            self.emit(chunk)

    def _write_headers(self, layout: Layout) -> None:
        """Write the RTP headers of this tick's packets."""
        legs, slots, count = self.legs, layout.slots, len(layout)
        words = self.output.view(np.uint32)
        kind = np.uint32(0x80000000) | legs.payload_type[slots].astype(np.uint32) << 16
        words[:count, 0] = (kind | legs.sequence[slots] & 0xFFFF).byteswap()
        words[:count, 1] = legs.timestamp[slots].byteswap()
        words[:count, 2] = legs.ssrc[slots].byteswap()
        legs.sequence[slots] += np.uint32(1)
        legs.timestamp[slots] += np.uint32(FRAME)
        legs.packets_sent[slots] += np.uint32(1)

    # events

    def _run_periodic_checks(self, layout: Layout, talk: Mask, examined: Mask) -> None:
        """Run the checks that are due five times a second."""
        slots, tick = layout.slots, self.tick
        self.jitter.adapt(self.levels.hangover == 0)
        self._emit_digits(self.dtmf.expire(slots, tick))
        self._emit_digits(self.tones.expire(slots, tick), tones=True)
        for plane in layout.planes:
            if len(plane.rooms):
                talkers = np.flatnonzero(
                    talk[plane.begin : plane.end] & ~np.isin(plane.slots, list(self.legs.listeners))
                )
                for room, slot in self.active_speakers.update(plane, talkers, self.levels):
                    leg = None if slot == NO_SPEAKER else self.legs.names.name(slot)
                    self.emit(ActiveSpeakerChanged(self.legs.rooms.name(room), leg))
        moved = slots[self.legs.agc[slots]]
        if len(moved):
            self.legs.gain[moved] = loud.next_gain(self.legs.gain[moved], self.levels.smooth[moved])
        missed = tick - self.jitter.last_packet_tick[slots] > LOST_TICKS
        for slot in slots[missed & ~self._is_lost[slots]].tolist():
            self.emit(LegLost(self.legs.names.name(slot)))
        self._is_lost[slots] = missed
        self._emit_silences(slots)
        wide = np.zeros(len(self.legs.used), np.bool_)
        wide[slots[talk | examined]] = True
        wide[self.taps.targets(of_room=False)] = True
        self.decoder.drop_idle_states(wide)

    def _emit_silences(self, slots: Index) -> None:
        watched = self.legs.room < 0
        watched[self.taps.targets(of_room=False)] = True
        for slot, seconds in self.levels.new_silences(slots[watched[slots]], ADAPT_INTERVAL):
            self.emit(LegSilent(self.legs.names.name(slot), seconds))

    def _emit_digits(self, digits: list[tuple[int, str, int]], *, tones: bool = False) -> None:
        for slot, key, ms in digits:
            self.emit(DigitPressed(self.legs.names.name(slot), key, ms, tones))

    def emit_ended_plays(self) -> None:
        """Emit PlayEnded for the sounds that ended."""
        for ended in self.playback.ended:
            if not ended.ticket:
                continue
            names = self.legs.rooms if ended.to_room else self.legs.names
            self.emit(PlayEnded(names.name(ended.target), ended.ticket, ended.reason, ended.position))
        self.playback.ended.clear()
