"""Work of administrators on a request: who is responsible for it, and internal notes."""

from dataclasses import replace

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import lock_scope
from unificx.identity import Role
from unificx.support.rights import repository
from unificx.support.rights.schemas import RequestNote, RightsRequest
from unificx.support.rights.service import RightsRequests

MAX_NOTES, MAX_NOTE = 200, 5_000
"""Notes per request, and characters of a note."""


class RequestWork:
    """Assignments and notes. Neither is visible to the sender of a request."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests = requests
        self._database, self._keys = requests.deps.database, requests.deps.keys

    async def assign(self, tenant_id: str, request_id: str, person_id: str | None) -> RightsRequest:
        """Make an administrator of the tenant responsible for a request, or no one with None.

        Raise NotFound; Invalid for a person without that role; Conflict for a closed request."""
        if person_id is not None:
            person = await self._requests.accounts.get(tenant_id, person_id)
            if person.role is Role.USER or person.state != "active":
                raise Invalid("Only an active administrator can work on requests.", field="person_id")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            request = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if request.closed is not None:
                raise Conflict("The request is closed.")
            request = replace(request, assigned=person_id)
            await repository.save(uow.session, self._keys, request)
        return request

    async def add_note(self, tenant_id: str, request_id: str, text: str, by: str) -> None:
        """Add an internal note. Raise NotFound, Invalid; Conflict if there are too many, or if the texts are erased."""
        text = text.strip()
        if not text or len(text) > MAX_NOTE:
            raise Invalid(Phrase("Use 1 to {} characters.", MAX_NOTE), field="text")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            request = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if self._keys.is_destroyed(tenant_id, request.subject):
                raise Conflict("The texts of this request are erased.")
            if await repository.count_notes(uow.session, tenant_id, request_id) >= MAX_NOTES:
                raise Conflict("There are too many notes on this request.")
            clock = self._database.clock
            note = RequestNote(clock.now(), by, text)
            await repository.add_note(uow.session, self._keys, request, note, clock.new_id())

    async def notes(self, tenant_id: str, request_id: str) -> tuple[RequestNote, ...]:
        """Return the internal notes on a request, oldest first."""
        async with self._database.read() as session:
            return await repository.notes(session, self._keys, tenant_id, request_id)
