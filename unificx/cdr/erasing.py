"""Permanent erasure of single call records: they do not come back with a restored backup either."""

from collections.abc import Callable, Sequence
from functools import partial

from unificx.cdr.events import CallListsChanged
from unificx.cdr.retention_repository import drop_calls, is_held
from unificx.cdr.schemas import CallRecord
from unificx.core.errors import Conflict
from unificx.db import Database
from unificx.privacy import Erasure, lock_holds

_PREFIX = "call-"


def call_id_of(subject: str) -> str | None:
    """The call whose record an entry of the erasure journal ends; None for an entry of another kind."""
    return subject.removeprefix(_PREFIX) if subject.startswith(_PREFIX) else None


class CallErasure:
    """Erases call records. Prices of a call are not part of its record. `publish` receives
    `CallListsChanged`."""

    def __init__(self, database: Database, erasure: Erasure, publish: Callable[[object], None]) -> None:
        self._database, self._erasure, self._publish = database, erasure, publish

    async def erase(self, call: CallRecord) -> None:
        """Delete the record with its parties and its way, for all parties. Raise Conflict for a call under a hold."""
        tenant_id, call_id = call.tenant_id, call.id
        async with self._database.begin() as uow:
            await lock_holds(uow.session, tenant_id)
            if await is_held(uow.session, tenant_id, call_id):
                raise Conflict("The call is under a hold.", hint="Release the hold first.")
            # The journal first: a start completes the erasure if this process dies now.
            self._erasure.erase_subject(tenant_id, f"{_PREFIX}{call_id}")
            await drop_calls(uow.session, tenant_id, [call_id])
            uow.after_commit.append(partial(self._erasure.finish, tenant_id, f"{_PREFIX}{call_id}"))
        lists = frozenset((tenant_id, party.extension_id) for party in call.parties)
        self._publish(CallListsChanged(lists))

    async def complete(self, tenant_id: str, call_ids: Sequence[str]) -> None:
        """Delete records that a crash or a restored backup has left."""
        async with self._database.begin() as uow:
            await drop_calls(uow.session, tenant_id, call_ids)
        for call_id in call_ids:
            self._erasure.finish(tenant_id, f"{_PREFIX}{call_id}")
