"""Supervisors listen to calls of their tenant: permission, one session for each call, and its state."""

from collections.abc import Callable
from dataclasses import dataclass

from unificx.calls import CallRecordingStatus, Conversation
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.recording.archive import RecordingArchive
from unificx.recording.monitoring_session import MonitoringDependencies, MonitoringSession
from unificx.recording.schemas import MonitoringState, Supervisor


@dataclass(frozen=True, slots=True)
class LiveMonitoring:
    """A monitored call. `extensions` are those in the call."""

    call_id: str
    tenant_id: str
    state: MonitoringState
    extensions: tuple[str, ...]
    supervisor: Supervisor


class CallMonitor:
    """Implements `CallObserver`. `on_change` is called with each new state of a monitored call."""

    def __init__(
        self,
        deps: MonitoringDependencies,
        archive: RecordingArchive,
        calls: CallRecordingStatus,
        on_change: Callable[[LiveMonitoring], None],
    ) -> None:
        self._deps = deps
        self._calls = calls
        self._archive = archive
        self._on_change = on_change
        # Owner: the node that holds the call.
        self._conversations: dict[str, Conversation] = {}
        self._sessions: dict[str, MonitoringSession] = {}
        self._ending = BackgroundTasks(Access("history", "call monitor"))

    def __len__(self) -> int:
        """Number of calls being monitored."""
        return len(self._sessions)

    # ---- CallObserver

    def conversation_changed(self, conversation: Conversation) -> None:
        self._conversations[conversation.call_id] = conversation
        session = self._sessions.get(conversation.call_id)
        if session is not None:
            session.update_conversation(conversation)

    def conversation_suspended(self, call_id: str) -> None:
        """A parked or transferred call is no longer monitored."""
        self._conversations.pop(call_id, None)
        session = self._sessions.get(call_id)
        if session is not None:
            session.stop()

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        """Ignored: the supervisor's digits arrive at the app."""

    def call_ended(self, call_id: str) -> bool:
        """End its monitoring. Nothing is ever recorded."""
        self._conversations.pop(call_id, None)
        session = self._sessions.get(call_id)
        if session is not None:
            session.close()
        return False

    # ---- requests of supervisors

    def call_of(self, tenant_id: str, extension_id: str) -> str:
        """Return the id of the call in which an extension talks. Raises NotFound."""
        for call in self._conversations.values():
            if call.tenant_id == tenant_id and any(leg.extension_id == extension_id for leg in call.legs):
                return call.call_id
        raise NotFound("This extension is not in a call.")

    def check(self, tenant_id: str, call_id: str, supervisor_extension: str) -> Conversation:
        """Return the conversation of a call that may be monitored from this extension of the tenant. Raises NotFound,
        Forbidden, Conflict."""
        conversation = self._conversations.get(call_id)
        if conversation is None or conversation.tenant_id != tenant_id:
            raise NotFound("There is no such call of two parties.", hint="See /api/v1/calls.")
        extensions = [leg.extension_id for leg in conversation.legs if leg.extension_id]
        if not self._archive.allows_monitoring(tenant_id, extensions):
            raise Forbidden(
                "Listening is disabled for this organization or for a person in this call.",
                hint="An administrator can change it in the settings of recording.",
            )
        if supervisor_extension in extensions:
            raise Conflict("This is your own call.")
        if call_id in self._sessions:
            raise Conflict("A supervisor is listening to this call already.")
        return conversation

    def begin(self, tenant_id: str, call_id: str, supervisor: Supervisor) -> MonitoringSession:
        """Start to inform the parties of a call; the supervisor hears them afterwards. Raises as `check`."""
        conversation = self.check(tenant_id, call_id, supervisor.extension_id)

        def changed() -> None:
            if session.state == "ended":
                self._sessions.pop(call_id, None)
                self._ending.spawn(session.settle())
            elif session.state == "listen":
                self._calls.mark_monitored(call_id, supervisor.extension_id)
            self._on_change(_live(session))

        session = MonitoringSession(self._deps, conversation, supervisor, changed)
        self._sessions[call_id] = session
        self._on_change(_live(session))
        return session

    def live(self, call_id: str) -> LiveMonitoring | None:
        """Return the monitoring of a call, None without one."""
        session = self._sessions.get(call_id)
        return _live(session) if session is not None else None

    # ---- ends

    def on_subject_erased(self, tenant_id: str, subject: str) -> None:
        """End the sessions of an erased supervisor."""
        for session in list(self._sessions.values()):
            if session.conversation.tenant_id == tenant_id and session.supervisor.subject == subject:
                session.stop()

    def on_engine_restarted(self) -> None:
        """End all sessions: their audio is gone."""
        for session in list(self._sessions.values()):
            session.stop()

    async def close(self) -> None:
        """End all sessions and wait until that is logged."""
        for session in list(self._sessions.values()):
            session.close()
        await self._ending.join()


def _live(session: MonitoringSession) -> LiveMonitoring:
    conversation = session.conversation
    extensions = tuple(leg.extension_id for leg in conversation.legs if leg.extension_id)
    return LiveMonitoring(conversation.call_id, conversation.tenant_id, session.state, extensions, session.supervisor)
