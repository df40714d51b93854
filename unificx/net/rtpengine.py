"""rtpengine as a child of ours: started, watched, started again when it dies, gone when we are gone."""

import asyncio
import contextlib
import os
import re
import resource
import shutil
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from unificx.kernel.clock import Clock
from unificx.kernel.errors import CannotStart
from unificx.media.ng import INSIDE, MediaReport, MediaUnavailable, Profile
from unificx.media.parties import KeyPressed
from unificx.media.sounds import Sound
from unificx.net.keylog import KeyLog
from unificx.net.ngclient import NgClient
from unificx.net.soundfiles import SoundFiles

PROGRAM = "rtpengine"
CONFINER = "prlimit"
NOBODY = 65534
START_SECONDS = 10.0
STOP_SECONDS = 1.5
PING_EVERY = 5.0
BACK_OFF = (0.0, 0.2, 1.0, 5.0, 15.0)
STEADY_SECONDS = 60.0
"""After so long without a fault the next restart is immediate again."""

_SAID = re.compile(
    rb"(?:\[[\d.]+\] )?(EMERG|ALERT|CRIT|ERR|WARNING|NOTICE|INFO|DEBUG): (?:\[[^\]]*\]: )?\[([a-z]{1,12})\]"
)
_TELLING = (
    (b"Address already in use", "address_in_use"),
    (b"Ran out of ports", "ports"),
    (b"Too many open files", "files"),
)
"""What is kept of its words: everything else may name a caller's address."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Interface:
    """An address media is received on. `advertised` is what descriptions name instead, where the machine is reached
    under another address than its own; interfaces of one name are one network, IPv4 and IPv6."""

    address: str
    advertised: str = ""
    name: str = "main"

    def __str__(self) -> str:
        return f"{self.name}/{self.address}" + (f"!{self.advertised}" if self.advertised else "")


LOOPBACK = (Interface("127.0.0.1"),)


class RtpEngine:
    """Fills `calls.ports.MediaAnchor` with a supervised rtpengine.

    `restarted` is called each time a new rtpengine has taken the place of one that died: the anchors are gone, and
    live calls get their media back by offering again under the same names.
    """

    def __init__(
        self, clock: Clock, *, interfaces: tuple[Interface, ...] = LOOPBACK, ports: tuple[int, int] = (30000, 39999)
    ) -> None:
        self.restarted: Callable[[], None] = lambda: None
        self.said: Counter[str] = Counter()
        """How often it said what, by severity and part, such as "ERR core"."""
        self._clock = clock
        self._interfaces = interfaces
        self._ports = ports
        self._client = NgClient(clock)
        self._keys = KeyLog()
        self._keys_port = 0
        self._sounds = SoundFiles()
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._keepers: list[asyncio.Task[None]] = []

    def keys_to(self, pressed: Callable[[KeyPressed], None]) -> None:
        """Who is told the keys that parties press: RFC 4733, in any call, each once it is let go of."""
        self._keys.pressed = pressed

    @property
    def pid(self) -> int | None:
        """Process id of the rtpengine that runs now."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start rtpengine and return once it answers (about 0.1 s). Raises CannotStart with what to do."""
        self._keys_port = _free_port(self._ports)
        await self._keys.open(self._keys_port)
        try:
            await self._launch()
        except CannotStart:
            self._keys.close()
            raise
        self._keepers = [asyncio.create_task(self._supervise()), asyncio.create_task(self._watch())]

    async def close(self) -> None:
        """Stop rtpengine and with it all media, within 2 seconds."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keys.close()
        await self._stop()
        self._sounds.close()

    async def offer(
        self, anchor: str, from_tag: str, sdp: bytes, taker: Profile, giver: Profile = Profile.PLAIN
    ) -> bytes:
        return await (await self._running()).offer(anchor, from_tag, sdp, taker, giver)

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> bytes:
        return await (await self._running()).answer(anchor, from_tag, to_tag, sdp, taker)

    async def delete(self, anchor: str) -> MediaReport | None:
        return await (await self._running()).delete(anchor)

    async def query(self, anchor: str) -> MediaReport | None:
        return await (await self._running()).query(anchor)

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float:
        """Play to one party in the place of what it hears; how many seconds once through takes. Nothing tells when it
        is over. `times` is for music; `stop` ends it."""
        try:
            file = self._sounds.path(sound)
        except OSError:
            raise MediaUnavailable("refused") from None
        return await (await self._running()).play(anchor, tag, file, times=times, start=start)

    async def stop(self, anchor: str, tag: str) -> None:
        await (await self._running()).stop(anchor, tag)

    async def hear_tones(self, anchor: str, tag: str) -> None:
        await (await self._running()).hear_tones(anchor, tag)

    async def subscribe(self, anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        return await (await self._running()).subscribe(anchor, tag, listener, wideband=wideband)

    async def subscribed(self, anchor: str, listener: str, sdp: bytes) -> None:
        await (await self._running()).subscribed(anchor, listener, sdp)

    async def unsubscribe(self, anchor: str, listener: str) -> None:
        await (await self._running()).unsubscribe(anchor, listener)

    async def _running(self) -> NgClient:
        """The client, after the moment that a restart takes."""
        if self.pid is None:
            self._ready.clear()  # it ended just now, and `_supervise` is about to hear of it
        if not self._ready.is_set():
            try:
                await asyncio.wait_for(self._ready.wait(), 2.0)
            except TimeoutError:
                raise MediaUnavailable("silent") from None
        return self._client

    async def _launch(self) -> None:
        program = shutil.which(PROGRAM, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise CannotStart(
                "rtpengine is not installed, and without it calls have no sound.",
                hint="Install it with: apt install rtpengine-daemon",
            )
        for interface in self._interfaces:
            _usable(interface.address)
        for _ in range(5):
            before = self.said["address_in_use"]
            process = await self._spawn(program)
            if await self._answers(process):
                self._ready.set()
                log.info("rtpengine_started", pid=process.pid)
                return
            await self._stop()
            if self.said["address_in_use"] == before:
                break
        raise CannotStart("rtpengine does not start.", hint="Run `unificx doctor`, or rtpengine by hand, to see why.")

    async def _spawn(self, program: str) -> asyncio.subprocess.Process:
        """Start one rtpengine that cannot outlive us, has no rights, and sees nothing of our environment."""
        files = _files(self._ports)
        confinement = [CONFINER, f"--nofile={files}:{files}", "setpriv", "--pdeathsig", "KILL", "--no-new-privs"]
        if os.geteuid() == 0:
            confinement += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        try:
            control = _free_port(self._ports)
            process = self._process = await asyncio.create_subprocess_exec(
                *confinement,
                program,
                *_arguments(self._interfaces, self._ports, control, self._keys_port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env={"PATH": os.defpath},
            )
            self._listener = asyncio.create_task(self._listen(process))
            await self._client.connect(control)
        except OSError:
            await self._stop()
            raise CannotStart(
                "No program can be started.",
                hint="prlimit (package util-linux), free memory, free processes and free sockets are needed.",
            ) from None
        return process

    async def _answers(self, process: asyncio.subprocess.Process) -> bool:
        """Whether it answers before it ends or our patience does."""
        deadline = self._clock.monotonic() + START_SECONDS
        while process.returncode is None and self._clock.monotonic() < deadline:
            with contextlib.suppress(MediaUnavailable):
                await self._client.ping((0.05,))
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
        if self._listener:
            await self._listener

    async def _supervise(self) -> None:
        """Put a new rtpengine in the place of each one that ends, not before the old one is gone."""
        faults = 0
        while self._process:
            since = self._clock.monotonic()
            await self._process.wait()
            await self._stop()
            faults = 0 if self._clock.monotonic() - since > STEADY_SECONDS else faults
            while not self._ready.is_set():
                log.warning("rtpengine_ended", code=self._process.returncode, faults=faults)
                await asyncio.sleep(BACK_OFF[min(faults, len(BACK_OFF) - 1)])
                faults += 1
                with contextlib.suppress(CannotStart):
                    await self._launch()
            try:
                self.restarted()
            except Exception as fault:  # whatever it is, the next crash has to be mended too
                log.error("restart_not_told", fault=type(fault).__name__)

    async def _watch(self) -> None:
        """End an rtpengine that runs but does not answer, so that `_supervise` replaces it."""
        while True:
            await asyncio.sleep(PING_EVERY)
            process = self._process
            if not self._ready.is_set() or process is None:
                continue
            try:
                await self._client.ping()
            except MediaUnavailable as trouble:
                if trouble.cause == "silent" and process is self._process and process.returncode is None:
                    log.warning("rtpengine_silent", pid=process.pid)
                    process.kill()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Count what it says, by kind. Its lines themselves name addresses and numbers and go nowhere."""
        if process.stderr is None:
            return
        rest = b""
        while chunk := await process.stderr.read(16384):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-4096:]
            for line in lines:
                self._count(line)

    def _count(self, line: bytes) -> None:
        kinds = [kind for words, kind in _TELLING if words in line]
        if said := _SAID.match(line):
            kinds.append(b" ".join(said.groups()).decode())
        for kind in kinds:
            self.said[kind] += 1
            log.debug("rtpengine_said", kind=kind, times=self.said[kind])


