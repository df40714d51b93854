"""A person with a value in every declared field of every table is erased: nothing of it opens with the keys that are left.

The tables and their fields come from the declarations, so that a new one takes part without a change here, or fails.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from filled_tables import NOW, filled, sealed_values
from sqlalchemy import Table, insert, select, update
from test_app_erasure import SealedValue, keys_left, opens

from tests.house.test_holdings import EXCEPTIONS
from unificx.audio_store.models import AudioOwnerRow, AudioRow
from unificx.core.clock import ManualClock
from unificx.db import Base, SealedCodec, UnitOfWork
from unificx.db.base import sealed_part
from unificx.identity import NewExtension, NewPerson, NewTenant, SignInContext
from unificx.identity.import_models import PeopleImportRow
from unificx.identity.models import SessionRow
from unificx.privacy import DataSubject
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url

PASSWORD = "long enough for her"
OWN_KEYS = frozenset({"number_block", "stored_answer"})
"""Tables whose rows have a key each, which ends with the row. Stored answers may name anybody: an erasure ends all."""
REQUESTS = {"rights_request", "rights_note", "rights_step", "disclosure", "handover"}
"""Sealed under the key of a request: `test_an_erasure_removes_closed_requests_and_names_open_ones`."""
OF_OBJECTS = frozenset(EXCEPTIONS) - OWN_KEYS | REQUESTS
"""Tables whose rows are sealed for objects, not for a person."""
NAMING = {"erasure", "person", "audit_party"}
"""Tables that keep the random id of an erased person. The audit log does so that its verification can ask whether missing
details are those of an erased person."""


@dataclass(frozen=True)
class Sealed:
    """A sealed part in the database: its place, the subject whose key seals it, and its bytes."""

    codec: SealedCodec[Any]
    table: str
    row: str
    subject: str
    blob: bytes

    @property
    def value(self) -> SealedValue:
        return self.codec, self.row, self.blob


@asynccontextmanager
async def installation(home: Path, environ: dict[str, str]) -> AsyncIterator[Container]:
    site = InstallationPaths(home)
    async with open_installation(
        site, database_url(site, environ), environ, ManualClock(NOW - timedelta(days=1))
    ) as rooms:
        yield rooms


def sealed_models() -> dict[str, type[Any]]:
    """Return the models with a sealed column by table, in an order in which their rows can be inserted."""
    models = {each.local_table.name: each.class_ for each in Base.registry.mappers}  # type: ignore[attr-defined]
    tables = [each for each in Base.metadata.sorted_tables if any(map(sealed_part, each.columns))]
    return {each.name: models[each.name] for each in tables if models[each.name].__module__.startswith("unificx.")}


async def fill(rooms: Container, uow: UnitOfWork, row: type[Any], name: str, given: Mapping[str, Any]) -> None:
    """Give the rows of a person in a table a value in every sealed field; insert one if there are none."""
    table: Table = row.__table__
    owner = next(part.subject for column in table.columns if (part := sealed_part(column)))
    mine = (table.c.tenant_id == given["tenant_id"], table.c[owner] == given[owner])
    found = (await uow.session.execute(select(table).where(*mine))).mappings().all()
    if not found:
        await uow.session.execute(insert(row), [filled(rooms.keys, row, name, given)])
    for each in found:
        key = [column == each[column.name] for column in table.primary_key.columns]
        values = sealed_values(rooms.keys, row, name, dict(each))
        await uow.session.execute(update(table).where(*key).values(values))


async def move_in(rooms: Container, tenant_id: str, name: str, number: str) -> DataSubject:
    """Create a person with extension and session, and a value in every field of every table."""
    email = f"{name}@acme.example"
    await rooms.identity.users.create(tenant_id, NewPerson(name, email, password=PASSWORD))
    mine = (await rooms.identity.extensions.create(tenant_id, NewExtension(number, name, email))).extension
    await rooms.identity.sign_in.by_password(email, PASSWORD, SignInContext())
    assert mine.person_id is not None
    given = {
        "tenant_id": tenant_id,
        "subject_id": mine.subject,
        "caller_subject_id": mine.subject,
        "about_subject": mine.subject,
        "person_id": mine.person_id,
        "extension_id": mine.id,
    }
    async with rooms.database.begin() as uow:
        session_id = await uow.session.scalar(select(SessionRow.id).where(SessionRow.person_id == mine.person_id))
        one = rooms.clock.new_id()  # of a row in each table, so that they refer to each other
        given |= {"id": one, "audio_id": one, "contact_id": one, "import_id": one}
        for row in (AudioRow, AudioOwnerRow, PeopleImportRow):
            await uow.session.execute(insert(row), [filled(rooms.keys, row, name, given)])
        for table, row in sealed_models().items():
            own = {"id": session_id} if table == "push_subscription" else {}
            own |= {"subject_id": f"{table}-{name}"} if table in OWN_KEYS else {}
            if table not in OF_OBJECTS:
                await fill(rooms, uow, row, name, {**given, **own})
    return DataSubject(tenant_id, mine.subject, mine.person_id, (mine.id,))


async def sealed_in(rooms: Container) -> list[Sealed]:
    """Return every sealed part of every table."""
    found: list[Sealed] = []
    async with rooms.database.read() as session:
        for name, row in sealed_models().items():
            table: Table = row.__table__
            for each in (await session.execute(select(table))).mappings():
                row_id = "/".join(str(each[column.name]) for column in table.primary_key)
                for column in table.columns:
                    part = sealed_part(column)
                    if part is not None and each[column.name] is not None:
                        codec = SealedCodec(row, part.part)
                        found.append(Sealed(codec, name, row_id, each[part.subject], each[column.name]))
    return found


async def tables_that_name(rooms: Container, ids: set[str]) -> set[str]:
    """Return the tables with one of these ids in a row, also in a list of ids."""
    found: set[str] = set()
    async with rooms.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = (await session.execute(select(table))).all()
            found |= {table.name for row in rows for each in ids if any(each in str(value) for value in row)}
    return found


def found_in(folders: Sequence[Path], pieces: Iterable[bytes]) -> set[bytes]:
    """Return which of these pieces are in a file below the folders: tables, indexes, logs and spool."""
    wanted, found = set(pieces), set[bytes]()
    for path in [each for folder in folders for each in folder.rglob("*") if each.is_file()]:
        data = path.read_bytes()
        found |= {piece for piece in wanted - found if piece in data}
    return found


async def erase_and_look(home: Path, environ: dict[str, str], folders: Sequence[Path]) -> None:
    """Erase one of two people and look for what is left of them in tables and files. Sealed values stay in logs of the database, on
    PostgreSQL in pages too: they are found there, the last of the folders, and no key opens them."""
    async with installation(home, environ) as rooms:
        tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
        ana, ben = [await move_in(rooms, tenant.id, *each) for each in (("ana", "1001"), ("ben", "1002"))]
        before = await sealed_in(rooms)
        of_ana, of_ben = (
            [each for each in before if each.subject in {one.subject, *(f"{table}-{name}" for table in OWN_KEYS)}]
            for one, name in ((ana, "ana"), (ben, "ben"))
        )
        expected = sealed_models().keys() - OF_OBJECTS
        assert {each.table for each in of_ana} == {each.table for each in of_ben} == expected
        # Two of each, as one may be split between pages.
        pieces = {piece: each.table for each in of_ana for piece in (each.blob[:32], each.blob[40:72])}
        assert {pieces[each] for each in found_in(folders[-1:], pieces)} == expected, "control"
        left = list(keys_left(rooms))
        assert all(opens(each.value, left, tenant.id, each.subject) for each in before), "control"
        plan = await rooms.erasures.plan(ana)
        receipt = await rooms.erasures.erase(ana, plan.digest, "")
        assert receipt["failed"] == []
        left = list(keys_left(rooms))
        assert [each.table for each in of_ana if opens(each.value, left, tenant.id, each.subject)] == []
        assert [each.table for each in of_ben if not opens(each.value, left, tenant.id, each.subject)] == [
            "stored_answer"
        ]
        stored = {each.blob for each in await sealed_in(rooms)}
        assert {each.table for each in of_ana if each.blob in stored} == set()
        assert await tables_that_name(rooms, {ana.subject, *ana.extension_ids}) <= NAMING
        # With the names: the files of PostgreSQL have texts of other tests too, some of them plain.
        assert found_in(folders, [b"canary ana ", b"canary ben ", b"@acme.example"]) == set()


@pytest.mark.promise("D3", "R4")
async def test_nothing_of_an_erased_person_opens_in_any_table(migrated_home: Path) -> None:
    """Sound, calls and live calls have keys of their own:
    `test_no_sealed_part_of_an_erased_person_opens_with_the_keys_that_are_left` and
    `test_a_backup_taken_during_a_call_brings_nothing_of_an_erased_person_back`."""
    await erase_and_look(migrated_home, {}, [migrated_home])


@pytest.mark.promise("D3", "R4")
async def test_nothing_of_an_erased_person_opens_on_postgresql(
    tmp_path: Path, postgres: Postgres, postgres_template: str
) -> None:
    name = await postgres.create(postgres_template)
    try:
        await erase_and_look(
            tmp_path,
            {"UNIFICX_DATABASE": postgres.url(name)},
            [tmp_path, postgres.home, postgres.home / "data" / "pg_wal"],
        )
    finally:
        await postgres.drop(name)
