"""Ports of queues, implemented by calls through the composition root."""

from collections.abc import Collection
from typing import Protocol

from unificx.queues.schemas import Queue
from unificx.queues.visits import QueuedCaller


class AgentLines(Protocol):
    """The calls of extensions. Answered from memory."""

    def busy_extensions(self, tenant_id: str) -> Collection[str]:
        """Return the ids of the extensions of a tenant that are in a call, or are calling; not those that only ring."""
        ...

    def connected_extension(self, call_id: str) -> str:
        """Return the id of the extension that the caller of a call is connected to, "" for none."""
        ...


class NoAgentLines:
    """No calls."""

    def busy_extensions(self, tenant_id: str) -> Collection[str]:
        del tenant_id
        return ()

    def connected_extension(self, call_id: str) -> str:
        del call_id
        return ""


class CallbackDialer(Protocol):
    """Calls people back who have left a queue."""

    def can_call(self, queue: Queue, caller: QueuedCaller) -> bool:
        """Return whether this caller can be called back: an extension, or a number outside that the tenant may call."""
        ...

    def call_back(self, queue: Queue, visit_id: str, caller: QueuedCaller) -> None:
        """Ring a caller; the app of the queue answers them with the id of the visit. Raises DomainError."""
        ...
