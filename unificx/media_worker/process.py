"""Media engine process: a 20 ms clock and non-blocking sockets, and nothing else that could delay a tick.

Without legs the clock stops until something arrives at a socket.
"""

import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import sys
import time
from collections import deque

import numpy as np

from unificx.media.mixer import messages
from unificx.media.mixer.arrays import TICKS_PER_SECOND, Index
from unificx.media.mixer.command_handler import CommandHandler
from unificx.media.mixer.mixer import Mixer
from unificx.media_worker import protocol
from unificx.media_worker.datagram_batches import MediaSocket

TICK_NS = 1_000_000_000 // TICKS_PER_SECOND
MAX_CATCH_UP_TICKS = 5
"""Ticks caught up after the process was not scheduled; further ones are skipped."""
MAX_COMMANDS_PER_TICK = 64
"""Commands processed per tick."""
MAX_COMMAND_BYTES_PER_TICK = 512 * 1024
"""Bytes of commands processed per tick."""
MAX_QUEUED_BYTES = 32 << 20
"""Bytes queued for a client that does not read; further messages are dropped and counted."""
MAX_RTCP_PACKETS_PER_TICK = 64
SOUND_BANK_SAMPLES = 32 << 20
"""Size of the sound bank in samples: an hour at 8 kHz."""
NOBODY_UID = 65534
_DURATION_WINDOW = 10 * TICKS_PER_SECOND
_DROP_REASONS = ("unknown_source", "malformed", "payload", "flood", "talkers", "rooms", "commands", "events_dropped")
_MALLOC_OPTIONS = {-1: 1 << 30, -3: 1 << 30, -2: 16 << 20}
"""glibc's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_TOP_PAD (mallopt(3))."""
_PR_SET_NO_NEW_PRIVS, _PR_SET_PDEATHSIG, _PR_SET_THP_DISABLE = 38, 1, 41


