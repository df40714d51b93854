"""Command handler of the mixer. A command for a leg, room or tap that no longer exists is ignored without an error."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from collections.abc import Callable
from typing import Any

import numpy as np

from unificx.media.mixer import messages
from unificx.media.mixer.arrays import NARROW, WIDE
from unificx.media.mixer.companding import G722
from unificx.media.mixer.mixer import Mixer
from unificx.media.mixer.playback import Reason
from unificx.media.tones import sine

BEEP = "beep"
BEEP_RATE = 16000
_BEEP_HERTZ, _BEEP_SECONDS, _BEEP_LOUD = 1400.0, 0.25, 4000
_GAINS = (0.0, 8.0)
_SECONDS = 24 * 3600.0


class Desk:
    """Applies commands to one mixer. `random_bytes` returns the requested number of random bytes."""

    def __init__(self, mixer: Mixer, chance: Callable[[int], bytes]) -> None:
        self._mixer = mixer
        self._chance = chance
        self._handlers: dict[type, Callable[[Any], None]] = {
            messages.Open: self._open,
            messages.Close: self._close,
            messages.Load: self._load,
            messages.Play: self._play,
            messages.Beep: self._beep,
            messages.Stop: self._stop,
            messages.Join: self._join,
            messages.Leave: self._leave,
            messages.Mute: self._mute,
            messages.Record: self._record,
            messages.Pause: self._pause,
            messages.End: self._end,
        }
        beep = _beep()
        mixer.bank.load(BEEP, BEEP_RATE, len(beep) // 2, 0, beep)
        entry = mixer.bank.get(BEEP)
        if entry is not None:
            entry.players += 1  # never evict it

    def do(self, order: messages.Order) -> None:
        """Apply one command. Ping is not handled here: the engine process answers it with its statistics."""
        handler = self._handlers.get(type(order))
        if handler is not None:
            handler(order)

    def _open(self, order: messages.Open) -> None:
        mixer = self._mixer
        known = mixer.legs.names.get(order.leg)
        before = None if known is None else int(mixer.legs.codec[known])
        opened = mixer.legs.open(order, np.frombuffer(self._chance(12), np.uint32))
        if opened is not None:
            slot, new = opened
            if new or before != order.codec:
                mixer.clear(slot)
            mixer.changed = True
        mixer.tell(messages.Opened(order.number, opened is not None))

    def _close(self, order: messages.Close) -> None:
        mixer = self._mixer
        slot = mixer.legs.names.get(order.leg)
        if slot is None:
            return
        mixer.playback.stop(slot, "closed", signals=True)
        mixer.tell_plays()
        self._end_taps(slot, of_room=False)
        self._out(slot)
        mixer.clear(slot)
        mixer.legs.close(slot)
        mixer.changed = True

    def _load(self, order: messages.Load) -> None:
        bank = self._mixer.bank
        if order.rate not in (8000, 16000) or not bank.load(
            order.digest, order.rate, order.length, order.offset, order.pcm
        ):
            self._mixer.tell(messages.Evicted(order.digest))
        for digest in bank.evicted:
            self._mixer.tell(messages.Evicted(digest))
        bank.evicted.clear()

    def _play(self, order: messages.Play) -> None:
        mixer = self._mixer
        names = mixer.legs.rooms if order.to_room else mixer.legs.names
        target, entry = names.get(order.target), mixer.bank.get(order.digest)
        refusal: Reason | None = "closed" if target is None else "missing" if entry is None else None
        if target is None or entry is None:
            mixer.tell(messages.PlayEnded(order.target, order.ticket, refusal or "missing"))
            return
        start = round(min(max(order.start, 0.0), _SECONDS) * entry.rate)
        mixer.playback.play(
            order.ticket, entry, target, to_room=order.to_room, signal=order.signal, span=(start, order.loop)
        )
        mixer.tell_plays()

    def _beep(self, order: messages.Beep) -> None:
        self._play(messages.Play(order.target, "", BEEP, to_room=order.to_room, signal=True))

    def _stop(self, order: messages.Stop) -> None:
        slot = self._mixer.legs.names.get(order.leg)
        if slot is not None:
            self._mixer.playback.stop(slot)
            self._mixer.tell_plays()

    def _join(self, order: messages.Join) -> None:
        mixer = self._mixer
        slot = mixer.legs.names.get(order.leg)
        if slot is None:
            return
        if mixer.legs.rooms.get(order.room) != int(mixer.legs.room[slot]):
            self._out(slot)
        if mixer.legs.join(slot, order.room) is None:
            mixer.packets["rooms"] += 1
            return
        mixer.legs.muted[slot] = order.muted
        mixer.legs.gain[slot] = round(min(max(order.gain, _GAINS[0]), _GAINS[1]) * 256)
        mixer.legs.agc[slot] = order.agc
        mixer.legs.echo[slot] = order.echo
        mixer.changed = True

    def _leave(self, order: messages.Leave) -> None:
        slot = self._mixer.legs.names.get(order.leg)
        if slot is not None:
            self._out(slot)

    def _mute(self, order: messages.Mute) -> None:
        slot = self._mixer.legs.names.get(order.leg)
        if slot is not None:
            self._mixer.legs.muted[slot] = order.on

    def _record(self, order: messages.Record) -> None:
        mixer = self._mixer
        names = mixer.legs.rooms if order.of_room else mixer.legs.names
        target = names.get(order.target)
        if target is None:
            mixer.tell(messages.TapEnded(order.tap, "missing"))
            return
        wide = mixer.legs.is_wide(target) if order.of_room else bool(mixer.legs.codec[target] == G722)
        if not mixer.taps.add(order.tap, target, WIDE if wide else NARROW, of_room=order.of_room):
            mixer.tell(messages.TapEnded(order.tap, "full"))

    def _pause(self, order: messages.Pause) -> None:
        for chunk in self._mixer.taps.pause(order.tap, on=order.on):
            self._mixer.tell(chunk)

    def _end(self, order: messages.End) -> None:
        self._end_tap(order.tap, "ended")

    def _out(self, slot: int) -> None:
        """Remove a leg from its room, and end the room's sounds and taps with its last leg."""
        mixer = self._mixer
        room = int(mixer.legs.room[slot])
        if room < 0:
            return
        name = mixer.legs.rooms.name(room)
        if mixer.speakers.gone(room, slot):
            mixer.tell(messages.Speaking(name, None))
        if mixer.legs.members[room] == 1:
            mixer.playback.stop_room(room)
            mixer.tell_plays()
            self._end_taps(room, of_room=True)
            mixer.encoder.clear_room(room)
            mixer.speakers.clear(room)
        mixer.legs.leave(slot)
        mixer.legs.muted[slot] = mixer.legs.agc[slot] = mixer.legs.echo[slot] = False
        mixer.changed = True

    def _end_taps(self, target: int, *, of_room: bool) -> None:
        for name in self._mixer.taps.of(target, of_room=of_room):
            self._end_tap(name, "closed")

    def _end_tap(self, name: str, reason: messages.TapReason) -> None:
        left = self._mixer.taps.end(name)
        if left is None:
            return
        for chunk in left:
            self._mixer.tell(chunk)
        self._mixer.tell(messages.TapEnded(name, reason))


def _beep() -> bytes:
    """Return the usual recording tone: 0.25 s of 1400 Hz, faded in and out."""
    tone = np.array(sine(_BEEP_HERTZ, _BEEP_LOUD, round(_BEEP_SECONDS * BEEP_RATE), rate=BEEP_RATE), np.float64)
    edge = np.minimum(1, np.minimum(np.arange(len(tone)), np.arange(len(tone))[::-1]) / 80)
    return (tone * edge).astype("<i2").tobytes()
