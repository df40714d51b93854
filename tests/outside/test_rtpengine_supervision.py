"""Supervision of the rtpengine process: crashes, hangs, shutdown, privileges and log handling."""

import asyncio
import contextlib
import errno
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import rtpengine_replies
from rtp_endpoint import RtpEndpoint

from unificx.cluster import EventBus, LocalEventBus
from unificx.core.clock import SystemClock
from unificx.core.datagrams import DatagramReader
from unificx.core.errors import StartupError
from unificx.media import MediaUnavailable
from unificx.rtpengine import bencode, busy_ports, hang_detection, ng, supervisor
from unificx.rtpengine import client as ng_client
from unificx.rtpengine.busy_ports import BusyPorts
from unificx.rtpengine.client import NgClient
from unificx.rtpengine.ng import Profile
from unificx.rtpengine.supervisor import MediaInterface, RelayRestarted, RtpEngine

PORTS = (47000, 47199)
PHONE = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@pytest.fixture
def bus() -> EventBus:
    return LocalEventBus(lambda fault: None)


@pytest.fixture
async def engine(bus: EventBus) -> AsyncIterator[RtpEngine]:
    engine = RtpEngine(SystemClock(), ports=PORTS, publish=bus.publish)
    await engine.start()
    yield engine
    await engine.close()


