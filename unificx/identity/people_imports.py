"""Imports of people with their extensions from CSV, and the way back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.extensions import Extensions
from unificx.identity.people_schemas import (
    ImportedPerson,
    ImportReport,
    PeopleImport,
    PlannedRow,
    UndoneRow,
    UndoReport,
)
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.policies import validation
from unificx.identity.policies.import_plan import KnownPerson, MayGrant, TenantState, plan_import, summarize
from unificx.identity.policies.import_undo import AccountNow, plan_undo, values_of
from unificx.identity.policies.last_administrators import promotions_first
from unificx.identity.policies.people_csv import read_people_csv, require_importable
from unificx.identity.repository import accounts, imports, people
from unificx.identity.schemas import Extension, NewExtension, NewPerson, Person, PersonChange, Role
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.users import Users

UNDO_DAYS = 30
"""Days for which an import can be undone."""
MAX_LISTED_IMPORTS = 50
FindUsed = Callable[[Transaction], Awaitable[Collection[str]]]

log = structlog.get_logger()


class PeopleImports:
    """Imports of people of all tenants."""

    def __init__(
        self,
        store: IdentityStore,
        users: Users,
        extensions: Extensions,
        emails: EmailAliases,
        phone_records: PhoneRecords,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._directory = store.directory
        self._users = users
        self._extensions = extensions
        self._emails = emails
        self._phones = phone_records
        # One large file at a time, so that the memory for it is bounded.
        self._reading = asyncio.Lock()

    async def preview(self, tenant_id: str, data: bytes, may_grant: MayGrant) -> ImportReport:
        """Return what `run` would do with a file, also with one of more rows than an import may have. Raise Invalid for
        an unreadable file."""
        async with self._reading:
            # In a thread: a large file takes seconds.
            file = await asyncio.to_thread(read_people_csv, data)
            async with self._store.read() as session:
                known = await self._persons_by_email(session, tenant_id)
                state = await self._state(session, tenant_id, known, may_grant)
            counts, rows = await asyncio.to_thread(lambda: summarize(plan_import(file.rows, state)))
        return ImportReport(file, rows, counts, applied=False)

    async def run(self, tenant_id: str, data: bytes, may_grant: MayGrant, *, skip_faulty: bool = False) -> ImportReport:
        """Import users from a CSV file, all in one transaction. Users are recognized by their e-mail address.

        `may_grant`: whether the acting user may grant a role, and the permissions of custom roles. Raise Invalid for an
        unreadable or too long file and, unless `skip_faulty`, for one with a faulty row; nothing is stored then.
        """
        async with self._reading:
            file = await asyncio.to_thread(read_people_csv, data)
        require_importable(file)
        async with self._store.transaction() as tx:
            known = await self._persons_by_email(tx.session, tenant_id)
            rows = list(plan_import(file.rows, await self._state(tx.session, tenant_id, known, may_grant)))
            refused = sum(row.action == "refused" for row in rows)
            if refused and not skip_faulty:
                raise Invalid(
                    Phrase("Nothing was imported. Rows with a fault: {} of {}.", refused, len(rows)),
                    hint="Preview the file to see them, or skip faulty rows.",
                    field="file",
                )
            import_id = self._clock.new_id()
            stored = await self._create(tx, tenant_id, import_id, rows)
            stored += await self._update(tx, import_id, rows, known)
            if stored:
                await self._record(tx, tenant_id, import_id, stored)
        counts, listed = summarize(rows)
        return ImportReport(file, listed, counts, applied=True, import_id=import_id if stored else "")

    async def recent(self, tenant_id: str) -> list[PeopleImport]:
        """Return the imports of the last `UNDO_DAYS`, newest first, at most `MAX_LISTED_IMPORTS`."""
        async with self._store.read() as session:
            return await imports.imports(session, tenant_id, MAX_LISTED_IMPORTS)

    async def preview_undo(
        self, tenant_id: str, import_id: str, may_grant: MayGrant, used: Collection[str]
    ) -> UndoReport:
        """Return what `undo` would do. Raise NotFound; Conflict for an import that was undone."""
        async with self._store.read() as session:
            _, rows, _ = await self._plan_undo(session, tenant_id, import_id, may_grant, used)
        return UndoReport(tuple(rows), applied=False)

    async def undo(self, tenant_id: str, import_id: str, may_grant: MayGrant, used: FindUsed) -> UndoReport:
        """Take back what an import has stored and nothing has changed since, in one transaction: delete the accounts
        and extensions that it created, and restore the values that it changed. `used` finds within it the ids of the
        extensions that calls are led to. Raise as `preview_undo`."""
        async with self._store.transaction() as tx:
            led_to = await used(tx)
            imported, rows, accounts_now = await self._plan_undo(tx.session, tenant_id, import_id, may_grant, led_to)
            pairs = zip(imported, rows, strict=True)
            for person, row in sorted(pairs, key=lambda each: promotions_first(each[0].before.role)):
                now = accounts_now.get(person.person_id)
                if now is not None and row.action == "delete":
                    await self._users.close_in(tx, now.person)
                elif now is not None and row.action == "restore":
                    await self._restore(tx, person, row, now.person)
            await imports.set_reverted(tx.session, tenant_id, import_id, self._clock.now())
        report = UndoReport(tuple(rows), applied=True)
        log.info("import_undone", tenant=tenant_id, deleted=report.count("delete"), restored=report.count("restore"))
        return report

    async def clean_up(self, tx: Transaction) -> None:
        """Delete what is needed for undoing imports once it is too late for that."""
        await imports.delete_before(tx.session, self._clock.now() - timedelta(days=UNDO_DAYS))

    async def _persons_by_email(self, session: AsyncSession, tenant_id: str) -> dict[str, Person]:
        persons = await self._open_persons(session, tenant_id)
        return {validation.email_key(one.email): one for one in persons if one.email}

    async def _open_persons(self, session: AsyncSession, tenant_id: str) -> list[Person]:
        persons = accounts.open_persons(self._keys, tenant_id, await accounts.person_rows(session, tenant_id))
        return [one for one in persons if one.state != "closed"]

    async def _state(
        self, session: AsyncSession, tenant_id: str, known: dict[str, Person], may_grant: MayGrant
    ) -> TenantState:
        used = await people.numbers(session, tenant_id)
        return TenantState(
            people={
                key: KnownPerson(
                    one.name,
                    one.role,
                    one.language,
                    self._directory.numbers_of(one.id),
                    one.department,
                    one.granted,
                    one.state == "active",
                )
                for key, one in known.items()
            },
            extensions=[number for number, kind in used.items() if kind == "extension"],
            used=used,
            may_grant=may_grant,
            active=await self._active(session, tenant_id),
        )

    async def _active(self, session: AsyncSession, tenant_id: str) -> dict[Role, int]:
        """Return the number of active operators and administrators."""
        roles = Role.OPERATOR, Role.TENANT_ADMIN
        return {role: await accounts.count_active(session, tenant_id, role) for role in roles}

    async def _create(
        self, tx: Transaction, tenant_id: str, import_id: str, rows: Iterable[PlannedRow]
    ) -> list[ImportedPerson]:
        new = [row for row in rows if row.action == "create"]
        if not new:
            return []
        wanted = [
            (_new_person(row), subject) for row, subject in zip(new, self._new_subjects(tenant_id, new), strict=True)
        ]
        persons = await self._users.add_all(tx, tenant_id, wanted, "invited")
        both = list(zip(new, persons, strict=True))
        numbers = [(NewExtension(row.number, person.name), person) for row, person in both if row.number]
        extensions = await self._extensions.add_all(tx, tenant_id, numbers) if numbers else []
        extension_of = {each.person_id: each for each in extensions}
        return [self._imported(import_id, row, person, person, extension_of.get(person.id)) for row, person in both]

    async def _update(
        self, tx: Transaction, import_id: str, rows: Iterable[PlannedRow], known: dict[str, Person]
    ) -> list[ImportedPerson]:
        stored: list[ImportedPerson] = []
        for row in sorted(rows, key=lambda each: promotions_first(each.role)):
            if row.action == "update":
                before = known[validation.email_key(row.email)]
                change = PersonChange(
                    name=row.name or None, role=row.role, language=row.language, department=row.department or None
                )
                after = await self._users.change(tx, before, change)
                extension = await self._add_number(tx, after, row)
                stored.append(self._imported(import_id, row, before, after, extension))
        return stored

    def _imported(
        self, import_id: str, row: PlannedRow, before: Person, after: Person, extension: Extension | None
    ) -> ImportedPerson:
        return ImportedPerson(
            id=self._clock.new_id(),
            import_id=import_id,
            tenant_id=after.tenant_id,
            person_id=after.id,
            subject=after.subject,
            line=row.line,
            created=row.action == "create",
            changed=row.changed,
            extension_id=extension.id if extension is not None else "",
            before=values_of(before),
            after=values_of(after),
        )

    async def _record(self, tx: Transaction, tenant_id: str, import_id: str, stored: list[ImportedPerson]) -> None:
        created = sum(each.created for each in stored)
        made = PeopleImport(import_id, self._clock.now(), created, len(stored) - created, None)
        await imports.add(tx.session, self._keys, tenant_id, made, stored)

    def _new_subjects(self, tenant_id: str, new: Sequence[PlannedRow]) -> list[str]:
        """Return subjects for new users. Their keys and aliases are created at once, not in one transaction of the key
        store each: those block the event loop."""
        subjects = [random_id(self._clock) for _ in new]
        self._keys.get(tenant_id, subjects, create=True)
        self._emails.reserve(tenant_id, {row.email: subject for row, subject in zip(new, subjects, strict=True)})
        return subjects

    async def _add_number(self, tx: Transaction, person: Person, row: PlannedRow) -> Extension | None:
        if row.number and "number" in row.changed:
            return await self._extensions.add(tx, NewExtension(row.number, person.name), person)
        return None

    async def _plan_undo(
        self, session: AsyncSession, tenant_id: str, import_id: str, may_grant: MayGrant, used: Collection[str]
    ) -> tuple[list[ImportedPerson], list[UndoneRow], dict[str, AccountNow]]:
        made = await imports.get(session, tenant_id, import_id)
        if made is None:
            raise NotFound("There is no such import.", hint=Phrase("An import can be undone for {} days.", UNDO_DAYS))
        if made.reverted is not None:
            raise Conflict("This import was undone already.")
        imported = await imports.persons(session, self._keys, tenant_id, import_id)
        now = await self._accounts_now(session, tenant_id, {each.person_id for each in imported}, used)
        return imported, plan_undo(imported, now, await self._active(session, tenant_id), may_grant), now

    async def _accounts_now(
        self, session: AsyncSession, tenant_id: str, person_ids: set[str], led_to: Collection[str]
    ) -> dict[str, AccountNow]:
        persons = [one for one in await self._open_persons(session, tenant_id) if one.id in person_ids]
        used = await people.signed_in(session, tenant_id) | await imports.with_passwords(session, tenant_id)
        extensions = {one.id: self._directory.extension_ids_of(one.id) for one in persons}
        every = [each for ids in extensions.values() for each in ids]
        used_extensions = await imports.with_devices(session, tenant_id, every) | set(led_to)
        return {
            one.id: AccountNow(one, one.id in used, tuple(ids), frozenset(used_extensions.intersection(ids)))
            for one in persons
            for ids in [extensions[one.id]]
        }

    async def _restore(self, tx: Transaction, imported: ImportedPerson, row: UndoneRow, person: Person) -> None:
        before = imported.before
        if "number" in row.columns:
            await self._phones.delete_extension(tx, person.tenant_id, imported.extension_id)
        change = PersonChange(
            name=before.name if "name" in row.columns else None,
            role=before.role if "role" in row.columns else None,
            language=(before.language or "") if "language" in row.columns else None,
            department=before.department if "department" in row.columns else None,
        )
        await self._users.change(tx, person, change)


def _new_person(row: PlannedRow) -> NewPerson:
    return NewPerson(row.name, row.email, row.role or Role.USER, language=row.language, department=row.department)
