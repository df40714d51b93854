"""A bad network between one browser and the media ports of a server: a UDP forwarder that loses packets, or lets through
so many bits per second with a queue as in a modem. The page is given the ports of the forwarder instead of those of rtpengine,
in the SDP that the API answers with; it sends no candidates of its own, so there is no other path.
"""

import heapq
import json
import random
import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import BrowserContext, Route

QUEUE_SECONDS = 0.4
"""Longest stay in the queue of a narrow link; what would stay longer is dropped."""
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Link:
    """One direction. `loss`: the fraction of packets that is lost; `bits`: per second, None for no limit."""

    loss: float = 0.0
    bits: float | None = None


GOOD = Link()


class ImpairedNetwork:
    """Forwards between a page and any number of ports. `up` is the way to the server, `down` to the page; both may be
    changed while packets flow. The same packets are lost in each run that sends the same ones."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.up = self.down = GOOD
        self.dropped = 0
        """Packets that were lost or did not fit into the queue."""
        self._host = host
        self._random = random.Random(1)
        self._selector = selectors.DefaultSelector()
        self._fronts: dict[int, socket.socket] = {}
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._free_at = {"up": 0.0, "down": 0.0}
        self._order = count()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._ending = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def impair(self, link: Link) -> None:
        """Make both directions like this."""
        self.up = self.down = link

    def port_to(self, port: int) -> int:
        """Return the port of the forwarder that leads to a port of the server."""
        with self._lock:
            if port not in self._fronts:
                front, back = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
                for each in (front, back):
                    each.bind((self._host, 0))
                    each.setblocking(False)
                self._fronts[port] = front
                path = _Path(front, back, (self._host, port))
                self._selector.register(front, selectors.EVENT_READ, (path, "up"))
                self._selector.register(back, selectors.EVENT_READ, (path, "down"))
                self._wake.send(b".")
            return self._fronts[port].getsockname()[1]

    def rewrite(self, sdp: str) -> str:
        """Return the SDP of the server with the ports of the forwarder."""
        ports = {int(each) for each in re.findall(r"^m=video (\d+)", sdp, re.M)}
        for port in ports:
            sdp = re.sub(rf"\b{port}\b", str(self.port_to(port)), sdp)
        return sdp

    def install(self, context: BrowserContext) -> None:
        """Send the videos of the pages of a context over this network."""

        def answer(route: Route) -> None:
            response = route.fetch()
            body = response.json() if response.ok and route.request.method == "POST" else None
            if isinstance(body, dict) and "sdp" in body:
                route.fulfill(response=response, body=json.dumps({**body, "sdp": self.rewrite(body["sdp"])}))
            else:
                route.fulfill(response=response)

        context.route(re.compile(r"/api/v1/rooms/[^/]+/videos(/[^/]+/subscriptions)?$"), answer)

    def close(self) -> None:
        self._ending = True
        self._wake.send(b".")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._wake.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._ending:
            now = time.monotonic()
            while self._queue and self._queue[0][0] <= now:
                with suppress(OSError):
                    heapq.heappop(self._queue)[2]()
            delay = self._queue[0][0] - now if self._queue else None
            for key, _ in self._selector.select(delay):
                if key.data is None:
                    self._woken.recv(64)
                    continue
                path, direction = key.data
                with suppress(OSError):
                    while True:
                        self._forward(path, direction, *key.fileobj.recvfrom(65_536))  # type: ignore[union-attr]

    def _forward(self, path: "_Path", direction: str, data: bytes, source: Address) -> None:
        link = self.up if direction == "up" else self.down
        if direction == "up":
            path.page = source
        if path.page is None or self._random.random() < link.loss:
            self.dropped += 1
            return
        now = time.monotonic()
        at = now
        if link.bits is not None:
            at = max(now, self._free_at[direction])
            if at - now > QUEUE_SECONDS:
                self.dropped += 1
                return
            at = self._free_at[direction] = at + len(data) * 8 / link.bits
        out, to = (path.back, path.server) if direction == "up" else (path.front, path.page)
        heapq.heappush(self._queue, (at, next(self._order), lambda: out.sendto(data, to)))


@dataclass(slots=True)
class _Path:
    """A port of the forwarder: `front` faces the page, `back` the server."""

    front: socket.socket
    back: socket.socket
    server: Address
    page: Address | None = None
