"""Disclosures to authorities: proposed by one administrator, decided by another, visible to the person."""

from collections.abc import Sequence
from datetime import datetime

from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.db import lock_scope
from unificx.support.rights import disclosure_repository as repository
from unificx.support.rights.schemas import Disclosure, NewDisclosure
from unificx.support.rights.service import RightsRequests

MAX_SCOPE = 5000
COUNTED_FROM = 10
"""Smaller counts are published as "fewer than" this number, so that they point to no single case."""


class Disclosures:
    """The register of disclosures of all tenants."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests, parts = requests, requests.parts
        self._database, self._keys = parts.database, parts.keys
        self._clock = parts.database.clock

    async def propose(self, tenant_id: str, request_id: str, new: NewDisclosure, by: str) -> Disclosure:
        """Propose to disclose data of an account to the authority of a request. Raise NotFound, Conflict, Invalid."""
        _require_person(by)
        request = (await self._requests.get(tenant_id, request_id)).request
        if request.kind != "authority" or request.closed is not None:
            raise Conflict("Data is disclosed for an open request of an authority only.")
        scope = new.scope.strip()
        if not 0 < len(scope) <= MAX_SCOPE:
            raise Invalid(f"Name what is disclosed, in at most {MAX_SCOPE} characters.", field="scope")
        person = await self._requests.accounts.get(tenant_id, new.person_id)
        disclosure = Disclosure(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            request_id=request_id,
            person_id=person.id,
            state="proposed",
            proposed=self._clock.now(),
            proposed_by=by,
            decided=None,
            decided_by=None,
            silent_until=new.silent_until,
            subject=request.subject,
            authority=request.name,
            basis=request.basis,
            scope=scope,
        )
        async with self._database.begin() as uow:
            await repository.insert(uow.session, self._keys, disclosure)
        return disclosure

    async def decide(
        self, tenant_id: str, request_id: str, disclosure_id: str, by: str, *, approve: bool
    ) -> Disclosure:
        """Approve or reject a proposal of another administrator. Raise NotFound, Conflict, Forbidden."""
        _require_person(by)
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "disclosure", disclosure_id)
            found = await repository.find(uow.session, self._keys, tenant_id, disclosure_id)
            if found is None or found.request_id != request_id:
                raise NotFound("There is no such disclosure.")
            if found.state != "proposed":
                raise Conflict("This is decided already.")
            if found.proposed_by == by:
                raise Forbidden("Another administrator has to decide.", hint="Ask a second administrator.")
            state = "approved" if approve else "rejected"
            await repository.decide(uow.session, tenant_id, disclosure_id, state=state, by=by, at=self._clock.now())
            decided = await repository.find(uow.session, self._keys, tenant_id, disclosure_id)
        assert decided is not None
        return decided

    async def of_request(self, tenant_id: str, request_id: str) -> Sequence[Disclosure]:
        """Return the disclosures of a request, oldest first. Raise NotFound."""
        await self._requests.get(tenant_id, request_id)
        async with self._database.read() as session:
            return await repository.of_request(session, self._keys, tenant_id, request_id)

    async def own(self, tenant_id: str, person_id: str) -> Sequence[Disclosure]:
        """Return the disclosures about a user, except those of which they may not know yet."""
        async with self._database.read() as session:
            found = await repository.of_person(session, self._keys, tenant_id, person_id)
        return [each for each in found if _is_visible(each, self._clock.now())]

    async def counts(self, since: datetime) -> dict[str, str]:
        """Return how many requests of each kind and how many disclosures there were since a time, for publication: "0",
        "fewer than 10", or the number."""
        async with self._database.read() as session:
            found = await repository.counts(session, since)
        return {kind: published(count) for kind, count in found.items()}


def published(count: int) -> str:
    """Return a count as it may be published."""
    return str(count) if count == 0 or count >= COUNTED_FROM else f"fewer than {COUNTED_FROM}"


def _is_visible(disclosure: Disclosure, now: datetime) -> bool:
    return disclosure.silent_until is None or disclosure.silent_until <= now


def _require_person(by: str) -> None:
    if not by:
        raise Forbidden("Two people have to take part in a disclosure.", hint="Sign in as an administrator.")
