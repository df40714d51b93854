"""REGISTER in memory, without sockets: cost of the code with warm and with cold CPU caches.

Between two messages, other work replaces the contents of the caches. The cold result is the cost at a few hundred
messages per second, the warm one the cost at very high rates.
"""

import asyncio
import gc
import statistics
import time

import numpy as np

from bench import Metric, metric
from tests.adapters.sip_harness import DOMAIN, SipHarness, add_extension, create_directory
from unificx.core.clock import SystemClock
from unificx.sip.digest_client import response_for
from unificx.sip.flow import Flow
from unificx.sip.headers import parse_auth
from unificx.sip.message import Response, parse
from unificx.sip_server import SipDriver

PHONES = 200
ROUNDS = 8
CACHES = np.zeros(6 << 20, np.uint8)
"""Larger than the CPU's second-level cache."""
LINE = 64
GC_THRESHOLDS = (5_000, 50, 1_000)  # the server's values


def run() -> list[Metric]:
    return asyncio.run(_run())


async def _run() -> list[Metric]:
    directory = create_directory()
    for number in range(PHONES):
        add_extension(directory, "t1", DOMAIN, str(5000 + number))
    desk = RefreshingPhones(SipHarness(directory=directory))
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    desk.round(cold=False)  # new phones
    figures = [(desk.round(cold=False), desk.round(cold=True)) for _ in range(ROUNDS)]
    warm, cold = (min(each[at] for each in figures) for at in (0, 1))
    return [
        metric("a refresh (401 and 200) in memory, warm caches", warm, "us"),
        metric("a refresh (401 and 200) in memory, cold caches", cold, "us"),
    ]


class RefreshingPhones:
    """The SIP part of a server, with phones that refresh in turn."""

    def __init__(self, harness: SipHarness) -> None:
        self._sent: list[bytes] = []
        self._cseq = 0
        self._shell = SipDriver(
            harness.endpoint,
            harness.handler,
            harness.rate_limiter,
            lambda data, flow: self._sent.append(data),
            SystemClock(),
        )
        self._shell.start()

    def round(self, *, cold: bool) -> float:
        """Return the median microseconds of a refresh."""
        return statistics.median(self._refresh(5000 + number, cold=cold) for number in range(PHONES))

    def _refresh(self, number: int, *, cold: bool) -> float:
        self._cseq += 2
        asked, challenge = self._exchange(_register(number, self._cseq), number, cold=cold)
        offered = parse_auth(challenge.all("www-authenticate")[0])
        secrets = f"{number}-t1a", f"secret-{number}", "REGISTER", f"sip:{DOMAIN}"
        proof = f"Authorization: {response_for(offered, *secrets, cnonce='c0ffee')}\r\n"
        proved, answer = self._exchange(_register(number, self._cseq + 1, proof), number, cold=cold)
        assert answer.status == 200
        return asked + proved

    def _exchange(self, data: bytes, number: int, *, cold: bool) -> tuple[float, Response]:
        """Return the microseconds until the response, and the response."""
        flow = Flow("udp", "127.0.0.1", 30_000 + number, 0, 1)
        if cold:
            CACHES[::LINE] += 1
        began = time.perf_counter_ns()
        self._shell.receive(data, flow)
        took = time.perf_counter_ns() - began
        answer = parse(self._sent.pop())
        assert isinstance(answer, Response)
        return took / 1000, answer


def _register(number: int, cseq: int, proof: str = "") -> bytes:
    """Return a REGISTER as sent by SIPp."""
    return (
        f"REGISTER sip:{DOMAIN} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{30_000 + number};branch=z9hG4bK-{cseq}-{number};rport\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:{number}@{DOMAIN}>;tag=from{number}\r\nTo: <sip:{number}@{DOMAIN}>\r\n"
        f"Call-ID: {number}@127.0.0.1\r\nCSeq: {cseq} REGISTER\r\n"
        f"Contact: <sip:{number}@127.0.0.1:{30_000 + number}>\r\n{proof}Expires: 3600\r\nContent-Length: 0\r\n\r\n"
    ).encode()
