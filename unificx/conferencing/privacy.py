"""Data of a person in this area: which rooms they host, with their names. Rooms stay; meetings go with their host."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from unificx.conferencing import repository
from unificx.conferencing.invitations import MeetingInvitations
from unificx.conferencing.models import CalendarFeedRow, InvitationRow, NamePart, RoomHostRow
from unificx.db import Database
from unificx.privacy import CopyRules, DataSubject, Export, Holding, KeyStore, Records, RowHolding, record_kind


@dataclass(frozen=True, slots=True)
class HostedRoom:
    """A conference room or meeting that the person hosts."""

    number: str
    name: str
    created: datetime
    starts: datetime | None
    ends: datetime | None


_ROOMS = record_kind("hosted_room", "names of hosted rooms", HostedRoom, NamePart)
_ADAPTER = TypeAdapter(HostedRoom)


def room_holding(database: Database, invitations: MeetingInvitations) -> Holding:
    copying = CopyRules(more=partial(_rooms_of, database))
    sealed = {InvitationRow: "invitations to meetings"}
    links = {RoomHostRow: "rooms as a host", CalendarFeedRow: "calendar addresses"}
    return RowHolding(database, "conferencing", sealed, invitations.erase, links=links, copying=copying)


def _rooms_of(database: Database, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
    async def read() -> AsyncIterator[Mapping[str, Any]]:
        async with database.read() as session:
            rows = await repository.rooms_hosted_by(session, owner.tenant_id, owner.extension_ids)
        names = repository.exported_names(keys, owner.tenant_id, rows)
        for row, name in zip(rows, names, strict=True):
            yield _ADAPTER.dump_python(HostedRoom(row.number, name, row.created, row.starts, row.ends), mode="json")

    return [Records(_ROOMS, read)]