def has_exited(pid: int) -> bool:
    """Whether the process does not exist or is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def freeze(pid: int) -> None:
    """Stop a process and return when all of its threads have stopped."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 5
    while any(") T" not in each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/stat")):
        assert time.monotonic() < deadline


async def test_calls_recover_after_a_crash(engine: RtpEngine, bus: EventBus) -> None:
    again = asyncio.Event()
    bus.subscribe(RelayRestarted, lambda event: again.set())
    async with RtpEndpoint(440.0) as caller, RtpEndpoint(620.0) as callee:

        async def negotiate() -> None:
            callee.set_target(await rtpengine_replies.offer(engine, "call", "a", caller.describe(), Profile.PLAIN))
            caller.set_target(
                await rtpengine_replies.answer(engine, "call", "a", "b", callee.describe(), Profile.PLAIN)
            )

        await negotiate()
        await asyncio.gather(caller.send_tone(0.3), callee.send_tone(0.3))
        killed = engine.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await asyncio.wait_for(again.wait(), 5)
        assert has_exited(killed)
        assert engine.pid != killed
        assert await engine.query("call") is None
        await negotiate()
        caller.clear()
        callee.clear()
        await asyncio.gather(caller.send_tone(0.8), callee.send_tone(0.8))
        await asyncio.sleep(0.05)
        assert callee.typical_level(440.0) > 6000
        assert caller.typical_level(620.0) > 6000


async def test_port_at_which_packets_arrive_is_given_to_no_other_call_after_a_crash(
    engine: RtpEngine, bus: EventBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone sends to its former port until its re-INVITE, and would take the place of a party of the other call."""
    again = asyncio.Event()
    bus.subscribe(RelayRestarted, lambda event: again.set())

    async def call(name: str) -> set[int]:
        sdps = (
            await rtpengine_replies.offer(engine, name, "a", PHONE, Profile.PLAIN),
            await rtpengine_replies.answer(engine, name, "a", "b", PHONE, Profile.PLAIN),
        )
        return {int(port) for each in sdps for port in re.findall(rb"m=audio (\d+)", each)}

    async def call_until_full() -> set[int]:
        used = set[int]()
        with contextlib.suppress(MediaUnavailable):
            for number in count():
                used |= await call(f"later{number}")
        return used

    former = await call("former")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:

        def send(seconds: float = 0) -> None:
            for port in former:
                phone.sendto(bytes(172), ("127.0.0.1", port))

        monkeypatch.setattr(busy_ports, "sleep", send)
        killed = engine.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await asyncio.wait_for(again.wait(), 30)
        used = await call_until_full()
        assert len(used) > 80
        assert not used & former


async def test_occupied_port_is_released_once_nothing_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
        contextlib.closing(BusyPorts(("127.0.0.1", "127.0.0.2"), PORTS)) as ports,
    ):

        def send(seconds: float = 0) -> None:
            phone.sendto(bytes(172), ("127.0.0.2", PORTS[0]))

        def is_free() -> bool:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # like rtpengine
                try:
                    probe.bind(("127.0.0.2", PORTS[0]))
                except OSError:
                    return False
                return True

        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        monkeypatch.setattr(busy_ports, "sleep", send)
        await ports.occupy()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == limit
        assert not is_free()
        send()
        ports.release_idle()
        assert not is_free()
        ports.release_idle()
        assert is_free()


async def test_request_during_a_restart_waits_for_it(engine: RtpEngine) -> None:
    killed = engine.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    while engine.pid == killed:
        await asyncio.sleep(0)
    assert await rtpengine_replies.offer(engine, "call", "a", PHONE, Profile.PLAIN)


async def test_pending_requests_fail_at_once_on_a_crash(engine: RtpEngine) -> None:
    assert engine.pid is not None
    freeze(engine.pid)
    asked = asyncio.create_task(rtpengine_replies.offer(engine, "call", "a", PHONE, Profile.PLAIN))
    await asyncio.sleep(0.05)
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(MediaUnavailable) as failed:
        await asyncio.wait_for(asked, 1.0)
    assert failed.value.cause == "silent"


@pytest.fixture
def fast_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hang_detection, "PING_INTERVAL", 0.1)
    monkeypatch.setattr(hang_detection, "REPLY_DELAYS", (0.1, 0.1))


@pytest.mark.usefixtures("fast_pings")
async def test_hanging_rtpengine_is_restarted() -> None:
    again = asyncio.Event()
    engine = RtpEngine(SystemClock(), ports=PORTS, publish=lambda event: again.set())
    await engine.start()
    try:
        hanging = engine.pid
        assert hanging is not None
        freeze(hanging)
        await asyncio.wait_for(again.wait(), 5)
        assert has_exited(hanging)
        assert await rtpengine_replies.offer(engine, "call", "a", PHONE, Profile.PLAIN)
    finally:
        await engine.close()


@pytest.mark.usefixtures("fast_pings")
async def test_rtpengine_that_is_silent_for_a_moment_is_not_killed(
    engine: RtpEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a loaded machine neither rtpengine nor this process may run for a while."""
    series: list[bool] = []
    responds = hang_detection.responds

    async def observed(port: int) -> bool:
        series.append(await responds(port))
        return series[-1]

    monkeypatch.setattr(hang_detection, "responds", observed)
    pid = engine.pid
    assert pid is not None
    for _ in range(3):
        freeze(pid)
        start = len(series)
        while False not in series[start:]:
            await asyncio.sleep(0.01)
        os.kill(pid, signal.SIGCONT)
        while not series[-1]:
            await asyncio.sleep(0.01)
    assert engine.pid == pid
    assert await rtpengine_replies.offer(engine, "call", "a", PHONE, Profile.PLAIN)


async def test_exception_in_the_restart_callback_does_not_end_supervision() -> None:
    called = asyncio.Event()

    def fail(event: object) -> None:
        called.set()
        raise RuntimeError("error in the callback")

    engine = RtpEngine(SystemClock(), ports=PORTS, publish=fail)
    await engine.start()
    try:
        for _ in range(2):
            assert engine.pid is not None
            called.clear()
            os.kill(engine.pid, signal.SIGKILL)
            await asyncio.wait_for(called.wait(), 5)
        assert await rtpengine_replies.offer(engine, "call", "a", PHONE, Profile.PLAIN)
    finally:
        await engine.close()


async def test_rtpengine_dies_with_its_parent() -> None:
    program = (
        "import asyncio\n"
        "from unificx.core.clock import SystemClock\n"
        "from unificx.rtpengine.supervisor import RtpEngine\n"
        "async def main():\n"
        f"    engine = RtpEngine(SystemClock(), ports={PORTS})\n"
        "    await engine.start()\n"
        "    print('child', engine.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    root = Path(supervisor.__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root)
    assert parent.stdout is not None
    line = await asyncio.to_thread(lambda: next(line for line in parent.stdout or () if line.startswith("child")))
    child = int(line.split()[1])
    assert not has_exited(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while not has_exited(child) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert has_exited(child)


@pytest.mark.parametrize("lacks", ["a port", "a socket"])
async def test_failed_restart_is_retried(
    engine: RtpEngine, bus: EventBus, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    """For example with no free file descriptors; a started process that cannot be connected to is stopped."""
    again, faults = asyncio.Event(), iter([True])
    bus.subscribe(RelayRestarted, lambda event: again.set())
    free_port, connect = supervisor._free_port, NgClient.connect

    def port(ports: tuple[int, int]) -> int:
        if lacks == "a port" and next(faults, False):
            raise OSError(errno.EMFILE, "Too many open files")
        return free_port(ports)

    def connected(client: NgClient, port: int) -> None:
        if lacks == "a socket" and next(faults, False):
            raise OSError(errno.EMFILE, "Too many open files")
        connect(client, port)

    monkeypatch.setattr(supervisor, "_free_port", port)
    monkeypatch.setattr(NgClient, "connect", connected)
    before = engine.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await asyncio.wait_for(again.wait(), 30)
    assert next(faults, None) is None
    assert engine.pid not in (None, before)


async def test_close_ends_a_hanging_process() -> None:
    engine = RtpEngine(SystemClock(), ports=PORTS)
    await engine.start()
    pid = engine.pid
    assert pid is not None
    freeze(pid)
    await asyncio.wait_for(engine.close(), 5)
    assert has_exited(pid)


async def test_missing_program_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartupError, match="rtpengine is not installed") as refused:
        await RtpEngine(SystemClock()).start()
    assert "apt install rtpengine-daemon" in refused.value.hint


async def test_program_that_exits_at_once_is_not_retried_forever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "rtpengine"
    broken.write_text("#!/bin/sh\necho 'Fatal error: nothing works for 192.0.2.7' >&2\nexit 255\n")
    broken.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(supervisor.shutil, "which", lambda *_, **__: str(broken))
    with pytest.raises(StartupError, match="rtpengine does not start"):
        await RtpEngine(SystemClock()).start()


async def test_failure_to_start_processes_has_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PRLIMIT", "no-such-program")
    with pytest.raises(StartupError, match="Cannot start a process"):
        await RtpEngine(SystemClock()).start()


async def test_foreign_media_address_is_refused_at_start() -> None:
    with pytest.raises(StartupError, match="address"):
        await RtpEngine(SystemClock(), interfaces=(MediaInterface("203.0.113.5"),)).start()


async def test_process_has_no_privileges_a_clean_environment_and_enough_files(
    engine: RtpEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc = Path(f"/proc/{engine.pid}")
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split()[0] != "0"
    assert (proc / "environ").read_bytes().strip(b"\0").split(b"=")[0] == b"PATH"
    limit = next(line for line in (proc / "limits").read_text().splitlines() if "open files" in line)
    assert int(limit.split()[3]) >= min(200, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (2, 1), (8, 4)])
async def test_half_of_the_processors_relay_packets(
    monkeypatch: pytest.MonkeyPatch, processors: int, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(processors)))
    engine = RtpEngine(SystemClock(), ports=PORTS)
    await engine.start()
    names = [each.read_text().strip() for each in Path(f"/proc/{engine.pid}/task").glob("*/comm")]
    await engine.close()
    assert names.count("poller") == threads


async def test_log_lines_are_counted_and_not_repeated(engine: RtpEngine, capfd: pytest.CaptureFixture[str]) -> None:
    secret = PHONE.replace(b"127.0.0.1", b"192.0.2.44").replace(b"m=audio", b"m=mystery")
    with contextlib.suppress(MediaUnavailable):
        await rtpengine_replies.offer(engine, "call", "a", secret, Profile.PLAIN)
    with pytest.raises(MediaUnavailable):
        await rtpengine_replies.answer(engine, "nothing", "a", "b", secret, Profile.PLAIN)
    written = ""
    async with asyncio.timeout(5):
        while "WARNING control" not in written:
            await asyncio.sleep(0.01)
            written += "".join(capfd.readouterr())
    assert "rtpengine_logged" in written
    assert "192.0.2.44" not in written


class LossyRtpengine(asyncio.DatagramProtocol):
    """A fake rtpengine that answers every third request, twice, after replies from another port, with a wrong cookie or
    with wrong content. Only requests count: what a phone of another test still sends to an earlier owner of this port
    would be one of the three."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.requests: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.endswith(bencode.encode(ng.ping())):
            return
        self.requests.append(data)
        if len(self.requests) % 3 == 0:
            assert isinstance(self.transport, asyncio.DatagramTransport)
            cookie = data.split(b" ")[0]
            answers = (b'foreign_1 {"result":"ok"}', cookie + b" nonsense", b"", *[cookie + b" d6:result4:ponge"] * 2)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
                foreign.sendto(cookie + b" d6:result6:foreigne", addr)
            for answer in answers:
                self.transport.sendto(answer, addr)


async def test_lost_request_is_retransmitted_with_the_same_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ng_client, "RETRY_DELAYS", (0.05, 0.05, 10.0))
    loop = asyncio.get_running_loop()
    transport, crowd = await loop.create_datagram_endpoint(LossyRtpengine, local_addr=("127.0.0.1", 0))
    client = NgClient(SystemClock(), DatagramReader(SystemClock()))
    port = transport.get_extra_info("sockname")[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.sendto(bytes(172), ("127.0.0.1", port))
    client.connect(port)
    assert await client.request(ng.ping()) == {"result": "pong"}
    assert len(set(crowd.requests)) == 1
    assert await client.request(ng.ping()) == {"result": "pong"}
    assert len(set(crowd.requests)) == 2
    transport.close()
    with pytest.raises(MediaUnavailable, match="silent"):
        await client.ping((0.05,))
    client.disconnect()
    with pytest.raises(MediaUnavailable, match="silent"):
        await client.ping()


async def test_number_of_pending_requests_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ng_client, "MAX_PENDING", 20)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    client = NgClient(SystemClock(), DatagramReader(SystemClock()))
    client.connect(transport.get_extra_info("sockname")[1])
    waiting = [asyncio.create_task(client.ping()) for _ in range(20)]
    await asyncio.sleep(0)
    with pytest.raises(MediaUnavailable, match="busy"):
        await client.ping()
    client.disconnect()
    causes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {str(cause) for cause in causes} == {"no media: silent"}
    transport.close()