class Engine:
    """A mixer with its sockets. `control` is the client's socket, which preserves message boundaries."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        control.setblocking(False)
        self._mixer = Mixer(SOUND_BANK_SAMPLES)
        self._handler = CommandHandler(self._mixer, os.urandom)
        self._socket = MediaSocket()
        self._cname = os.urandom(9).hex().encode()
        # Owner: the engine process.
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._ticks = self._late_ticks = self._sent = 0
        self._durations: Index = np.zeros(_DURATION_WINDOW, np.int64)
        """Durations of the last ticks in nanoseconds."""
        self._closed = False

    def close(self) -> None:
        """Close the media sockets."""
        self._socket.rtp.close()
        self._socket.rtcp.close()

    def run(self) -> None:
        """Run until the client closes its socket."""
        self._queue_message(messages.EngineStarted(self._socket.port))
        due = time.monotonic_ns() + TICK_NS
        while not self._closed:
            if self._idle:
                select.select([self._control, self._socket.rtp, self._socket.rtcp], [], [])
                due = max(due, time.monotonic_ns())
            now = time.monotonic_ns()
            if now < due:
                time.sleep((due - now) / 1e9)
                now = time.monotonic_ns()
            behind = (now - due) // TICK_NS
            if behind > MAX_CATCH_UP_TICKS:
                due += (behind - MAX_CATCH_UP_TICKS) * TICK_NS
            self._tick()
            due += TICK_NS
            self._record_duration(now, due)

    @property
    def _idle(self) -> bool:
        """Whether a tick has nothing to do until something arrives at a socket."""
        return not (self._mixer.legs.names or self._mixer.layout_changed or self._queue)

    def _tick(self) -> None:
        self._process_commands()
        mixer, media = self._mixer, self._socket
        for batch in media.receive():
            for row in mixer.receive(batch):
                slot = int(mixer.legs.slot_by_port[batch.port[row]])
                mixer.receive_rtcp(slot, batch.data[row, : batch.length[row]].tobytes(), time.time())
        changed = mixer.layout_changed
        mixer.advance()
        if changed:
            layout = mixer.layout
            media.set_destinations(mixer.output, layout.send_rows, mixer.legs.port[layout.slots[layout.send_rows]])
        self._sent += media.send()
        self._process_rtcp()
        self._flush_events()

    def _process_rtcp(self) -> None:
        mixer, now = self._mixer, time.time()
        for port, data in self._socket.receive_rtcp(MAX_RTCP_PACKETS_PER_TICK):
            slot = mixer.legs.slot_by_rtcp_port.get(port)
            if slot is None:
                mixer.counters["unknown_source"] += 1
            else:
                mixer.receive_rtcp(slot, data, now)
        for slot, data in mixer.due_rtcp(self._cname, now):
            media, control = (int(each[slot].byteswap()) for each in (mixer.legs.port, mixer.legs.rtcp_port))
            self._socket.send_rtcp(control, data, multiplexed=control == media)

    def _process_commands(self) -> None:
        processed = 0
        for _ in range(MAX_COMMANDS_PER_TICK):
            try:
                data = self._control.recv(protocol.MAX_MESSAGE_BYTES * 2)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._closed = True
                return
            self._apply(data)
            processed += len(data)
            if processed > MAX_COMMAND_BYTES_PER_TICK:
                return

    def _apply(self, data: bytes) -> None:
        try:
            command = protocol.decode(data)
        except protocol.InvalidMessage:
            self._mixer.counters["commands"] += 1
            return
        if isinstance(command, messages.Ping):
            self._mixer.emit(messages.Pong(command.number, self.stats()))
            return
        try:
            self._handler.apply(command)
        except Exception:  # one bad command must not affect other calls
            self._mixer.counters["commands"] += 1

    def stats(self) -> messages.EngineStats:
        mixer = self._mixer
        dropped = {reason: mixer.counters[reason] for reason in _DROP_REASONS} | {
            "late": mixer.jitter.late,
            "resync": mixer.jitter.resyncs,
            "other_source": mixer.jitter.other_sources,
            "dtmf": mixer.dtmf.dropped,
            "overflow": self._socket.kernel_drops(),
            "unsent": self._socket.send_errors,
        }
        return messages.EngineStats(
            legs=len(mixer.legs.names),
            rooms=len(mixer.legs.rooms),
            plays=len(mixer.playback),
            taps=len(mixer.taps),
            sounds=len(mixer.bank),
            packets_in=mixer.counters["in"],
            packets_out=self._sent,
            dropped=dropped,
            concealed=mixer.decoder.concealed,
            ticks=self._ticks,
            ticks_late=self._late_ticks,
            tick_ms=round(float(np.percentile(self._durations, 99)) / 1e6, 3),
            tick_longest_ms=round(float(self._durations.max()) / 1e6, 3),
        )

    def _record_duration(self, started: int, due: int) -> None:
        ended = time.monotonic_ns()
        self._ticks += 1
        self._late_ticks += ended > due
        self._durations[self._ticks % _DURATION_WINDOW] = ended - started

    def _flush_events(self) -> None:
        events = self._mixer.events
        for message in events:
            self._queue_message(message)
        events.clear()
        while self._queue:
            try:
                self._control.send(self._queue[0])
            except BlockingIOError:
                return
            except OSError:
                self._closed = True
                return
            self._queued_bytes -= len(self._queue.popleft())

    def _queue_message(self, message: messages.EngineMessage) -> None:
        data = protocol.encode(message)
        if self._queued_bytes + len(data) > MAX_QUEUED_BYTES:
            self._mixer.counters["events_dropped"] += 1
            return
        self._queue.append(data)
        self._queued_bytes += len(data)


def _tune_allocator() -> None:
    """Make the C library keep freed array memory, which otherwise would be requested and zeroed again in every tick."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for option, value in _MALLOC_OPTIONS.items():
            library.mallopt(option, value)


def _avoid_large_pages() -> None:
    """Use no pages of 2 MB: a leg fills one row in each part of the large arrays, which would take one each."""
    ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)


def _drop_privileges() -> None:
    """Acquire real-time priority if permitted, then drop all privileges. The process dies with its parent."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        with contextlib.suppress(PermissionError):
            os.nice(-10)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY_UID, NOBODY_UID, NOBODY_UID)
        os.setresuid(NOBODY_UID, NOBODY_UID, NOBODY_UID)
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main(descriptor: int) -> None:
    """Run an engine; `descriptor` is the client's socket."""
    control = socket.socket(fileno=descriptor)
    _avoid_large_pages()
    engine = Engine(control)
    # Only now: the large arrays of the engine are mapped, so that their pages take no memory before they are used.
    _tune_allocator()
    _drop_privileges()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process stops us
    gc.collect()
    gc.freeze()
    gc.disable()
    engine.run()
    engine.close()
    sys.exit(0)
