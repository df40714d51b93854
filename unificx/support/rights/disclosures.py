"""Disclosures to authorities: proposed by one administrator, decided by another, visible to the person."""

from collections.abc import Sequence
from datetime import datetime

from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import lock_scope
from unificx.privacy import DataSubject
from unificx.support.rights import disclosure_repository as repository
from unificx.support.rights.schemas import (
    DisclosedCategory,
    DisclosedData,
    Disclosure,
    NewDisclosure,
    RightsRequest,
)
from unificx.support.rights.service import RightsRequests

MAX_SCOPE = 5000
OF_CALLERS: frozenset[DisclosedCategory] = frozenset({"calls", "voicemail", "recordings"})
"""Data that can be held about a caller without an account."""
COUNTED_FROM = 10
"""Smaller counts are published as "fewer than" this number, so that they point to no single case."""


class Disclosures:
    """The register of disclosures of all tenants."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests, self.deps = requests, requests.deps
        deps = self.deps
        self._database, self._keys = deps.database, deps.keys
        self._clock = deps.database.clock

    async def propose(self, tenant_id: str, request_id: str, new: NewDisclosure, by: str) -> Disclosure:
        """Propose to disclose data of an account, or of a caller without one, to the authority of a request.

        Raise NotFound, Conflict, Invalid."""
        _require_person(by)
        request = await self.open_request(tenant_id, request_id)
        scope = new.scope.strip()
        if not 0 < len(scope) <= MAX_SCOPE:
            raise Invalid(Phrase("Name what is disclosed, in at most {} characters.", MAX_SCOPE), field="scope")
        _check_data(new.data)
        if bool(new.person_id) == bool(new.number.strip()):
            raise Invalid("Name an account or a telephone number, one of them.", field="person_id")
        number, about = self._caller(tenant_id, new) if new.number.strip() else ("", None)
        person_id = "" if about else (await self._requests.accounts.get(tenant_id, new.person_id)).id
        disclosure = Disclosure(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            request_id=request_id,
            person_id=person_id,
            state="proposed",
            proposed=self._clock.now(),
            proposed_by=by,
            decided=None,
            decided_by=None,
            silent_until=new.silent_until,
            data=new.data,
            subject=request.subject,
            authority=request.name,
            basis=request.basis,
            scope=scope,
            about=about,
            number=number,
        )
        async with self._database.begin() as uow:
            await repository.insert(uow.session, self._keys, disclosure)
        return disclosure

    def _caller(self, tenant_id: str, new: NewDisclosure) -> tuple[str, str]:
        """Return number (E.164) and subject of a caller without an account. Raise NotFound, Invalid."""
        if not set(new.data.categories) <= OF_CALLERS:
            raise Invalid(
                "Of a caller without an account there are calls, messages and recordings.", field="categories"
            )
        return self._requests.subjects.caller(tenant_id, new.number)

    async def open_request(self, tenant_id: str, request_id: str) -> RightsRequest:
        """Return an open request of an authority. Raise NotFound, Conflict."""
        request = (await self._requests.get(tenant_id, request_id)).request
        if request.kind != "authority" or request.closed is not None:
            raise Conflict("This is done for an open request of an authority only.")
        return request

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

    async def find(self, tenant_id: str, disclosure_id: str) -> Disclosure:
        """Return a disclosure. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.find(session, self._keys, tenant_id, disclosure_id)
        if found is None:
            raise NotFound("There is no such disclosure.")
        return found

    async def approved_data(self, tenant_id: str, disclosure_id: str) -> DisclosedData:
        """Return what a file for the authority contains. Raise Conflict unless two people have agreed to it."""
        async with self._database.read() as session:
            data = await repository.approved_data(session, tenant_id, disclosure_id)
        if data is None:
            raise Conflict("This disclosure is not approved.", hint="Another administrator has to approve it first.")
        if not data.categories:
            raise Conflict("This disclosure names no categories.", hint="Propose a new one.")
        return data

    async def of_request(self, tenant_id: str, request_id: str) -> Sequence[Disclosure]:
        """Return the disclosures of a request, oldest first. Raise NotFound."""
        await self._requests.get(tenant_id, request_id)
        async with self._database.read() as session:
            return await repository.of_request(session, self._keys, tenant_id, request_id)

    async def own(self, tenant_id: str, person_id: str) -> Sequence[Disclosure]:
        """Return the disclosures about a user, except those of which they may not know yet."""
        owner = DataSubject(tenant_id, "", person_id)
        async with self._database.read() as session:
            return await repository.of_owner(session, self._keys, owner, self._clock.now()) if person_id else []

    async def counts(self, since: datetime) -> dict[str, str]:
        """Return how many requests of each kind and how many disclosures there were since a time, for publication: "0",
        "fewer than 10", or the number."""
        async with self._database.read() as session:
            found = await repository.counts(session, since)
        return {kind: published(count) for kind, count in found.items()}


def published(count: int) -> str:
    """Return a count as it may be published."""
    return str(count) if count == 0 or count >= COUNTED_FROM else f"fewer than {COUNTED_FROM}"


def _check_data(data: DisclosedData) -> None:
    """Raise Invalid unless the data is limited to categories and a period."""
    if not data.categories:
        raise Invalid("Name the categories of data.", field="categories")
    has_period = data.since is not None and data.until is not None and data.since < data.until
    if not has_period and (set(data.categories) != {"account"} or data.since or data.until):
        raise Invalid("Name the period: its begin, and its end after that.", field="until")


def _require_person(by: str) -> None:
    if not by:
        raise Forbidden("Two people have to take part in a disclosure.", hint="Sign in as an administrator.")
