"""Supervisor of the rtpengine process: starts it, restarts it when it dies, and stops it with this process."""

import asyncio
import contextlib
import os
import resource
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from unificx.core.clock import Clock
from unificx.core.datagrams import DatagramReader
from unificx.core.errors import StartupError
from unificx.core.faults import describe_fault
from unificx.core.restart_backoff import RestartBackoff
from unificx.media.errors import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.rtpengine import hang_detection
from unificx.rtpengine.bencode import encode
from unificx.rtpengine.busy_ports import BusyPorts
from unificx.rtpengine.client import NgClient
from unificx.rtpengine.codec_list import transcoded_codecs
from unificx.rtpengine.dtmf_log import DtmfLog
from unificx.rtpengine.log_counter import LogCounter
from unificx.rtpengine.ng import ENGINE_INTERFACE, MediaReport, Message, Profile, Reply, Sides
from unificx.rtpengine.party_commands import DtmfReceived
from unificx.rtpengine.sound_files import SoundFiles

PROGRAM = "rtpengine"
PRLIMIT = "prlimit"
ENGINE_ADDRESS = "127.0.0.1"
"""Where rtpengine and our own media engine exchange audio."""
NOBODY_UID = 65534
START_SECONDS = 10.0
STOP_SECONDS = 1.5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MediaInterface:
    """A local address for media.

    `advertised` is used in SDP if the machine is reachable under another address than `address`. Interfaces of the same
    name belong to the same network, over IPv4 and IPv6.
    """

    address: str
    advertised: str = ""
    name: str = "main"

    def __str__(self) -> str:
        return f"{self.name}/{self.address}" + (f"!{self.advertised}" if self.advertised else "")


LOOPBACK = (MediaInterface("127.0.0.1"),)


@dataclass(frozen=True, slots=True)
class RelayRestarted:
    """A new rtpengine replaced one that died: all anchors are gone, and live calls restore their media with new offers
    under the same anchor ids."""


