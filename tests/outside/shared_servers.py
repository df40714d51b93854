"""Servers that the test modules of a worker share; each module has a tenant of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from baresip_phone import Network
from server import Server

SETTINGS = {"UNIFICX_PUSH_LOOPBACK": "1"}


class SharedServers:
    """One server on loopback and one in the network of the foreign phones, each started on first use."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running: dict[str, Server] = {}
        self._numbers = count(1)

    @contextmanager
    def tenant(self, network: Network | None = None) -> Iterator[Server]:
        """A server with a new tenant, which is deleted at the end. Log lines written meanwhile are checked."""
        shared = self._server(network)
        start = len(shared.log())
        server = shared.with_tenant(f"tenant-{next(self._numbers)}")
        yield server
        shared.canaries |= server.canaries
        server.delete_tenant()
        check_log(server, start)

    def stop(self) -> None:
        """Stop all servers and check what they have logged."""
        running = [*self._running.values()]
        self._running.clear()
        for each in running:
            each.stop()
        for each in running:
            check_log(each)

    def discard(self) -> None:
        """Stop all servers after a failed test, so that the next one starts afresh."""
        while self._running:
            self._running.popitem()[1].__exit__()

    def _server(self, network: Network | None) -> Server:
        host, enter = (network.address, network.enter) if network else ("127.0.0.1", ())
        if host not in self._running:
            home = self._directory / f"home{next(self._numbers)}"
            self._running[host] = Server(home, host=host, enter=enter, settings=dict(SETTINGS)).start()
        return self._running[host]


def check_log(server: Server, since: int = 0) -> None:
    found = server.log_violations(since)
    assert not found, "\n".join(found[:20])