def _arguments(interfaces: tuple[Interface, ...], ports: tuple[int, int], control: int, keys: int) -> list[str]:
    return [
        "--config-file=none",  # else the distribution's own file is read
        "--foreground",
        "--log-stderr",
        "--log-level=4",
        "--table=-1",  # no kernel module
        *(f"--interface={interface}" for interface in interfaces),
        f"--interface={INSIDE}/127.0.0.1",
        f"--listen-ng=127.0.0.1:{control}",
        f"--dtmf-log-dest=127.0.0.1:{keys}",
        f"--port-min={ports[0]}",
        f"--port-max={ports[1]}",
        # The first packet settles where a party is. The default watches three seconds, in which anybody who finds
        # the port can draw the call's audio to himself; with the flag strict-source everybody else is then ignored.
        "--endpoint-learning=immediate",
        "--dtls-passive",
        # How well a voice is heard is then told from a party's first report on. The default waits until both have told
        # the way's length too, which phones that report every five seconds have done after ten or fifteen.
        "--mos=LQ",
        "--num-threads=2",
        "--poller-per-thread",
        "--delete-delay=0",
        # When silence ends a call is the call's business; these only sweep up what nobody ends.
        "--timeout=7200",
        "--silent-timeout=7200",
        "--offer-timeout=600",
    ]


def _files(ports: tuple[int, int]) -> int:
    """Open files to allow: one a port and some to spare, as far as the machine lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ports[1] - ports[0] + 1 + 1024
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("rtpengine_few_files", allowed=hard, wanted=wanted)
        return hard
    return wanted


def _free_port(avoid: tuple[int, int]) -> int:
    """A free UDP port on loopback outside the range `avoid`, where rtpengine itself would take it sooner or later."""
    with contextlib.ExitStack() as held:
        while True:
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if not avoid[0] <= port <= avoid[1]:
                return port


def _usable(address: str) -> None:
    """Raise CannotStart unless media can be received on this address: rtpengine would start, and fail at each call."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        raise CannotStart(
            "Media cannot be received on an address that this machine does not have.",
            hint=f"Correct the media address {address} in the settings.",
        ) from None
