"""Corrections of names with the answer to a request (GDPR Art. 16).

An account is renamed before its request is answered: a process that dies in between leaves an open request, whose
answer renames it again. Records about a person without an account are corrected after the answer. Its transaction
stores the name and one event per table, so the outbox goes on at the next start, whenever the process dies.
"""

from unificx.core.errors import Invalid
from unificx.db import UnitOfWork
from unificx.identity import PersonChange
from unificx.privacy import copies_of_names
from unificx.privacy.events import CopiesOutdated
from unificx.support.rights import repository
from unificx.support.rights.accounts import Accounts
from unificx.support.rights.dependencies import RightsDependencies
from unificx.support.rights.schemas import RightsRequest
from unificx.support.rights.states import Step


class NameCorrections:
    """Carries corrected names into accounts and records."""

    def __init__(self, deps: RightsDependencies, accounts: Accounts) -> None:
        self._database, self._keys = deps.database, deps.keys
        self._clock, self._accounts = deps.database.clock, accounts

    async def rename(self, request: RightsRequest, name: str) -> bool:
        """Rename the account that a request is about; return False if there is none. Idempotent. The event of the
        account corrects the records."""
        person_id = request.person_id
        if not person_id and request.about is not None:
            person_id = await self._accounts.id_of_subject(request.tenant_id, request.about)
        if person_id:
            await self._accounts.change(request.tenant_id, person_id, PersonChange(name=name))
        return bool(person_id)

    def publish(self, uow: UnitOfWork, request: RightsRequest) -> None:
        """Let the records about a sender without an account be corrected, once `uow` with the answer is stored."""
        for table in copies_of_names() if request.about is not None else ():
            uow.publish(CopiesOutdated(self._clock.new_id(), request.tenant_id, request.about or "", "", table))

    async def present_name(self, tenant_id: str, subject: str) -> str:
        """Return the name of the latest correction about a subject, "" without one."""
        async with self._database.read() as session:
            return await repository.corrected_name(session, self._keys, tenant_id, subject)


def require_correction(request: RightsRequest, step: Step) -> None:
    """Raise Invalid unless a step can have a corrected name."""
    if request.kind != "correction" or step != "answer":
        raise Invalid("Only the answer to a correction has a corrected name.", field="corrected_name")
