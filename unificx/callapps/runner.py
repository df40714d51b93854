"""Runs call apps: one task per call."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

import structlog

from unificx.audio_store import PromptOverrides
from unificx.callapps.call import App, Call
from unificx.callapps.media_session import AppLegParams, AppMediaSession
from unificx.callapps.schemas import CalledMailbox, CallerInfo
from unificx.calls import AppCallContext, AppEvent
from unificx.core.access import Access, context_stating
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.media_worker.client import MediaEngineClient

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Running:
    call: Call
    session: AppMediaSession
    task: asyncio.Task[None]


class AppRunner:
    """Runs apps for `calls`. Media engine events go to `handle_event` and `on_engine_restarted`.

    `language` and `time_zone` return the language and time zone of a call's prompts, None for that of the server.
    """

    def __init__(
        self,
        engine: MediaEngineClient,
        prompts: PromptOverrides,
        clock: Clock,
        apps: Mapping[str, App],
        *,
        language: Callable[[AppCallContext], str],
        time_zone: Callable[[AppCallContext], tzinfo | None],
    ) -> None:
        self._language = language
        self._time_zone = time_zone
        self._engine = engine
        self._prompts = prompts
        self._clock = clock
        self._apps = apps
        # Owner: the node that holds the call; apps end with it.
        self._running: dict[str, _Running] = {}

    def __len__(self) -> int:
        return len(self._running)

    def host(self, context: AppCallContext, offer: bytes, emit: Callable[[AppEvent], None]) -> AppMediaSession:
        """Run an app for a call; an unknown app rejects it."""
        call = self._call(AppLegParams(context.leg_id, offer, emit, partial(self._cancel, context.leg_id)), context)
        session = call.session
        access = context_stating(Access("telephony", "call apps", context.caller.tenant_id))
        task = asyncio.get_running_loop().create_task(
            self._run(self._apps.get(context.app), call, session), context=access
        )
        self._running[context.leg_id] = _Running(call, session, task)
        return session

    def handle_event(self, event: object) -> None:
        """Process a media engine event."""
        running = self._running.get(getattr(event, "leg", None) or "")
        if running is not None:
            running.call.handle_event(event)

    def on_engine_restarted(self) -> None:
        """Re-establish all legs after the media engine restarted."""
        for running in list(self._running.values()):
            running.session.engine_restarted()

    async def close(self) -> None:
        """Cancel all apps and wait until they have ended."""
        running = [each.task for each in self._running.values()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _cancel(self, leg_id: str) -> None:
        """Cancel the app of a call that has ended."""
        running = self._running.get(leg_id)
        if running is not None:
            running.task.cancel()

    def _call(self, leg: AppLegParams, context: AppCallContext) -> Call:
        call = Call(leg, self._engine, self._prompts, self._clock)
        caller, callee = context.caller, context.callee
        call.id, call.started, call.arguments = context.call_id, context.started, context.arguments
        call.caller = CallerInfo(
            caller.tenant_id, caller.extension_id, caller.subject, caller.number, caller.name, caller.device_id
        )
        if callee is not None:
            call.mailbox = CalledMailbox(callee.id, callee.number, callee.subject, context.reason)
        call.language, call.time_zone = self._language(context), self._time_zone(context)
        return call

    async def _run(self, app: App | None, call: Call, session: AppMediaSession) -> None:
        try:
            if app is not None:
                await app.run(call)
        except asyncio.CancelledError:
            if not session.is_over:  # cancelled by server shutdown, not by the end of the call
                session.hang_up()
        except Exception as fault:
            log.error("call_app_failed", app=app.name if app is not None else "", **describe_fault(fault))
        finally:
            session.hang_up()
            await session.settle()
            self._engine.close(session.leg)
            self._running.pop(session.leg, None)
