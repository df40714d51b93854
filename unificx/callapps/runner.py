"""Runs call apps: one task per call."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from unificx.registrar import Caller

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Running:
    app: App | None
    context: AppCallContext
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
        ended, party = partial(self._cancel, context.leg_id), partial(self._change_party, context.leg_id)
        call = self._call(AppLegParams(context.leg_id, offer, emit, ended, party), context)
        session, app = call.session, self._apps.get(context.app)
        access = context_stating(Access("telephony", "call apps", context.caller.tenant_id))
        task = asyncio.get_running_loop().create_task(self._run(app, call, session), context=access)
        self._running[context.leg_id] = _Running(app, context, call, session, task)
        task.add_done_callback(lambda _: self._running.pop(context.leg_id, None))  # also if it was cancelled too early
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

    def _change_party(self, leg_id: str, call_id: str, caller: Caller) -> None:
        """Let the app go on with another party, or begin again for it."""
        running = self._running.get(leg_id)
        if running is None or running.app is None:
            return
        self._set_party(running.call, replace(running.context, call_id=call_id, caller=caller))
        running.call.handovers.note()
        if running.call.handovers.has_begun and not running.app.goes_on:
            running.task.cancel()

    def _call(self, leg: AppLegParams, context: AppCallContext) -> Call:
        call = Call(leg, self._engine, self._prompts, self._clock)
        callee = context.callee
        call.started, call.arguments = context.started, context.arguments
        if callee is not None:
            call.mailbox = CalledMailbox(callee.id, callee.number, callee.subject, context.reason)
        self._set_party(call, context)
        return call

    def _set_party(self, call: Call, context: AppCallContext) -> None:
        caller = context.caller
        call.id, call.caller = (
            context.call_id,
            CallerInfo(
                caller.tenant_id, caller.extension_id, caller.subject, caller.number, caller.name, caller.device_id
            ),
        )
        call.language, call.time_zone = self._language(context), self._time_zone(context)

    async def _run(self, app: App | None, call: Call, session: AppMediaSession) -> None:
        try:
            if app is not None:
                await _run_for_each_party(app, call)
        except asyncio.CancelledError:
            if not session.is_over:  # cancelled by server shutdown, not by the end of the call
                session.hang_up()
        except Exception as fault:
            log.error("call_app_failed", app=app.name if app is not None else "", **describe_fault(fault))
        finally:
            session.hang_up()
            await session.settle()
            self._engine.close(session.leg)


async def _run_for_each_party(app: App, call: Call) -> None:
    """Run an app, again from its beginning for a party that takes the place of the one before."""
    while True:
        parties, begun = call.handovers.count, call.handovers.has_begun
        call.handovers.has_begun = True
        try:
            if begun:
                await call.start_again()
            return await app.run(call)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if call.session.is_over or call.handovers.count == parties or task is None:
                raise
            task.uncancel()