class RtpEngine:
    """A supervised rtpengine. `publish` receives `RelayRestarted`, and `DtmfReceived` once per digit of a call, on its
    release (RFC 4733). `datagrams` reads the socket for commands, by itself if None."""

    def __init__(
        self,
        clock: Clock,
        *,
        interfaces: tuple[MediaInterface, ...] = LOOPBACK,
        ports: tuple[int, int] = (30000, 39999),
        publish: Callable[[RelayRestarted | DtmfReceived], None] = lambda event: None,
        datagrams: DatagramReader | None = None,
    ) -> None:
        self._log = LogCounter()
        self._clock = clock
        self._interfaces = interfaces
        self._ports = ports
        self._busy_ports = BusyPorts((*(each.address for each in interfaces), ENGINE_ADDRESS), ports)
        self._client = NgClient(clock, datagrams or DatagramReader(clock))
        self._publish = publish
        self._dtmf_log = DtmfLog(publish)
        self._dtmf_log_port = 0
        self.sounds = SoundFiles()
        """Files of the sounds that it has played."""
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._control_port = 0
        self._log_reader: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        # Owner: this node: requests that wait for a restart.
        self._delayed: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """Process id of the running rtpengine."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def avoid_busy_ports(self) -> None:
        """Before `start`: occupy the ports at which packets arrive, to be used after the server was killed."""
        await self._busy_ports.occupy()

    async def start(self) -> None:
        """Start rtpengine and return when it responds (about 0.1 s). Raise StartupError with a hint."""
        self._dtmf_log_port = _free_port(self._ports)
        await self._dtmf_log.open(self._dtmf_log_port)
        try:
            await self._launch()
        except StartupError:
            self._dtmf_log.close()
            raise
        tasks = (self._supervise(), self._watchdog(), self._busy_ports.release(), _learn_codecs(self._client))
        self._tasks = [asyncio.create_task(each) for each in tasks]

    async def close(self) -> None:
        """Stop rtpengine and all media, within 2 seconds."""
        tasks = [*self._tasks, *self._delayed]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._dtmf_log.close()
        await self._stop()
        self._busy_ports.close()
        self.sounds.close()

    def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        sides: Sides,
        on_reply: Callable[[bytes | MediaUnavailable], None],
        *,
        all_codecs: bool = False,
    ) -> None:
        self._when_ready(
            lambda client: client.offer(anchor, from_tag, sdp, sides, on_reply, all_codecs=all_codecs), on_reply
        )

    def answer(
        self,
        anchor: str,
        tags: tuple[str, str],
        sdp: bytes,
        recipient_profile: Profile,
        on_reply: Callable[[bytes | MediaUnavailable], None],
        *,
        sender_profile: Profile = Profile.PLAIN,
    ) -> None:
        self._when_ready(
            lambda client: client.answer(anchor, tags, sdp, recipient_profile, on_reply, sender_profile=sender_profile),
            on_reply,
        )

    def delete(self, anchor: str, on_reply: Callable[[MediaReport | MediaUnavailable | None], None]) -> None:
        self._when_ready(lambda client: client.delete(anchor, on_reply), on_reply)

    def send(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None:
        """Send a request; the reply may be an error reply."""
        self._when_ready(lambda client: client.send(encode(message), lambda reply: reply, on_reply), on_reply)

    async def query(self, anchor: str) -> MediaReport | None:
        return await (await self._ready_client()).query(anchor)

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float:
        """Play to one party `times` times, replacing its audio; return the duration of the sound in seconds.

        There is no event at the end of playback. Music uses a high `times` and ends with `stop`.
        """
        try:
            file = self.sounds.path(sound)
        except OSError:
            raise MediaUnavailable("refused") from None
        return await (await self._ready_client()).play(anchor, tag, file, times=times, start=start)

    async def stop(self, anchor: str, tag: str) -> None:
        await (await self._ready_client()).stop(anchor, tag)

    async def detect_inband_dtmf(self, anchor: str, tag: str) -> None:
        await (await self._ready_client()).detect_inband_dtmf(anchor, tag)

    async def subscribe(self, anchor: str, tag: str, subscriber: str, *, wideband: bool = False) -> bytes:
        return await (await self._ready_client()).subscribe(anchor, tag, subscriber, wideband=wideband)

    async def answer_subscription(self, anchor: str, subscriber: str, sdp: bytes) -> None:
        await (await self._ready_client()).answer_subscription(anchor, subscriber, sdp)

    async def unsubscribe(self, anchor: str, subscriber: str) -> None:
        await (await self._ready_client()).unsubscribe(anchor, subscriber)

    def _when_ready(self, send: Callable[[NgClient], None], on_failure: Callable[[MediaUnavailable], None]) -> None:
        """Call `send` with the client: at once, or after a restart that is under way."""
        if self.pid is not None and self._ready.is_set():
            send(self._client)
            return
        task = asyncio.create_task(self._send_after_restart(send, on_failure))
        self._delayed.add(task)
        task.add_done_callback(self._delayed.discard)

    async def _send_after_restart(
        self, send: Callable[[NgClient], None], on_failure: Callable[[MediaUnavailable], None]
    ) -> None:
        try:
            client = await self._ready_client()
        except MediaUnavailable as fault:
            on_failure(fault.with_traceback(None))
        else:
            send(client)

    async def _ready_client(self) -> NgClient:
        """Return the client, waiting for a restart if needed."""
        if self.pid is None:
            self._ready.clear()  # it just exited, and `_supervise` has not noticed yet
        if not self._ready.is_set():
            try:
                await asyncio.wait_for(self._ready.wait(), 2.0)
            except TimeoutError:
                raise MediaUnavailable("silent") from None
        return self._client

    async def _launch(self) -> None:
        program = _program()
        for interface in self._interfaces:
            _check_bindable(interface.address)
        for _ in range(5):
            previous_conflicts = self._log.counts["address_in_use"]
            process = await self._spawn(program)
            if await self._wait_until_ready(process):
                self._ready.set()
                log.info("rtpengine_started", pid=process.pid)
                return
            await self._stop()
            if self._log.counts["address_in_use"] == previous_conflicts:
                break
        raise StartupError("rtpengine does not start.", hint="Run `unificx doctor` or rtpengine itself to see why.")

    async def _spawn(self, program: str) -> asyncio.subprocess.Process:
        """Start an rtpengine without privileges and without our environment, which dies with this process."""
        open_files = _open_file_limit(self._ports)
        wrapper = [PRLIMIT, f"--nofile={open_files}:{open_files}", "setpriv", "--pdeathsig", "KILL", "--no-new-privs"]
        if os.geteuid() == 0:
            wrapper += [f"--reuid={NOBODY_UID}", f"--regid={NOBODY_UID}", "--clear-groups"]
        try:
            control = self._control_port = _free_port(self._ports)
            process = self._process = await asyncio.create_subprocess_exec(
                *wrapper,
                program,
                *_arguments(self._interfaces, self._ports, control, self._dtmf_log_port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env={"PATH": os.defpath},
            )
            self._log_reader = asyncio.create_task(self._log.read(process.stderr))
            self._client.connect(control)
        except OSError:
            await self._stop()
            raise StartupError(
                "Cannot start a process.",
                hint="Install prlimit (package util-linux), and check for free memory, processes and sockets.",
            ) from None
        return process

    async def _wait_until_ready(self, process: asyncio.subprocess.Process) -> bool:
        """Whether it responds before it exits or the start timeout expires."""
        deadline = self._clock.monotonic() + START_SECONDS
        while process.returncode is None and self._clock.monotonic() < deadline:
            with contextlib.suppress(MediaUnavailable):
                await self._client.ping((0.05,))
                await self._client.learn_certificate()
                return True
            await asyncio.sleep(0.01)
        return False

    async def _stop(self) -> None:
        self._ready.clear()
        self._client.disconnect()
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._log_reader:
            await self._log_reader

    async def _supervise(self) -> None:
        """Start a new rtpengine whenever one ends, after the old process is gone."""
        backoff = RestartBackoff()
        while self._process:
            since = self._clock.monotonic()
            await self._process.wait()
            await self._stop()
            backoff.ended(self._clock.monotonic() - since)
            while not self._ready.is_set():
                log.warning("rtpengine_ended", code=self._process.returncode, faults=backoff.crashes)
                await asyncio.sleep(backoff.next_delay())
                await self._busy_ports.occupy()
                with contextlib.suppress(StartupError):
                    await self._launch()
            try:
                self._publish(RelayRestarted())
            except Exception as fault:  # supervision has to continue
                log.error("restart_handler_failed", **describe_fault(fault))

    async def _watchdog(self) -> None:
        """Kill an rtpengine that runs but does not respond, so that `_supervise` restarts it."""
        detector = hang_detection.HangDetector()
        while True:
            await asyncio.sleep(hang_detection.PING_INTERVAL)
            process = self._process
            if not self._ready.is_set() or process is None:
                continue
            started, waited = self._clock.monotonic(), hang_detection.seconds_waiting_for_cpu(process.pid)
            answered = await hang_detection.responds(self._control_port)
            now = self._clock.monotonic()
            waiting = hang_detection.seconds_waiting_for_cpu(process.pid) - waited
            if process is not self._process or process.returncode is not None:
                continue
            if detector.record(
                answered=answered, starved=waiting >= hang_detection.STARVED_SHARE * (now - started), now=now
            ):
                log.warning("rtpengine_silent", pid=process.pid)
                process.kill()


async def _learn_codecs(client: NgClient) -> None:
    """Learn which codecs are transcoded. Until then every codec counts as one."""
    try:
        client.learn_codecs(await transcoded_codecs(_program()))
    except (OSError, StartupError) as fault:  # TimeoutError is an OSError
        log.warning("rtpengine_codecs_unknown", **describe_fault(fault))


def _program() -> str:
    """Return the path of rtpengine. Raise StartupError without it."""
    program = shutil.which(PROGRAM, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise StartupError(
            "rtpengine is not installed; calls have no audio without it.",
            hint="Install it with: apt install rtpengine-daemon",
        )
    return program


def _arguments(
    interfaces: tuple[MediaInterface, ...], ports: tuple[int, int], ng_port: int, dtmf_log_port: int
) -> list[str]:
    return [
        "--config-file=none",  # otherwise the distribution's file is read
        "--foreground",
        "--log-stderr",
        "--log-level=4",
        "--table=-1",  # no kernel module
        *(f"--interface={interface}" for interface in interfaces),
        f"--interface={ENGINE_INTERFACE}/{ENGINE_ADDRESS}",
        f"--listen-ng=127.0.0.1:{ng_port}",
        f"--dtmf-log-dest=127.0.0.1:{dtmf_log_port}",
        f"--port-min={ports[0]}",
        f"--port-max={ports[1]}",
        # The first packet determines a party's address. By default it can change for three seconds, in which an
        # attacker who finds the port could receive the call's audio; with strict-source all other sources are ignored.
        # Phones behind NAT need this. `BusyPorts` protects calls from those that send to a port of a former call.
        # `heuristic`, which prefers the address in SDP, is not better before rtpengine 13.4: it forgets all candidates
        # with each packet, so that it is as the default.
        "--endpoint-learning=immediate",
        "--dtls-passive",
        # Listening quality, available from a party's first RTCP report on. The default (CQ) also needs the round trip
        # time from both parties, which takes 10 to 15 seconds with phones that report every five seconds.
        "--mos=LQ",
        # A socket that has had more packets than this waiting, five times in succession, is ignored until the end of
        # the call. By default that is 50, so that a pause of five seconds would silence it; no receive buffer of the
        # default size holds 1000.
        "--max-recv-iters=1000",
        f"--num-threads={_relay_threads()}",
        "--poller-per-thread",
        "--delete-delay=0",
        # The call layer ends silent calls; these timeouts only remove leaked anchors.
        "--timeout=7200",
        "--silent-timeout=7200",
        "--offer-timeout=600",
    ]


def _relay_threads() -> int:
    """Return the number of threads that relay packets: half of the processors, the others are for the server and its
    media worker. With fewer threads each one finds more packets when it wakes up (docs/decisions/0038)."""
    return max(1, len(os.sched_getaffinity(0)) // 2)


def _open_file_limit(ports: tuple[int, int]) -> int:
    """Return the limit of open files: one per port plus a reserve, up to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ports[1] - ports[0] + 1 + 1024
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("rtpengine_few_files", allowed=hard, wanted=wanted)
        return hard
    return wanted


def _free_port(avoid: tuple[int, int]) -> int:
    """Return a free UDP port on loopback outside the range `avoid`, which rtpengine itself uses for media."""
    with contextlib.ExitStack() as held:
        while True:
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if not avoid[0] <= port <= avoid[1]:
                return port


def _check_bindable(address: str) -> None:
    """Raise StartupError if this address cannot be bound; rtpengine would start anyway and fail on each call."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        raise StartupError(
            "The media address is not an address of this machine.",
            hint=f"Correct the media address {address} in the settings.",
        ) from None
