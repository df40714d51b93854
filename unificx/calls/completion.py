"""Call completion ("call me when free"): an extension is called once the one that it did not reach is free."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from unificx.calls.call_control import CallControl
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, DomainError, Invalid, NotFound, StorageFull
from unificx.core.faults import describe_fault
from unificx.core.phrases import Phrase
from unificx.identity import Extension

log = structlog.get_logger()
LIFETIME = timedelta(minutes=60)
MAX_PER_EXTENSION = 5
"""Completions that an extension may wait for, and that may wait for an extension."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`caller_id` is called once `callee_id`, which was busy or did not answer, is free. Ends at `until`."""

    id: str
    tenant_id: str
    caller_id: str
    callee_id: str
    until: datetime


@dataclass(slots=True)
class _Waiting:
    """`is_armed`: the callee was in a call, or has become reachable, so that the next time it is free counts."""

    completion: Completion
    is_armed: bool


class CallCompletions:
    """The completions of this node, oldest first. They are in memory only: a restart ends them. Never awaits.

    `is_disturbed` returns whether an extension is not to be disturbed now.
    """

    def __init__(
        self, clock: Clock, calls: CallControl, is_disturbed: Callable[[str], bool] = lambda extension_id: False
    ) -> None:
        self._clock = clock
        self._calls = calls
        self._is_disturbed = is_disturbed
        # Owner: this node, which has the calls.
        self._waiting: dict[str, dict[tuple[str, str], _Waiting]] = {}
        """By tenant, then by caller and callee."""
        self._running: dict[str, str] = {}
        """The call that completes one, by caller and by callee: others wait until it has ended."""

    def request(self, caller: Extension, callee: Extension) -> Completion:
        """Have `caller` called when `callee` is free. A second request for the same pair begins anew.

        Raises Invalid for one's own extension, Conflict if too many wait.
        """
        if caller.id == callee.id:
            raise Invalid("This is your own extension.", field="to")
        present = {pair: each for pair, each in self._of(caller.tenant_id).items() if pair != (caller.id, callee.id)}
        for own, position in ((caller.id, 0), (callee.id, 1)):
            if sum(pair[position] == own for pair in present) >= MAX_PER_EXTENSION:
                raise Conflict(
                    Phrase("At most {} such calls wait for an extension.", MAX_PER_EXTENSION),
                    hint="Cancel another one first.",
                )
        until = self._clock.now() + LIFETIME
        completion = Completion(self._clock.new_id(), caller.tenant_id, caller.id, callee.id, until)
        is_armed = callee.id in self._calls.busy_extensions(caller.tenant_id)
        present[caller.id, callee.id] = _Waiting(completion, is_armed)
        self._waiting[caller.tenant_id] = present
        return completion

    def of_callers(self, tenant_id: str, extension_ids: Collection[str]) -> list[Completion]:
        """Return what these extensions wait for."""
        return [each.completion for pair, each in self._of(tenant_id).items() if pair[0] in extension_ids]

    def cancel(self, tenant_id: str, extension_ids: Collection[str], completion_id: str) -> None:
        """Cancel one that these extensions wait for. Raises NotFound."""
        found = [each for each in self.of_callers(tenant_id, extension_ids) if each.id == completion_id]
        if not found:
            raise NotFound("This call no longer waits.")
        self._remove(found)

    def cancel_all(self, tenant_id: str, extension_id: str) -> int:
        """Cancel all that an extension waits for; return how many."""
        found = self.of_callers(tenant_id, (extension_id,))
        self._remove(found)
        return len(found)

    # ---- what happens

    def became_reachable(self, tenant_id: str, extension_id: str) -> None:
        """A device of an extension has registered, or its user has set another state."""
        for pair, each in self._of(tenant_id).items():
            each.is_armed |= pair[1] == extension_id
        self.calls_changed(tenant_id)

    def calls_changed(self, tenant_id: str) -> None:
        """Calls of a tenant have begun or ended: call the extensions whose wait is over."""
        waiting = self._of(tenant_id)
        if not waiting:
            return
        busy = self._calls.busy_extensions(tenant_id)
        for (caller_id, callee_id), each in list(waiting.items()):
            if callee_id in busy:
                each.is_armed = True
            elif each.is_armed and caller_id not in busy and not self._is_reserved(caller_id, callee_id):
                self._complete(each)

    def drop(self, tenant_id: str, extension_ids: Iterable[str]) -> None:
        """Forget deleted extensions."""
        gone = set(extension_ids)
        self._remove([each.completion for pair, each in self._of(tenant_id).items() if gone.intersection(pair)])

    # ---- internals

    def _of(self, tenant_id: str) -> dict[tuple[str, str], _Waiting]:
        """Return those of a tenant that have not ended."""
        now = self._clock.now()
        found = {pair: each for pair, each in self._waiting.pop(tenant_id, {}).items() if each.completion.until > now}
        if found:
            self._waiting[tenant_id] = found
        return found

    def _is_reserved(self, caller_id: str, callee_id: str) -> bool:
        """Whether the callee is not to be disturbed, or another completion has begun with one of both: while phones
        ring, their extension is not busy yet."""
        for each in (caller_id, callee_id):
            if each in self._running and self._calls.find(self._running[each]) is None:
                del self._running[each]
        return self._is_disturbed(callee_id) or not self._running.keys().isdisjoint((caller_id, callee_id))

    def _complete(self, waiting: _Waiting) -> None:
        completion = waiting.completion
        pair = completion.caller_id, completion.callee_id
        self._remove([completion])
        try:
            self._running |= dict.fromkeys(pair, self._calls.call_back(*pair))
        except StorageFull:  # too many calls at present: it waits for the end of one
            self._waiting.setdefault(completion.tenant_id, {})[pair] = waiting
        except DomainError as fault:
            log.warning("call_not_completed", tenant=completion.tenant_id, fault=fault.code)
        except Exception as fault:  # a bug: the others must still be called
            log.error("call_not_completed", tenant=completion.tenant_id, **describe_fault(fault))

    def _remove(self, completions: Iterable[Completion]) -> None:
        for each in completions:
            self._waiting.get(each.tenant_id, {}).pop((each.caller_id, each.callee_id), None)
