"""Decoding of the legs that are mixed or recorded, with packet loss concealment (see `concealment`)."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer import companding, concealment, wideband
from unificx.media.mixer.arrays import NARROW, WIDE, Bytes, Index, Mask, Numbers, Pcm, Samples
from unificx.media.mixer.jitter_buffer import JitterBuffer
from unificx.media.mixer.messages import ALAW, ULAW
from unificx.media.mixer.resampling import HISTORY, resample
from unificx.media.mixer.wideband import PRIMING_FRAMES, G722Codec

_SILENT = concealment.MAX_CONCEALED + 1


class Decoder:
    """Decoder state of every slot. `concealed` counts concealed frames."""

    def __init__(self, jitter: JitterBuffer, slots: int) -> None:
        self.concealed = 0
        self._jitter = jitter
        self._missing = np.zeros(slots, np.int32)
        self._last_tick = np.full(slots, -2, np.int64)
        """Tick in which each slot was last decoded."""
        self._last_frames: Pcm = np.zeros((slots, WIDE), np.int16)
        """Last frame, for concealment where the jitter buffer does not hold the previous payload."""
        self._history = np.zeros((slots, HISTORY[8000]), np.int32)
        self._states: dict[int, G722Codec] = {}

    def clear(self, slot: int) -> None:
        self._last_tick[slot] = -2
        self._states.pop(slot, None)

    def decode_narrowband(self, slots: Index, law: Numbers, payload: Bytes, have: Mask, tick: int) -> Samples:
        """Decode G.711 into frames of 160 samples."""
        self._start_frame(slots, tick)
        frames = self._decode_g711(law, payload)
        if self._is_complete(slots, have):
            return frames
        gap = np.flatnonzero(~have)
        previous = self._last_frames[slots[gap], :NARROW].astype(np.int32)
        first = np.flatnonzero(self._missing[slots[gap]] == 0)
        previous[first] = self._decode_g711(law[gap[first]], self._jitter.previous_payload(slots[gap[first]]))
        self._conceal_gaps(frames, slots, have, previous)
        return frames

    def decode_wideband(self, slots: Index, payload: Bytes, have: Mask, tick: int) -> Samples:
        """Decode G.722 into frames of 320 samples."""
        fresh = self._start_frame(slots, tick)
        frames = np.zeros((len(slots), WIDE), np.int32)
        for n, slot in enumerate(slots.tolist()):
            if fresh[n] or slot not in self._states:
                self._states[slot] = self._primed_state(slots[n : n + 1])
            if have[n]:
                frames[n] = wideband.decode(self._states[slot], payload[n])
        if not self._is_complete(slots, have):
            self._conceal_gaps(frames, slots, have, self._last_frames[slots[~have]].astype(np.int32))
        self._last_frames[slots] = frames
        return frames

    def upsample(self, slots: Index, frames: Samples) -> Samples:
        """Resample G.711 frames to 16 kHz."""
        before = self._history[slots]
        self._history[slots] = frames[:, -HISTORY[8000] :]
        return resample(np.concatenate((before, frames), axis=1), 8000)

    def drop_idle_states(self, talkers: Mask) -> None:
        """Drop the G.722 states of slots that do not talk; `talkers` is indexed by slot."""
        for slot in [slot for slot in self._states if not talkers[slot]]:
            del self._states[slot]

    def _start_frame(self, slots: Index, tick: int) -> Mask:
        """Return the slots that were not decoded in the previous tick and therefore have no history."""
        fresh = self._last_tick[slots] != tick - 1
        self._last_tick[slots] = tick
        if fresh.any():
            new = slots[fresh]
            self._history[new] = 0
            self._last_frames[new] = 0
            self._missing[new] = _SILENT
        return fresh

    def _is_complete(self, slots: Index, have: Mask) -> bool:
        """Whether every frame has arrived, in this tick and in the previous one."""
        if not have.all():
            return False
        missed = self._missing[slots] > 0
        return not missed.any()

    def _conceal_gaps(self, frames: Samples, slots: Index, have: Mask, previous: Samples) -> None:
        """Conceal the missing frames, continuing `previous`, and cross-fade into the first frames after a gap."""
        missing = self._missing[slots]
        rejoined = np.flatnonzero(have & (missing > 0))
        frames[rejoined] = concealment.crossfade(
            frames[rejoined], self._last_frames[slots[rejoined], : frames.shape[1]].astype(np.int32)
        )
        gap = np.flatnonzero(~have)
        count = np.minimum(missing[gap] + 1, _SILENT)
        frames[gap] = concealed = concealment.conceal(previous, count)
        self._last_frames[slots[gap], : frames.shape[1]] = concealed
        self._missing[slots] = 0
        self._missing[slots[gap]] = count
        self.concealed += int(np.count_nonzero(count < _SILENT))

    def _primed_state(self, slot: Index) -> G722Codec:
        """Return a decoder state primed with the preceding payloads."""
        state = wideband.new_codec()
        for frames in range(PRIMING_FRAMES, 0, -1):
            wideband.decode(state, self._jitter.previous_payload(slot, frames)[0])
        return state

    @staticmethod
    def _decode_g711(law: Numbers, payload: Bytes) -> Samples:
        frames = companding.decode(payload, ULAW)
        other = np.flatnonzero(law == ALAW)
        if len(other):
            frames[other] = companding.decode(payload[other], ALAW)
        return frames
