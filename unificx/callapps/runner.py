"""Runs call apps: one task per call."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

import structlog

from unificx.callapps.call import App, Call
from unificx.callapps.media_session import Line
from unificx.callapps.ports import Engine, Prompts
from unificx.callapps.schemas import Mailbox, Party
from unificx.calls import AppCallContext
from unificx.core.clock import Clock
from unificx.sip.legs import LegEvent

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Running:
    call: Call
    line: Line
    task: asyncio.Task[None]


class Host:
    """Runs apps for `calls`. Media engine events go to `handle_event` and `on_engine_restarted`.

    `language` and `time_zone` return the language and time zone of a call's prompts.
    """

    def __init__(self, engine: Engine, prompts: Prompts, clock: Clock, apps: Mapping[str, App]) -> None:
        self.language: Callable[[AppCallContext], str] = lambda hosting: "en"
        self.zone: Callable[[AppCallContext], tzinfo | None] = lambda hosting: None
        self._engine = engine
        self._prompts = prompts
        self._clock = clock
        self._apps = apps
        self._running: dict[str, _Running] = {}

    def __len__(self) -> int:
        return len(self._running)

    def host(self, hosting: AppCallContext, offer: bytes, tell: Callable[[LegEvent], None]) -> Line:
        """Run an app for a call; an unknown app rejects it."""
        line = Line(self._engine, hosting.leg_id, offer, tell)
        call = self._call(line, hosting)
        task = asyncio.get_running_loop().create_task(self._run(self._apps.get(hosting.app), call, line))
        line.gone = lambda: _cancel(task)
        self._running[hosting.leg_id] = _Running(call, line, task)
        return line

    def told(self, event: object) -> None:
        """Process a media engine event."""
        running = self._running.get(getattr(event, "leg", None) or "")
        if running is not None:
            running.call.told(event)

    def restarted(self) -> None:
        """Re-establish all legs after the media engine restarted."""
        for running in list(self._running.values()):
            running.line.engine_restarted()

    async def close(self) -> None:
        """Cancel all apps and wait until they have ended."""
        running = [each.task for each in self._running.values()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _call(self, line: Line, hosting: AppCallContext) -> Call:
        call = Call(line, self._engine, self._prompts, self._clock)
        caller, callee = hosting.caller, hosting.callee
        call.id, call.started, call.arguments = hosting.call_id, hosting.started, hosting.arguments
        call.caller = Party(caller.tenant_id, caller.extension_id, caller.subject, caller.number, caller.name)
        if callee is not None:
            call.mailbox = Mailbox(callee.id, callee.number, callee.subject, hosting.reason)
        call.language, call.zone = self.language(hosting), self.zone(hosting)
        return call

    async def _run(self, app: App | None, call: Call, line: Line) -> None:
        try:
            if app is not None:
                await app.run(call)
        except asyncio.CancelledError:
            if not line.over:  # cancelled by server shutdown, not by the end of the call
                line.hang_up()
        except Exception as fault:
            log.error("call_app_failed", app=app.name if app is not None else "", kind=type(fault).__name__)
        finally:
            line.hang_up()
            await line.settle()
            self._engine.close(line.leg)
            self._running.pop(line.leg, None)


def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
