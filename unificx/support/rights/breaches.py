"""The record of breaches (GDPR Art. 33(5)) and the notices to the people affected (Art. 34)."""

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.personal import VOCABULARY
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork, lock_scope
from unificx.identity import Person
from unificx.support.rights import breach_repository as repository
from unificx.support.rights import repository as steps
from unificx.support.rights.events import BreachNoticeDue
from unificx.support.rights.schemas import Breach, BreachChange, RightsRequest, StepRecord
from unificx.support.rights.service import RightsRequests

MAX_NOTICE = 2000
MAX_RECIPIENTS = 10_000
_BATCH = 50
"""Notices that are queued in one unit of work, so that others do not wait long."""


class Breaches:
    """The breaches of all tenants. Each is a request of the kind breach."""

    def __init__(self, requests: RightsRequests) -> None:
        self._requests, self._database, self._keys = requests, requests.deps.database, requests.deps.keys

    async def get(self, tenant_id: str, request_id: str) -> Breach:
        """Return what is known of a breach. Raise NotFound."""
        await self._require(tenant_id, request_id)
        async with self._database.read() as session:
            return await repository.find(session, tenant_id, request_id) or Breach(request_id)

    async def change(self, tenant_id: str, request_id: str, change: BreachChange, by: str) -> Breach:
        """Change what is known of a breach, of a closed one too: facts that come later belong to its documentation. The
        history of the request keeps the former values. Raise NotFound, Invalid."""
        request = await self._require(tenant_id, request_id)
        if unknown := set(change.categories or ()) - VOCABULARY.categories.keys():
            raise Invalid(
                Phrase("Unknown category: {}.", min(unknown)), hint="See /api/v1/privacy/map.", field="categories"
            )
        now = self._database.clock.now()
        if change.authority_informed is not None and change.authority_informed > now:
            raise Invalid("The time must not be in the future.", field="authority_informed")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, tenant_id, request_id) or Breach(request_id)
            after = _changed(before, change)
            if former := _former(before, after):
                await repository.save(uow.session, tenant_id, after)
                await self._requests.add_record(uow, request, StepRecord(now, "record", by, former))
        return after

    async def inform(self, tenant_id: str, request_id: str, people: Collection[str], text: str, by: str) -> Breach:
        """Send a notice to these accounts, without any to all of the tenant; each gets the same text about a breach
        once, however often it is sent. Raise NotFound, Conflict, Invalid."""
        request = await self._require(tenant_id, request_id)
        if request.closed is not None:
            raise Conflict("The breach is closed.")
        text = " ".join(text.split())
        if not 0 < len(text) <= MAX_NOTICE:
            raise Invalid(
                Phrase("Write what happened and what to do, in at most {} characters.", MAX_NOTICE), field="text"
            )
        recipients = [person.id for person in await self._recipients(tenant_id, people)]
        clock = self._database.clock
        now = clock.now()
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, tenant_id, request_id) or Breach(request_id)
            step_id = await steps.find_step(uow.session, self._keys, request, ("inform", text))
            if step_id is None:
                step_id = await self._requests.add_record(uow, request, StepRecord(now, "inform", by, text))
            added = await repository.add_notices(uow.session, tenant_id, (request_id, step_id), recipients)
            if not added:
                return before
            after = replace(before, people_informed=now, informed=before.informed + added)
            await repository.save(uow.session, tenant_id, after)
            uow.publish(BreachNoticeDue(clock.new_id(), tenant_id, request_id, step_id))
        return after

    async def send_due(self, event: BreachNoticeDue, uow: UnitOfWork) -> None:
        """Queue the next notices within `uow`, and the event for those that follow. Outbox handler."""
        notice = event.request_id, event.step_id
        text = await steps.note_of(uow.session, self._keys, event.tenant, *notice)
        waiting = await repository.take_notices(uow.session, event.tenant, notice, self._database.clock.now(), _BATCH)
        for person_id in waiting if text else ():
            with suppress(NotFound):  # it was closed or erased meanwhile
                person = await self._requests.accounts.get(event.tenant, person_id)
                await self._requests.notifier.warn(person, text, uow)
        if len(waiting) == _BATCH:
            uow.publish(replace(event, id=self._database.clock.new_id()))

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


def _changed(before: Breach, change: BreachChange) -> Breach:
    informed = None if change.authority_not_informed else change.authority_informed or before.authority_informed
    return replace(
        before,
        categories=before.categories if change.categories is None else tuple(sorted(set(change.categories))),
        band=change.band or before.band,
        high_risk=before.high_risk if change.high_risk is None else change.high_risk,
        authority_informed=informed,
    )


def _former(before: Breach, after: Breach) -> str:
    """Return the values that a change replaces, as a JSON object; "" if it changes nothing."""
    names = ("categories", "band", "high_risk", "authority_informed")
    former = {name: getattr(before, name) for name in names if getattr(before, name) != getattr(after, name)}
    return json.dumps(former, default=datetime.isoformat) if former else ""
