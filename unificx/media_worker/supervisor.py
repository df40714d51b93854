"""Supervisor of the media engine process: starts it, restarts it when it dies, and stops it with this process."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.faults import describe_fault
from unificx.core.restart_backoff import RestartBackoff
from unificx.media.errors import MediaUnavailable
from unificx.media.mixer import messages
from unificx.media_worker.ipc_channel import IpcChannel

START_SECONDS = 20.0
STOP_SECONDS = 1.5
_ENVIRONMENT = {"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

log = structlog.get_logger()


class EngineSupervisor:
    """Runs one engine process at a time.

    `on_message` receives its messages, `on_ended` is called when it died, `on_restarted` when a new one is ready.
    """

    def __init__(
        self,
        clock: Clock,
        on_message: Callable[[Any], None],
        on_ended: Callable[[], None],
        on_restarted: Callable[[], None],
    ) -> None:
        self.port = 0
        self._clock = clock
        self._on_message = on_message
        self._on_ended = on_ended
        self._on_restarted = on_restarted
        self._ready = asyncio.Event()
        self._started: asyncio.Future[int] | None = None
        self._channel: IpcChannel | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor_task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the engine and return when it is running. Raise StartupError."""
        await self._launch()
        self._supervisor_task = asyncio.create_task(self._supervise())

    async def close(self) -> None:
        if self._supervisor_task is not None:
            self._supervisor_task.cancel()
            await asyncio.gather(self._supervisor_task, return_exceptions=True)
        await self._stop()

    async def wait_until_ready(self) -> None:
        """Wait until an engine is running, for the duration of a restart. Raise MediaUnavailable."""
        if not self._ready.is_set():
            try:
                await asyncio.wait_for(self._ready.wait(), 3.0)
            except TimeoutError:
                raise MediaUnavailable("silent") from None

    async def wait_until_running(self) -> None:
        """Wait until an engine is running, however long that takes."""
        await self._ready.wait()

    def send(self, command: messages.Command) -> bool:
        """Send a command; False between the end of an engine and the start of the next one."""
        if self._channel is None:
            return False
        self._channel.send(command)
        return True

    def kill(self) -> None:
        """Kill an engine that runs but does not respond, so that it is restarted."""
        if self._process is not None and self._process.returncode is None:
            log.warning("media_engine_silent", pid=self._process.pid)
            self._process.kill()

    async def _launch(self) -> None:
        our_end, engine_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (our_end, engine_end):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                end.setsockopt(socket.SOL_SOCKET, option, 4 << 20)
        self._started = asyncio.get_running_loop().create_future()
        with engine_end:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "unificx.media_worker", str(engine_end.fileno()),
                    pass_fds=(engine_end.fileno(),),
                    stdin=asyncio.subprocess.DEVNULL,
                    env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )  # fmt: skip
            except OSError:
                our_end.close()
                raise StartupError(
                    "Cannot start a process.", hint="Free memory, or raise the limit on processes."
                ) from None
        self._channel = IpcChannel(our_end, self._receive, lambda: None)
        try:
            self.port = await asyncio.wait_for(self._wait_started(self._started), START_SECONDS)
        except (TimeoutError, EOFError):
            await self._stop()
            raise StartupError("The media engine does not start.", hint="Run `unificx media` to see why.") from None
        self._ready.set()
        log.info("media_engine_started", pid=self._process.pid)

    async def _wait_started(self, started: "asyncio.Future[int]") -> int:
        assert self._process is not None
        end = asyncio.create_task(self._process.wait())
        await asyncio.wait((started, end), return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not started.done():
            raise EOFError
        return started.result()

    def _receive(self, message: Any) -> None:
        if isinstance(message, messages.EngineStarted):
            if self._started is not None and not self._started.done():
                self._started.set_result(message.port)
            return
        self._on_message(message)

    async def _stop(self) -> None:
        self._ready.clear()
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _supervise(self) -> None:
        """Start a new engine whenever one ends."""
        backoff = RestartBackoff()
        while self._process:
            since = self._clock.monotonic()
            await self._process.wait()
            await self._stop()
            self._call_hook(self._on_ended)
            backoff.ended(self._clock.monotonic() - since)
            while not self._ready.is_set():
                log.warning("media_engine_ended", code=self._process.returncode, faults=backoff.crashes)
                await asyncio.sleep(backoff.next_delay())
                try:
                    await self._launch()
                except StartupError:  # commands sent meanwhile are lost with it
                    self._call_hook(self._on_ended)
            self._call_hook(self._on_restarted)

    @staticmethod
    def _call_hook(hook: Callable[[], None]) -> None:
        try:
            hook()
        except Exception as fault:  # supervision has to continue
            log.error("restart_handler_failed", **describe_fault(fault))
