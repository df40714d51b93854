"""Media engine process: a 20 ms clock and non-blocking sockets, and nothing else that could delay a tick."""

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
import time
from collections import deque

import numpy as np

from unificx.media.mixer import Desk, Mixer, messages
from unificx.media.mixer.arrays import TICKS, Index
from unificx.media_worker import protocol
from unificx.media_worker.datagram_batches import Wire

TICK = 1_000_000_000 // TICKS
CATCH_UP = 5
"""Ticks caught up after the process was not scheduled; further ones are skipped."""
ORDERS = 64
"""Commands processed per tick."""
ORDER_BYTES = 512 * 1024
"""Bytes of commands processed per tick."""
TOLD_BYTES = 32 << 20
"""Bytes queued for a client that does not read; further messages are dropped and counted."""
CONTROL_PACKETS = 64
BANK = 32 << 20
"""Size of the sound bank in samples: an hour at 8 kHz."""
NOBODY = 65534
_WINDOW = 10 * TICKS
_REASONS = ("unknown_source", "malformed", "payload", "flood", "talkers", "rooms", "commands", "events_dropped")
_KEEPING = {-1: 1 << 30, -3: 1 << 30, -2: 16 << 20}
"""glibc's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_TOP_PAD (mallopt(3))."""
_NO_NEW_PRIVILEGES, _DEATH_SIGNAL = 38, 1


class Engine:
    """A mixer with its sockets. `control` is the client's socket, which preserves message boundaries."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        control.setblocking(False)
        self._mixer = Mixer(BANK)
        self._desk = Desk(self._mixer, os.urandom)
        self._wire = Wire()
        self._name = os.urandom(9).hex().encode()
        self._untold: deque[bytes] = deque()
        self._untold_bytes = 0
        self._ticks = self._late = self._sent = 0
        self._lengths: Index = np.zeros(_WINDOW, np.int64)
        """Durations of the last ticks in nanoseconds."""
        self._over = False

    def run(self) -> None:
        """Run until the client closes its socket."""
        self._tell(messages.Started(self._wire.port))
        due = time.monotonic_ns() + TICK
        while not self._over:
            now = time.monotonic_ns()
            if now < due:
                time.sleep((due - now) / 1e9)
                now = time.monotonic_ns()
            behind = (now - due) // TICK
            if behind > CATCH_UP:
                due += (behind - CATCH_UP) * TICK
            self._tick()
            due += TICK
            self._weigh(now, due)

    def _tick(self) -> None:
        self._orders()
        mixer, wires = self._mixer, self._wire
        for batch in wires.receive():
            for row in mixer.receive(batch):
                slot = int(mixer.legs.slots[batch.port[row]])
                mixer.hear_report(slot, batch.data[row, : batch.length[row]].tobytes(), time.time())
        changed = mixer.changed
        mixer.advance()
        if changed:
            layout = mixer.layout
            wires.aim(mixer.sent, layout.sends, mixer.legs.port[layout.slots[layout.sends]])
        self._sent += wires.send()
        self._reports()
        self._tell_all()

    def _reports(self) -> None:
        mixer, now = self._mixer, time.time()
        for port, data in self._wire.receive_control(CONTROL_PACKETS):
            slot = mixer.legs.controls.get(port)
            if slot is None:
                mixer.packets["unknown_source"] += 1
            else:
                mixer.hear_report(slot, data, now)
        for slot, data in mixer.report(self._name, now):
            media, control = (int(each[slot].byteswap()) for each in (mixer.legs.port, mixer.legs.control))
            self._wire.send_control(control, data, multiplexed=control == media)

    def _orders(self) -> None:
        taken = 0
        for _ in range(ORDERS):
            try:
                data = self._control.recv(protocol.LARGEST * 2)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._over = True
                return
            self._do(data)
            taken += len(data)
            if taken > ORDER_BYTES:
                return

    def _do(self, data: bytes) -> None:
        try:
            order = protocol.decode(data)
        except protocol.BadMessage:
            self._mixer.packets["commands"] += 1
            return
        if isinstance(order, messages.Ping):
            self._mixer.tell(messages.Pong(order.number, self.figures()))
            return
        try:
            self._desk.do(order)
        except Exception:  # one bad command must not affect other calls
            self._mixer.packets["commands"] += 1

    def figures(self) -> messages.Figures:
        mixer = self._mixer
        dropped = {reason: mixer.packets[reason] for reason in _REASONS} | {
            "late": mixer.jitter.late,
            "resync": mixer.jitter.resyncs,
            "other_source": mixer.jitter.others,
            "dtmf": mixer.digits.surplus,
            "overflow": self._wire.overflown(),
            "unsent": self._wire.failed,
        }
        return messages.Figures(
            legs=len(mixer.legs.names),
            rooms=len(mixer.legs.rooms),
            plays=len(mixer.playback),
            taps=len(mixer.taps),
            sounds=len(mixer.bank),
            packets_in=mixer.packets["in"],
            packets_out=self._sent,
            dropped=dropped,
            concealed=mixer.decoder.concealed,
            ticks=self._ticks,
            ticks_late=self._late,
            tick_ms=round(float(np.percentile(self._lengths, 99)) / 1e6, 3),
            tick_longest_ms=round(float(self._lengths.max()) / 1e6, 3),
        )

    def _weigh(self, began: int, due: int) -> None:
        ended = time.monotonic_ns()
        self._ticks += 1
        self._late += ended > due
        self._lengths[self._ticks % _WINDOW] = ended - began

    def _tell_all(self) -> None:
        told = self._mixer.told
        for message in told:
            self._tell(message)
        told.clear()
        while self._untold:
            try:
                self._control.send(self._untold[0])
            except BlockingIOError:
                return
            except OSError:
                self._over = True
                return
            self._untold_bytes -= len(self._untold.popleft())

    def _tell(self, message: messages.Told) -> None:
        data = protocol.encode(message)
        if self._untold_bytes + len(data) > TOLD_BYTES:
            self._mixer.packets["events_dropped"] += 1
            return
        self._untold.append(data)
        self._untold_bytes += len(data)


def keep_memory() -> None:
    """Make the C library keep freed array memory, which otherwise would be requested and zeroed again in every tick."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for option, value in _KEEPING.items():
            library.mallopt(option, value)


def confine() -> None:
    """Acquire real-time priority if permitted, then drop all privileges. The process dies with its parent."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        with contextlib.suppress(PermissionError):
            os.nice(-10)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    library.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def main(descriptor: int) -> None:
    """Run an engine; `descriptor` is the client's socket."""
    control = socket.socket(fileno=descriptor)
    keep_memory()
    engine = Engine(control)
    confine()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process stops us
    gc.collect()
    gc.freeze()
    gc.disable()
    engine.run()
    sys.exit(0)
