"""Media relay benchmark: 500 simultaneous two-way G.711 calls through rtpengine, set up by our own client."""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import Metric, Process, metric
from tests import rtpengine_replies
from unificx import sdp
from unificx.core.clock import SystemClock
from unificx.rtpengine.ng import Profile
from unificx.rtpengine.supervisor import RtpEngine

CALLS = 500
WARM_UP = 2.0
MEASURED = 10.0
PORTS = (20_000, 29_999)
LOAD = Path(__file__).parent / "load"
PEER = "1.4-1.6"


def run() -> list[Metric]:
    return asyncio.run(_run())


async def _run() -> list[Metric]:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unificx-bench-")))
        generator = _generator(place)
        callers, callees = (stack.enter_context(_bound_socket()) for _ in range(2))
        engine = RtpEngine(SystemClock(), ports=PORTS)
        await engine.start()
        try:
            assert engine.pid is not None
            process = Process(engine.pid)
            empty, theirs, ours = process.memory(), process.cpu(), time.process_time()
            targets = [await _call(engine, number, callers, callees) for number in range(CALLS)]
            setup = (process.cpu() - theirs) / CALLS * 1000
            wording = (time.process_time() - ours) / CALLS * 1000
            figures, cpu = await _talk(process, generator, callers, callees, targets)
            weight = (process.memory() - empty) / CALLS
            for number in range(CALLS):
                await rtpengine_replies.delete(engine, f"call-{number}")
        finally:
            await engine.close()
    lost = figures["sent"] - figures["received"] + figures["misdirected"]
    return [
        metric(f"CPU of rtpengine per call-second, {CALLS} calls", cpu, "ms", 0.75, PEER),
        metric("CPU of rtpengine per call set-up", setup, "ms"),
        metric("CPU of UnifiCX per call set-up, offer and answer", wording, "ms", 0.5),
        metric("memory of rtpengine per call", weight, "kB", 100, "308"),
        metric("latency of the relay, p50", figures["p50_us"], "us"),
        metric("latency of the relay, p99", figures["p99_us"], "us"),
        metric(f"packets lost of {figures['sent']}", lost, "packets", 0),
    ]


async def _call(engine: RtpEngine, number: int, callers: socket.socket, callees: socket.socket) -> tuple[int, int]:
    """Set up one call; return the ports that its caller and callee send to."""
    anchor = f"call-{number}"
    offer = await rtpengine_replies.offer(engine, anchor, "a", _sdp(callers), Profile.PLAIN)
    answer = await rtpengine_replies.answer(engine, anchor, "a", "b", _sdp(callees), Profile.PLAIN)
    return sdp.parse(answer).media[0].port, sdp.parse(offer).media[0].port


async def _talk(
    process: Process,
    generator: list[str],
    callers: socket.socket,
    callees: socket.socket,
    targets: list[tuple[int, int]],
) -> tuple[dict[str, int], float]:
    """Run media on all calls; return the packet statistics and rtpengine's CPU milliseconds per call-second."""
    ends = (callers.fileno(), callees.fileno())
    load = await asyncio.create_subprocess_exec(
        *generator, *map(str, ends), str(WARM_UP + MEASURED + 1), pass_fds=ends,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    ports = "".join(f"{caller} {callee}\n" for caller, callee in targets)
    output = asyncio.create_task(load.communicate(ports.encode()))
    await asyncio.sleep(WARM_UP)
    before, began = process.cpu(), time.monotonic()
    await asyncio.sleep(MEASURED)
    cpu = (process.cpu() - before) / (time.monotonic() - began) / CALLS * 1000
    printed, _ = await output
    return json.loads(printed), cpu


def _bound_socket() -> socket.socket:
    """Return the socket of one side of all calls; its large buffer bridges times without CPU for the generator."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    with contextlib.suppress(PermissionError):
        end.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE: beyond the limit, for root
    end.bind(("127.0.0.1", 0))
    return end


def _sdp(end: socket.socket) -> bytes:
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {end.getsockname()[1]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n"
    ).encode()


def _generator(place: Path) -> list[str]:
    """Return the command of the load generator: compiled if there is a C compiler, otherwise in Python."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return [sys.executable, str(LOAD / "relay.py")]
    program = place / "relay"
    subprocess.run([compiler, "-O2", "-Wall", "-o", str(program), str(LOAD / "relay.c")], check=True)
    return [str(program)]
