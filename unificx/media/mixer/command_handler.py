"""Command handler of the mixer. A command for a leg, room or tap that no longer exists is ignored without an error."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from collections.abc import Callable
from typing import Any

import numpy as np

from unificx.media.mixer import messages
from unificx.media.mixer.arrays import NARROW, WIDE
from unificx.media.mixer.messages import G722, PlayEndReason
from unificx.media.mixer.mixer import Mixer
from unificx.media.tones import sine

BEEP_DIGEST = "beep"
BEEP_RATE = 16000
_BEEP_HERTZ, _BEEP_SECONDS, _BEEP_AMPLITUDE = 1400.0, 0.25, 4000
_GAIN_RANGE = (0.0, 8.0)
_MAX_START_SECONDS = 24 * 3600.0


class CommandHandler:
    """Applies commands to one mixer. `random_bytes` returns the requested number of random bytes."""

    def __init__(self, mixer: Mixer, random_bytes: Callable[[int], bytes]) -> None:
        self._mixer = mixer
        self._random_bytes = random_bytes
        self._handlers: dict[type, Callable[[Any], None]] = {
            messages.OpenLeg: self._open,
            messages.CloseLeg: self._close,
            messages.LoadSound: self._load,
            messages.PlaySound: self._play,
            messages.PlayBeep: self._beep,
            messages.StopSound: self._stop,
            messages.JoinRoom: self._join,
            messages.LeaveRoom: self._leave,
            messages.MuteLeg: self._mute,
            messages.StartTap: self._record,
            messages.PauseTap: self._pause,
            messages.EndTap: self._end,
        }
        beep = _beep_pcm()
        mixer.bank.load(BEEP_DIGEST, BEEP_RATE, len(beep) // 2, 0, beep)
        entry = mixer.bank.get(BEEP_DIGEST)
        if entry is not None:
            entry.active_plays += 1  # never evict it

    def apply(self, command: messages.Command) -> None:
        """Apply one command. Ping is not handled here: the engine process answers it with its statistics."""
        handler = self._handlers.get(type(command))
        if handler is not None:
            handler(command)

    def _open(self, command: messages.OpenLeg) -> None:
        mixer = self._mixer
        known = mixer.legs.names.get(command.leg)
        previous_codec = None if known is None else int(mixer.legs.codec[known])
        opened = mixer.legs.open(command, np.frombuffer(self._random_bytes(12), np.uint32))
        if opened is not None:
            slot, new = opened
            if new or previous_codec != command.codec:
                mixer.clear(slot)
            mixer.layout_changed = True
        mixer.emit(messages.LegOpened(command.number, opened is not None))

    def _close(self, command: messages.CloseLeg) -> None:
        mixer = self._mixer
        slot = mixer.legs.names.get(command.leg)
        if slot is None:
            return
        mixer.playback.stop(slot, "closed", signals=True)
        mixer.emit_ended_plays()
        self._end_taps(slot, of_room=False)
        self._leave_room(slot)
        mixer.clear(slot)
        mixer.legs.close(slot)
        mixer.layout_changed = True

    def _load(self, command: messages.LoadSound) -> None:
        bank = self._mixer.bank
        if command.rate not in (8000, 16000) or not bank.load(
            command.digest, command.rate, command.length, command.offset, command.pcm
        ):
            self._mixer.emit(messages.SoundEvicted(command.digest))
        for digest in bank.evicted:
            self._mixer.emit(messages.SoundEvicted(digest))
        bank.evicted.clear()

    def _play(self, command: messages.PlaySound) -> None:
        mixer = self._mixer
        names = mixer.legs.rooms if command.to_room else mixer.legs.names
        target, entry = names.get(command.target), mixer.bank.get(command.digest)
        refusal: PlayEndReason | None = "closed" if target is None else "missing" if entry is None else None
        if target is None or entry is None:
            mixer.emit(messages.PlayEnded(command.target, command.ticket, refusal or "missing"))
            return
        start = round(min(max(command.start, 0.0), _MAX_START_SECONDS) * entry.rate)
        mixer.playback.play(
            command.ticket, entry, target, to_room=command.to_room, signal=command.signal, span=(start, command.loop)
        )
        mixer.emit_ended_plays()

    def _beep(self, command: messages.PlayBeep) -> None:
        self._play(messages.PlaySound(command.target, "", BEEP_DIGEST, to_room=command.to_room, signal=True))

    def _stop(self, command: messages.StopSound) -> None:
        slot = self._mixer.legs.names.get(command.leg)
        if slot is not None:
            self._mixer.playback.stop(slot)
            self._mixer.emit_ended_plays()

    def _join(self, command: messages.JoinRoom) -> None:
        mixer = self._mixer
        slot = mixer.legs.names.get(command.leg)
        if slot is None:
            return
        if mixer.legs.rooms.get(command.room) != int(mixer.legs.room[slot]):
            self._leave_room(slot)
        if mixer.legs.join(slot, command.room) is None:
            mixer.counters["rooms"] += 1
            return
        mixer.legs.muted[slot] = command.muted
        mixer.legs.gain[slot] = round(min(max(command.gain, _GAIN_RANGE[0]), _GAIN_RANGE[1]) * 256)
        mixer.legs.agc[slot] = command.agc
        mixer.legs.echo[slot] = command.echo
        mixer.legs.listeners.pop(slot, None)
        if command.listener is not None:
            mixer.legs.listeners[slot] = command.listener
        mixer.layout_changed = True

    def _leave(self, command: messages.LeaveRoom) -> None:
        slot = self._mixer.legs.names.get(command.leg)
        if slot is not None:
            self._leave_room(slot)

    def _mute(self, command: messages.MuteLeg) -> None:
        slot = self._mixer.legs.names.get(command.leg)
        if slot is not None:
            self._mixer.legs.muted[slot] = command.on

    def _record(self, command: messages.StartTap) -> None:
        mixer = self._mixer
        names = mixer.legs.rooms if command.of_room else mixer.legs.names
        target = names.get(command.target)
        if target is None:
            mixer.emit(messages.TapEnded(command.tap, "missing"))
            return
        wide = mixer.legs.is_wide(target) if command.of_room else bool(mixer.legs.codec[target] == G722)
        if not mixer.taps.add(command.tap, target, WIDE if wide else NARROW, of_room=command.of_room):
            mixer.emit(messages.TapEnded(command.tap, "full"))

    def _pause(self, command: messages.PauseTap) -> None:
        for chunk in self._mixer.taps.pause(command.tap, on=command.on):
            self._mixer.emit(chunk)

    def _end(self, command: messages.EndTap) -> None:
        self._end_tap(command.tap, "ended")

    def _leave_room(self, slot: int) -> None:
        """Remove a leg from its room, and end the room's sounds and taps with its last leg."""
        mixer = self._mixer
        room = int(mixer.legs.room[slot])
        if room < 0:
            return
        name = mixer.legs.rooms.name(room)
        if mixer.active_speakers.remove_leg(room, slot):
            mixer.emit(messages.ActiveSpeakerChanged(name, None))
        if mixer.legs.members[room] == 1:
            mixer.playback.stop_room(room)
            mixer.emit_ended_plays()
            self._end_taps(room, of_room=True)
            mixer.encoder.clear_room(room)
            mixer.active_speakers.clear(room)
        mixer.legs.leave(slot)
        mixer.legs.muted[slot] = mixer.legs.agc[slot] = mixer.legs.echo[slot] = False
        mixer.layout_changed = True

    def _end_taps(self, target: int, *, of_room: bool) -> None:
        for name in self._mixer.taps.names_of(target, of_room=of_room):
            self._end_tap(name, "closed")

    def _end_tap(self, name: str, reason: messages.TapReason) -> None:
        left = self._mixer.taps.end(name)
        if left is None:
            return
        for chunk in left:
            self._mixer.emit(chunk)
        self._mixer.emit(messages.TapEnded(name, reason))


def _beep_pcm() -> bytes:
    """Return the usual recording tone: 0.25 s of 1400 Hz, faded in and out."""
    tone = np.array(sine(_BEEP_HERTZ, _BEEP_AMPLITUDE, round(_BEEP_SECONDS * BEEP_RATE), rate=BEEP_RATE), np.float64)
    envelope = np.minimum(1, np.minimum(np.arange(len(tone)), np.arange(len(tone))[::-1]) / 80)
    return (tone * envelope).astype("<i2").tobytes()
