"""Callbacks: calls of a queue to callers who asked for one instead of waiting."""

from collections.abc import Callable

from unificx.calls import QUEUE_APP, CallControl, Origination
from unificx.core.errors import NotFound
from unificx.identity import DirectoryCache
from unificx.queues.schemas import Queue
from unificx.queues.visits import QueuedCaller
from unificx.registrar import Caller


class QueueCallbacks:
    """The queue calls with its own number and name; a number outside with the rights of its tenant and the public
    number that is shown for the queue. `may_call` returns whether a tenant may call back a number in E.164."""

    def __init__(self, calls: CallControl, directory: DirectoryCache, may_call: Callable[[str, str], bool]) -> None:
        self._calls, self._directory, self._may_call = calls, directory, may_call

    def can_call(self, queue: Queue, caller: QueuedCaller) -> bool:
        """Return whether a caller can be called back: an extension, or a number outside that the tenant may call."""
        return bool(self._number(queue, caller))

    def call(self, queue: Queue, visit_id: str, caller: QueuedCaller) -> None:
        """Ring a caller; the app of the queue answers them with the id of the visit. Raises DomainError."""
        number = self._number(queue, caller)
        if not number:
            raise NotFound("The caller cannot be called back.")
        by = Caller(queue.tenant_id, "", "", "", queue.number, queue.name, calling_for=queue.reference)
        self._calls.originate(Origination(by, QUEUE_APP, (queue.id, visit_id), number))

    def _number(self, queue: Queue, caller: QueuedCaller) -> str:
        """Return the number at which a caller can be called back, "" for none."""
        if caller.extension_id:
            extension = self._directory.extension_by_id(caller.extension_id)
            return extension.number if extension is not None else ""
        return caller.number if self._may_call(queue.tenant_id, caller.number) else ""
