"""Data of a person in this area: what they asked, and what they were answered."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter

from unificx.core.access import current_access, stating
from unificx.db import Database
from unificx.privacy import DataSubject, Export, Holding, KeyStore, Records, Retained, RowExporter, record_kind
from unificx.support.rights import breach_repository, disclosure_repository, repository
from unificx.support.rights.models import (
    DisclosurePart,
    DisclosureRow,
    HandoverRow,
    RightsNoteRow,
    RightsRequestRow,
    RightsStepRow,
)
from unificx.support.rights.retention import RequestRetention
from unificx.support.rights.schemas import OwnKind

_CLOSED, _OPEN, _DISCLOSED = "texts of closed requests", "open requests", "disclosures to authorities"
_STEPS = "steps of requests about personal data"
_OWN = frozenset(get_args(OwnKind))
_RETAINED = Retained(
    "A request that is not answered yet, with name and address of its sender.",
    "It has to be answered, and the answer proves that it was given in time (GDPR Art. 12, Art. 17(3)(e)).",
    "three years after the answer",
)
_REGISTER = Retained(
    "The entry of the register of disclosures: authority, legal basis, scope and times.",
    "It proves which data was disclosed, and who approved it (GDPR Art. 5(2)).",
    "three years after the authority's request was closed",
)


@dataclass(frozen=True, slots=True)
class DisclosureCopy:
    """A disclosure of the data of the person to an authority, once they may know of it."""

    id: str
    decided: datetime | None
    authority: str
    basis: str
    scope: str


_DISCLOSURES = record_kind("disclosed", _DISCLOSED, DisclosureCopy, DisclosurePart)
_ADAPTER = TypeAdapter(DisclosureCopy)


class _RequestHolding:
    """Closed requests lose their texts; open ones stay until they are answered, disclosures as evidence."""

    area = "requests"
    tables = frozenset(
        each.__tablename__ for each in (RightsRequestRow, RightsStepRow, RightsNoteRow, DisclosureRow, HandoverRow)
    )
    retained: Mapping[str, Retained] = {_OPEN: _RETAINED, _DISCLOSED: _REGISTER}

    def __init__(self, database: Database, retention: RequestRetention) -> None:
        self._database, self._retention = database, retention

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        closed, waiting = 0, 0
        async with self._database.read() as session:
            for queue_id in self._retention.queues_of(owner.tenant_id):
                closed += len(await repository.about(session, queue_id, owner.subject, closed=True))
                waiting += len(await repository.about(session, queue_id, owner.subject, closed=False))
            disclosed = await disclosure_repository.count_of_owner(session, owner, self._database.clock.now())
        return {_CLOSED: closed, _OPEN: waiting, _DISCLOSED: disclosed}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        """Return what the person has asked about themselves, and the steps, without internal notes. A request of an
        authority is not theirs: it may be secret from them."""
        requests = RowExporter(self._database, keys, RightsRequestRow)
        steps = RowExporter(self._database, keys, RightsStepRow)
        places = [replace(owner, tenant_id=each) for each in self._retention.queues_of(owner.tenant_id)]
        name = "requests about personal data"

        async def own(place: DataSubject) -> AsyncIterator[Mapping[str, Any]]:
            async for each in requests.where(name, place, "about_subject", (owner.subject,)).read():
                if each["kind"] in _OWN:
                    yield each

        async def every() -> AsyncIterator[Mapping[str, Any]]:
            for place in places:
                async for each in own(place):
                    yield each

        async def of_own() -> AsyncIterator[Mapping[str, Any]]:
            for place in places:
                ids = [each["id"] async for each in own(place)]
                async for step in steps.where(_STEPS, place, "request_id", ids).read():
                    yield step

        async def disclosed() -> AsyncIterator[Mapping[str, Any]]:
            now = self._database.clock.now()
            async with self._database.read() as session:
                with stating(current_access().to("requests")):
                    found = await disclosure_repository.of_owner(session, keys, owner, now)
            for each in found:
                record = DisclosureCopy(each.id, each.decided, each.authority, each.basis, each.wording())
                yield _ADAPTER.dump_python(record, mode="json")

        kinds = [each.where(title, owner, "id", ()).kind for each, title in ((requests, name), (steps, _STEPS))]
        return [Records(kinds[0], every), Records(kinds[1], of_own), Records(_DISCLOSURES, disclosed)]

    async def erase(self, owner: DataSubject) -> None:
        await self._retention.erase(owner.tenant_id, owner.subject)
        async with self._database.begin() as uow:
            await disclosure_repository.remove_number(uow.session, owner.tenant_id, owner.subject)
            await breach_repository.delete_notices_to(uow.session, owner.tenant_id, owner.person_id)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        found = await self.find(owner)
        async with self._database.read() as session:
            numbers = await disclosure_repository.count_numbers(session, owner)
        return {_CLOSED: found[_CLOSED], _OPEN: 0, _DISCLOSED: numbers}


def request_holding(database: Database, retention: RequestRetention) -> Holding:
    return _RequestHolding(database, retention)
