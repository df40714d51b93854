"""Writes call records, and journals answered calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from unificx.calls.call import Call
from unificx.calls.call_moves import merge_record
from unificx.calls.call_record import record_outside_legs, to_call_ended
from unificx.calls.machine.causes import Cause
from unificx.calls.observers import ObserverNotifier
from unificx.calls.ports import CallRecordWriter
from unificx.core.clock import Clock
from unificx.db import ErasedSubject, SpoolFull

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecordKeeper:
    """Writes the records of `calls` and journals them.

    `on_answered` journals an answered or changed call, `on_ended` removes it from the journal.
    """

    calls: Mapping[str, Call]
    writer: CallRecordWriter
    observer_notifier: ObserverNotifier
    clock: Clock
    on_answered: Callable[[Call], None]
    on_ended: Callable[[Call], None]

    def journal(self, call: Call) -> None:
        """Journal an answered or changed call."""
        call.journalled = True
        self.on_answered(call)

    def write(self, call: Call, cause: Cause) -> None:
        """Write the call record. A full disk must not prevent the phones from hanging up.

        The calls of a tenant that is deleted meanwhile end without a record, since its keys are destroyed.
        """
        try:
            self._write(call, cause)
        except SpoolFull:
            log.error("call_record_lost", call=call.id)
        except ErasedSubject:
            log.info("call_of_deleted_tenant", call=call.id)

    def _write(self, call: Call, cause: Cause) -> None:
        """Write the call record, unless that of another call stands for it. While a sibling call is live, merge into
        that instead: siblings share one record."""
        call.record_written = True
        call.has_recording = self.observer_notifier.call_ended(call) or call.has_recording
        siblings = call.siblings or set[str]()
        siblings.discard(call.id)
        record_outside_legs(call, self.clock.monotonic())
        sibling = next((self.calls[each] for each in siblings if each in self.calls), None)
        try:
            if sibling is not None:
                merge_record(sibling, call)
                self.journal(sibling)
            elif not call.recorded_elsewhere:
                self.writer.record(to_call_ended(call, cause, self.clock.monotonic()))
        finally:
            if call.journalled:
                self.on_ended(call)
