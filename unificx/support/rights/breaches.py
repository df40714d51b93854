"""The record of breaches (GDPR Art. 33(5)) and the notices to the people affected (Art. 34)."""

from collections.abc import Collection
from dataclasses import replace

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.personal import VOCABULARY
from unificx.db import lock_scope
from unificx.identity import Person
from unificx.support.rights import breach_repository as repository
from unificx.support.rights.schemas import Breach, BreachChange, RightsRequest, StepRecord
from unificx.support.rights.service import RightsRequests

MAX_NOTICE = 2000
MAX_RECIPIENTS = 10_000


class Breaches:
    """The breaches of all tenants. Each is a request of the kind breach."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests, self._database = requests, requests.parts.database

    async def get(self, tenant_id: str, request_id: str) -> Breach:
        """Return what is known of a breach. Raise NotFound."""
        await self._require(tenant_id, request_id)
        async with self._database.read() as session:
            return await repository.find(session, tenant_id, request_id) or Breach(request_id)

    async def change(self, tenant_id: str, request_id: str, change: BreachChange) -> Breach:
        """Change what is known of a breach. Raise NotFound, Invalid."""
        await self._require(tenant_id, request_id)
        if unknown := set(change.categories or ()) - VOCABULARY.categories.keys():
            raise Invalid(f"Unknown category: {min(unknown)}.", hint="See /api/v1/privacy/map.", field="categories")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, tenant_id, request_id) or Breach(request_id)
            after = replace(
                before,
                categories=before.categories if change.categories is None else tuple(sorted(set(change.categories))),
                band=change.band or before.band,
                high_risk=before.high_risk if change.high_risk is None else change.high_risk,
                authority_informed=change.authority_informed or before.authority_informed,
            )
            await repository.save(uow.session, tenant_id, after)
        return after

    async def inform(self, tenant_id: str, request_id: str, people: Collection[str], text: str, by: str) -> Breach:
        """Send a notice to these accounts, without any to all of the tenant. Raise NotFound, Conflict, Invalid."""
        request = await self._require(tenant_id, request_id)
        if request.closed is not None:
            raise Conflict("The breach is closed.")
        text = " ".join(text.split())
        if not 0 < len(text) <= MAX_NOTICE:
            raise Invalid(f"Write what happened and what to do, in at most {MAX_NOTICE} characters.", field="text")
        recipients = await self._recipients(tenant_id, people)
        for person in recipients:
            await self._requests.notifier.warn(person, text)
        now = self._database.clock.now()
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, tenant_id, request_id) or Breach(request_id)
            after = replace(before, people_informed=now, informed=before.informed + len(recipients))
            await repository.save(uow.session, tenant_id, after)
            await self._requests.add_record(uow, request, StepRecord(now, "inform", by, text))
        return after

    async def _recipients(self, tenant_id: str, people: Collection[str]) -> list[Person]:
        accounts = self._requests.accounts
        if people:
            return [await accounts.get(tenant_id, each) for each in dict.fromkeys(people)]
        return await accounts.all(tenant_id, MAX_RECIPIENTS)

    async def _require(self, tenant_id: str, request_id: str) -> RightsRequest:
        request = (await self._requests.get(tenant_id, request_id)).request
        if request.kind != "breach":
            raise NotFound("There is no such breach.")
        return request
