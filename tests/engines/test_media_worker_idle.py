"""Clock of the media engine process: it runs only while there are legs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from unificx.media.mixer import messages
from unificx.media.mixer.messages import ULAW
from unificx.media_worker import protocol
from unificx.media_worker.process import Engine


@contextmanager
def running_engine() -> Iterator[socket.socket]:
    """Run an engine in a thread; yield the client's socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(10)
    engine = Engine(theirs)
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.close()
        thread.join(10)
        theirs.close()
        engine.close()
    assert not thread.is_alive()


def receive(client: socket.socket, kind: type) -> Any:
    while not isinstance(message := protocol.decode(client.recv(1 << 20)), kind):
        pass
    return message


def ticks(client: socket.socket, number: int) -> int:
    client.send(protocol.encode(messages.Ping(number)))
    return receive(client, messages.Pong).stats.ticks


def test_clock_stops_without_legs_and_runs_with_one() -> None:
    with running_engine() as client:
        receive(client, messages.EngineStarted)
        before = ticks(client, 1)
        time.sleep(0.5)
        assert ticks(client, 2) - before <= 2
        client.send(protocol.encode(messages.OpenLeg("leg", 40_000, 40_001, ULAW, 0)))
        receive(client, messages.LegOpened)
        before = ticks(client, 3)
        time.sleep(0.5)
        assert ticks(client, 4) - before >= 10
        client.send(protocol.encode(messages.CloseLeg("leg")))
        time.sleep(0.1)
        before = ticks(client, 5)
        time.sleep(0.5)
        assert ticks(client, 6) - before <= 2
