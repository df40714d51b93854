"""Address books on both databases."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from identity_factory import identity_on
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.lock_waits import begin_within
from tests.outside_numbers import in_germany
from unificx.contacts import (
    NO_PICTURE,
    AddressBook,
    Contact,
    ContactChanged,
    ContactDetails,
    ContactImports,
    ContactNumber,
    ContactPicture,
    Contacts,
    NewContact,
    contact_holding,
    write_vcards,
)
from unificx.contacts.events import ContactsChanged, PicturesChanged
from unificx.contacts.models import ContactBookRow, ContactNumberRow, ContactPictureRow, ContactRow, PersonPictureRow
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database, Outbox
from unificx.identity import NewExtension, NewTenant
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.privacy import DataSubject, KeyStore, Records

ROWS = (ContactBookRow, ContactRow, ContactNumberRow)
MOBILE, WORK = "+491711234567", "+49301234567"


@dataclass
class Office:
    """Ada and Ben with their own address books, and the company contacts of their tenant and of another one."""

    contacts: Contacts
    database: Database
    keys: KeyStore
    people: Any
    books: dict[str, AddressBook] = field(default_factory=dict)
    signals: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> AddressBook:
        return self.books[name]

    async def add(self, book: AddressBook, name: str, *numbers: str, **more: Any) -> Contact:
        details = ContactDetails(name, numbers=tuple(ContactNumber(each, "work") for each in numbers), **more)
        return await self.contacts.create(book, NewContact(details))

    async def listed(self, *books: AddressBook, search: str = "", **more: Any) -> list[str]:
        """Return the titles of all pages of two."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await self.contacts.page(books, search, cursor, 2, **more)
            found += [each.details.title for each in page.items]
            cursor = page.next
            if cursor is None:
                return found

    async def rows(self) -> list[int]:
        async with self.database.read() as session:
            return [await session.scalar(select(func.count()).select_from(row)) or 0 for row in ROWS]

    async def reopened(self) -> Contacts:
        found = Contacts(self.database, self.keys, in_germany(self.keys), self.signals.append, AsGiven())
        await found.start()
        return found

    def subject(self, number: str) -> str:
        found = in_germany(self.keys).find(self.ada.tenant_id, number)
        assert found is not None
        return found


@pytest.fixture
async def office(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[Office]:
    people = identity_on(database, keys, clock)
    await people.start()
    signals: list[Any] = []
    contacts = Contacts(database, keys, in_germany(keys), signals.append, AsGiven())
    office = Office(contacts, database, keys, people, signals=signals)
    for slug, names in (("acme", ("ada", "ben")), ("globex", ())):
        tenant = await people.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
        office.books[slug] = AddressBook(tenant.id)
        for number, name in enumerate(names, 1001):
            new = NewExtension(str(number), name, f"{name}@{slug}.example")
            made = (await people.extensions.create(tenant.id, new)).extension
            office.books[name] = AddressBook(tenant.id, made.person_id or "", made.subject)
    yield office
    await people.join_background_tasks()


async def test_contacts_are_found_by_name_number_and_organisation_in_their_own_book(office: Office) -> None:
    await office.add(office.acme, "Zoë Ärztin", "030 1234567", organisation="Praxis")
    await office.add(office.acme, "", "+49 171 1234567", organisation="Äpfel & Co", emails=("info@aepfel.example",))
    await office.add(office.ada, "Mother", "0171/1234567", favourite=True)
    await office.add(office.ben, "Ben's friend", "1002")
    await office.add(office.globex, "Stranger", "030 1234567")
    assert await office.listed(office.ada, office.acme) == ["Äpfel & Co", "Mother", "Zoë Ärztin"]
    assert await office.listed(office.ben) == ["Ben's friend"]
    for search, found in {
        "zoe": ["Zoë Ärztin"],
        "prax är": ["Zoë Ärztin"],
        "aepfel": ["Äpfel & Co"],
        "0171 123": ["Äpfel & Co", "Mother"],
        "+49 30": ["Zoë Ärztin"],
        "friend": [],
        "toe": [],
    }.items():
        assert await office.listed(office.ada, office.acme, search=search) == found, search
    assert await office.listed(office.ada, office.acme, favourites=True) == ["Mother"]
    with pytest.raises(Invalid):
        await office.contacts.page([office.ada], "", "one_two")


@pytest.mark.parametrize("gone", [0, 1])
async def test_a_page_continues_behind_a_contact_that_was_deleted(office: Office, gone: int) -> None:
    made = [await office.add(office.ada, name) for name in "abcd"]
    page = await office.contacts.page([office.ada], "", None, 2)
    await office.contacts.remove(office.ada, made[gone].id)
    rest = await office.contacts.page([office.ada], "", page.next, 2)
    assert [each.details.name for each in rest.items] == ["c", "d"]


async def test_a_page_continues_where_a_contact_was_that_has_another_name_now(office: Office) -> None:
    made = [await office.add(office.ada, name) for name in "abcd"]
    page = await office.contacts.page([office.ada], "", None, 2)
    await office.contacts.update(office.ada, made[1].id, ContactDetails("e"))
    rest = await office.contacts.page([office.ada], "", page.next, 3)
    assert [each.details.name for each in rest.items] == ["c", "d", "e"]


async def test_changes_have_rising_revisions_and_none_is_overwritten(office: Office) -> None:
    first = await office.add(office.ada, "Mother", MOBILE)
    other = await office.add(office.ada, "Father")
    changed = await office.contacts.update(office.ada, first.id, ContactDetails("Mum"), first.revision)
    assert first.revision < other.revision < changed.revision
    assert (changed.uid, changed.id) == (first.uid, first.id)
    with pytest.raises(ContactChanged):
        await office.contacts.update(office.ada, first.id, ContactDetails("Mama"), first.revision)
    with pytest.raises(ContactChanged):
        await office.contacts.remove(office.ada, first.id, first.revision)
    assert (await office.contacts.get([office.ada], first.id)).details == ContactDetails("Mum")
    await office.contacts.remove(office.ada, first.id, changed.revision)
    with pytest.raises(NotFound):
        await office.contacts.get([office.ada], first.id)
    restored = await office.contacts.create(office.ada, NewContact(changed.details, changed.uid))
    assert restored.uid == first.uid
    assert restored.revision > changed.revision
    assert office.signals[-1] == ContactsChanged(office.ada.tenant_id, office.ada.person_id)


@pytest.mark.promise("C7")
@pytest.mark.promise("D2")
async def test_a_personal_contact_belongs_to_its_owner_alone(office: Office) -> None:
    mother = await office.add(office.ada, "Mother", MOBILE)
    for book in (office.ben, office.acme, office.globex):
        for refused in (
            office.contacts.get([book], mother.id),
            office.contacts.update(book, mother.id, ContactDetails("Stolen")),
            office.contacts.remove(book, mother.id),
        ):
            with pytest.raises(NotFound):
                await refused
        assert await office.contacts.names([book], [MOBILE]) == []
    assert office.contacts.company_name(office.ada.tenant_id, MOBILE) == ""


async def test_callers_are_named_by_the_own_book_before_that_of_the_company(office: Office) -> None:
    company = await office.add(office.acme, "Example Ltd", MOBILE, WORK)
    await office.add(office.ada, "Mother", MOBILE)
    found = await office.contacts.names([office.ada, office.acme], ["0171 1234567", "030/1234567", "+4940999", "x"])
    named = [(each.number, each.contact.details.name) for each in found]
    assert named == [("0171 1234567", "Mother"), ("030/1234567", "Example Ltd")]
    tenant = office.acme.tenant_id
    for contacts in (office.contacts, await office.reopened()):
        assert contacts.company_name(tenant, MOBILE) == contacts.company_name(tenant, WORK) == "Example Ltd"
        assert contacts.company_name(office.globex.tenant_id, WORK) == contacts.company_name(tenant, "+4940999") == ""
        assert sorted(contacts.company_entries(tenant)) == [("Example Ltd", MOBILE), ("Example Ltd", WORK)]
    await office.contacts.update(office.acme, company.id, ContactDetails("Ltd", numbers=(ContactNumber(WORK),)))
    assert office.contacts.company_name(tenant, MOBILE) == ""
    assert office.contacts.company_name(tenant, WORK) == "Ltd"
    await office.contacts.remove(office.acme, company.id)
    assert office.contacts.company_name(tenant, WORK) == ""


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (ContactDetails(), "name"),
        (ContactDetails(note="Only a note"), "name"),
        (ContactDetails("x" * 201), "name"),
        (ContactDetails("Bell\x07"), "name"),
        (ContactDetails("A", numbers=(ContactNumber("call me"),)), "numbers"),
        (ContactDetails("A", numbers=(ContactNumber("0" * 40),)), "numbers"),
        (ContactDetails("A", emails=("nobody",)), "emails"),
        (ContactDetails("A", note="x" * 2001), "note"),
        (ContactDetails("A", numbers=(ContactNumber(WORK, "office"),)), "numbers"),  # type: ignore[arg-type]
        (ContactDetails("A", numbers=tuple(ContactNumber(f"+4930{at}00000") for at in range(10, 41))), "numbers"),
        (ContactDetails("A", emails=tuple(f"a{at}@example.com" for at in range(31))), "emails"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bad_contacts_are_refused_by_field(office: Office, details: ContactDetails, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await office.contacts.create(office.ada, NewContact(details))
    assert refused.value.field == field
    assert await office.rows() == [0, 0, 0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_uid_and_further_properties_are_bounded_and_printable(office: Office) -> None:
    details = ContactDetails("A", emails=("a@example.com",))
    for name, more in (
        ("uid", {"uid": "x" * 256}),
        ("uid", {"uid": "a\nb"}),
        ("extra", {"extra": ("X-A:\x1b[31m",)}),
        ("extra", {"extra": ("X-A:1\r\nTEL:1",)}),
        ("extra", {"extra": ("X-A:" + "x" * 8_000,)}),
        ("extra", {"extra": ("EMAIL;TYPE=" + "x" * 16_000 + ":a@example.com",)}),
        ("extra", {"extra": ("EMAIL;TYPE=HOME:a@example.com",) * 600}),
    ):
        with pytest.raises(Invalid) as refused:
            await office.contacts.create(office.ada, NewContact(details, **more))
        assert refused.value.field == name
    assert await office.rows() == [0, 0, 0]
    # Labels of numbers and addresses take no room from the other properties.
    await office.contacts.create(
        office.ada, NewContact(details, extra=("X-A:" + "x" * 7_996, "EMAIL;PREF=1:a@example.com"))
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_address_book_takes_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.contacts.service.MAX_PERSONAL", 2)
    await office.add(office.ada, "A")
    with pytest.raises(Conflict):
        await office.contacts.store(office.ada, [NewContact(ContactDetails(name)) for name in "BC"])
    assert await office.listed(office.ada) == ["A"]


@pytest.mark.promise("D3")
async def test_erasing_a_number_removes_it_from_all_address_books(office: Office) -> None:
    """The name goes with each of the numbers, also where another one seals the contact."""
    await office.add(office.acme, "Maria", WORK, MOBILE)
    await office.add(office.ada, "Maria M.", MOBILE, note="nice")
    await office.add(office.ben, "Other", WORK)
    elsewhere = await office.add(office.globex, "Elsewhere", MOBILE)
    holding = contact_holding(office.database, office.contacts)
    owner = DataSubject(office.ada.tenant_id, office.subject(MOBILE))
    assert {key: each for key, each in (await holding.find(owner)).items() if each} == {
        "entries in address books of others": 2
    }
    [own, _, _, entries] = holding.export(owner, office.keys)
    assert isinstance(own, Records)
    assert isinstance(entries, Records)
    copied = [record async for record in entries.read()]
    assert sorted(record["name"] for record in copied) == ["Maria", "Maria M."]
    assert not any("note" in record or "favourite" in record for record in copied)
    await holding.erase(owner)
    assert set((await holding.remains(owner)).values()) == {0}
    assert await office.listed(office.ada, office.acme) == []
    assert await office.listed(office.ben) == ["Other"]
    assert office.contacts.company_name(owner.tenant_id, WORK) == ""
    assert (await office.contacts.get([office.globex], elsewhere.id)).details.name == "Elsewhere"


@pytest.mark.promise("D3")
async def test_no_contact_is_written_with_a_number_that_is_erased_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await office.add(office.ada, "Other", WORK)
    subjects = office.contacts._subjects  # pyright: ignore[reportPrivateUsage]

    async def erase_meanwhile(tenant_id: str, details: Sequence[ContactDetails]) -> dict[str, str]:
        found = await subjects(tenant_id, details)
        office.keys.destroy(tenant_id, found[MOBILE])
        return found

    monkeypatch.setattr(office.contacts, "_subjects", erase_meanwhile)
    with pytest.raises(Conflict):
        await office.add(office.ada, "Maria", MOBILE)
    with pytest.raises(Conflict):
        await office.contacts.update(
            office.ada, other.id, ContactDetails("M", numbers=(ContactNumber(MOBILE, "work"),))
        )
    assert await office.listed(office.ada) == ["Other"]


@pytest.mark.promise("D3")
async def test_an_erasure_sees_a_contact_that_was_being_written_as_the_key_was_destroyed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding, begun = contact_holding(office.database, office.contacts), list[asyncio.Future[Mapping[str, int]]]()

    async def erase(session: AsyncSession, *_: object) -> None:
        owner = DataSubject(office.ada.tenant_id, office.subject(MOBILE))
        office.keys.destroy(owner.tenant_id, owner.subject)
        begun.append(await begin_within(session, holding.remains(owner)))

    monkeypatch.setattr("unificx.contacts.picture_repository.put_of_contacts", erase)
    await office.add(office.ada, "Maria", MOBILE)
    assert (await begun[0])["entries in address books of others"] == 1


@pytest.mark.promise("D3")
async def test_a_destroyed_key_of_a_number_closes_company_contacts_in_every_copy(office: Office) -> None:
    await office.add(office.acme, "Maria", WORK)
    subject = office.subject(WORK)
    office.keys.destroy(office.acme.tenant_id, subject)
    office.contacts.drop_subject(subject)
    for contacts in (office.contacts, await office.reopened()):
        assert (await contacts.page([office.acme])).items == ()
        assert contacts.company_name(office.acme.tenant_id, WORK) == ""
    again = await office.add(office.acme, "Maria again", WORK)
    assert office.subject(WORK) != subject
    assert again.details.name == "Maria again"


@pytest.mark.promise("D1", "D3", "D5")
async def test_an_address_book_is_copied_and_erased_with_its_owner(office: Office) -> None:
    await office.add(office.ada, "Mother", MOBILE, note="Birthday in May", favourite=True)
    await office.add(office.ben, "Mother of Ada", MOBILE)
    holding = contact_holding(office.database, office.contacts)
    owner = DataSubject(office.ada.tenant_id, office.ada.subject, office.ada.person_id)
    [own, _, _, entries] = holding.export(owner, office.keys)
    assert isinstance(own, Records)
    assert isinstance(entries, Records)
    [record] = [record async for record in own.read()]
    assert (record["name"], record["note"], record["numbers"]) == ("Mother", "Birthday in May", [f"work {MOBILE}"])
    assert [record async for record in entries.read()] == []
    await holding.erase(owner)
    assert set((await holding.remains(owner)).values()) == {0}
    async with office.database.read() as session:
        # The counter of the book, with a random id, is deleted with the account.
        stored = [str(each) for row in ROWS[1:] for each in (await session.execute(select(row.__table__))).all()]
    assert not [each for each in stored if office.ada.person_id in each or office.ada.subject in each]
    assert [each for each in stored if office.ben.person_id in each]
    assert await office.listed(office.ben) == ["Mother of Ada"]
    office.keys.destroy(office.ada.tenant_id, office.ada.subject)
    with pytest.raises(Conflict, match="being erased"):
        await office.add(office.ada, "Father", MOBILE)
    assert await office.listed(office.ada) == []


async def test_contacts_end_with_their_account_and_their_tenant(office: Office) -> None:
    await office.add(office.ada, "Mother", MOBILE)
    await office.add(office.ben, "Friend", WORK)
    await office.add(office.acme, "Example Ltd", WORK)
    await office.add(office.globex, "Stays", WORK)
    outbox = Outbox(office.database, lambda event: None, office.database.clock)
    outbox.subscribe(PersonClosed, office.contacts.on_person_closed)
    outbox.subscribe(TenantDeleted, office.contacts.on_tenant_deleted)
    tenant = office.acme.tenant_id
    async with office.database.begin() as uow:
        uow.publish(PersonClosed("e-1", tenant, office.ada.person_id, office.ada.subject))
    await outbox.deliver()
    assert (await office.rows(), await office.listed(office.ada)) == ([3, 3, 3], [])
    async with office.database.begin() as uow:
        uow.publish(TenantDeleted("e-2", tenant))
    await outbox.deliver()
    assert await office.rows() == [1, 1, 1]
    assert office.contacts.company_name(tenant, WORK) == ""
    assert office.contacts.company_name(office.globex.tenant_id, WORK) == "Stays"


async def test_no_text_of_a_contact_is_in_the_database(office: Office) -> None:
    await office.add(office.ada, "Canary Name", MOBILE, note="Canary note", emails=("canary@example.com",))
    async with office.database.read() as session:
        for row in ROWS:
            for values in (await session.execute(select(*row.__table__.columns))).all():
                assert not any(mark in repr(tuple(values)) for mark in ("Canary", "canary", MOBILE[1:]))


async def test_deletions_and_erasures_end_the_knowledge_of_clients(office: Office) -> None:
    mother = await office.add(office.ada, "Mother", MOBILE)
    other = await office.add(office.ada, "Other", "1002")
    await office.contacts.update(office.ada, mother.id, mother.details)
    start = await office.contacts.resources.changes(office.ada, other.revision)
    assert ([each.id for each in start.contacts], start.known) == ([mother.id], 0)
    await office.contacts.erase(office.ada.tenant_id, office.subject(MOBILE))
    erased = await office.contacts.resources.changes(office.ada)
    assert ([each.id for each in erased.contacts], erased.known > start.revision) == ([other.id], True)
    await office.contacts.remove(office.ada, other.id)
    deleted = await office.contacts.resources.changes(office.ada)
    assert (deleted.contacts, deleted.known > erased.revision) == ((), True)


async def test_properties_without_a_field_are_stored_but_not_in_memory(office: Office) -> None:
    lines, label = ("N:Muster;Max;;;", "BDAY:1970-01-02"), "EMAIL;TYPE=HOME:max@example.com"
    details = ContactDetails("Max Muster", emails=("max@example.com",))
    new = NewContact(details, "uid", resource="max.vcf", extra=(*lines, label, "EMAIL;TYPE=HOME:eva@example.com"))
    made = await office.contacts.create(office.ada, new)
    assert (await office.contacts.resources.named(office.ada, ["max.vcf", "none.vcf"]))["max.vcf"].extra == (
        *lines,
        label,
    )
    assert [each.extra for each in await office.contacts.all(office.ada)] == [()]
    await office.contacts.update(office.ada, made.id, ContactDetails("Max Muster", note="new"))
    again = await office.reopened()
    assert (await again.resources.named(office.ada, ["max.vcf"]))["max.vcf"].extra == lines
    assert [each.extra for each in await again.all(office.ada)] == [()]
    # The structured name is no longer that of the contact.
    await again.update(office.ada, made.id, ContactDetails("Eva Muster"))
    assert (await again.resources.named(office.ada, ["max.vcf"]))["max.vcf"].extra == lines[1:]


# ---- pictures of users


class AsGiven:
    """Makes pictures of persons without a process: they are what was sent. See test_attachments.py for the real one."""

    async def portraits(self, photos: Sequence[bytes]) -> list[bytes]:
        return [b"" if each == b"?" else each for each in photos]


async def test_a_picture_is_sealed_for_its_person_and_ends_with_them(office: Office) -> None:
    pictures, ada, ben = office.contacts.pictures, office.ada, office.ben
    first, image = await pictures.put(ada, b"an earlier one"), b"\xff\xd8 the pixels of a face" * 9
    second = await pictures.put(ada, image)
    assert first != second
    assert office.signals[-1] == PicturesChanged(ada.tenant_id)
    assert await pictures.versions(ada.tenant_id) == {ada.person_id: second}
    assert await pictures.versions(office.globex.tenant_id) == {}
    with pytest.raises(NotFound):
        await pictures.get(office.globex.tenant_id, ada.person_id)
    async with office.database.read() as session:
        [row] = (await session.scalars(select(PersonPictureRow))).all()
    assert row.subject_id == ada.subject
    assert b64encode(image)[:40] not in row.sealed
    with pytest.raises(Invalid, match="read"):
        await pictures.put(ada, b"")
    assert await pictures.get(ada.tenant_id, ada.person_id) == image
    await pictures.put(ben, image)
    holding = contact_holding(office.database, office.contacts)
    owner = DataSubject(ada.tenant_id, ada.subject)
    assert (await holding.find(owner))["profile picture"] == 1
    exports = [one for one in holding.export(owner, office.keys) if isinstance(one, Records)]
    assert b64encode(image).decode() in str([each for one in exports async for each in one.read()])
    office.keys.destroy(ada.tenant_id, ada.subject)
    with pytest.raises(NotFound):
        await pictures.get(ada.tenant_id, ada.person_id)
    with pytest.raises(Conflict):
        await pictures.put(ada, image)
    await holding.erase(owner)
    assert (await holding.remains(owner))["profile picture"] == 0
    assert list(await pictures.versions(ben.tenant_id)) == [ben.person_id]
    async with office.database.begin() as uow:
        await office.contacts.on_person_closed(PersonClosed("event", ben.tenant_id, ben.person_id, ben.subject), uow)
    assert await pictures.versions(ben.tenant_id) == {}
    with pytest.raises(NotFound):
        await pictures.remove(ben.tenant_id, ben.person_id)


# ---- pictures of contacts


IMAGE = b"\xff\xd8 the pixels of another face" * 9


def pictures_of(office: Office, *contacts: Contact) -> Any:
    return office.contacts.contact_pictures.images(contacts[0].tenant_id, contacts)


async def sealing_subjects(office: Office) -> list[str]:
    """Return the subjects whose keys seal the pictures of contacts."""
    async with office.database.read() as session:
        rows = (await session.scalars(select(ContactPictureRow))).all()
    assert not any(b64encode(IMAGE)[:40] in row.sealed for row in rows)
    return [row.subject_id for row in rows]


async def test_a_picture_follows_the_key_of_its_contact_and_ends_with_it(office: Office) -> None:
    own, company = await office.add(office.ada, "Mother", MOBILE), await office.add(office.acme, "Max", MOBILE)
    made = await office.contacts.contact_pictures.made_of_one(IMAGE)
    own = await office.contacts.set_picture(office.ada, own.id, made)
    company = await office.contacts.set_picture(office.acme, company.id, made)
    assert own.picture != company.picture
    assert await pictures_of(office, own, company) == {own.id: IMAGE, company.id: IMAGE}
    assert (await office.contacts.get([office.ada], own.id)).picture == own.picture
    assert set(await sealing_subjects(office)) == {office.ada.subject, office.subject(MOBILE)}
    with pytest.raises(NotFound):
        await office.contacts.set_picture(office.ben, own.id, made)
    details = ContactDetails("Max", numbers=(ContactNumber(WORK, "work"),))
    company = await office.contacts.update(office.acme, company.id, details)
    assert set(await sealing_subjects(office)) == {office.ada.subject, office.subject(WORK)}
    assert await pictures_of(office, company) == {company.id: IMAGE}
    holding = contact_holding(office.database, office.contacts)
    number = DataSubject(office.acme.tenant_id, office.subject(MOBILE))
    exports = [one for one in holding.export(number, office.keys) if isinstance(one, Records)]
    assert b64encode(IMAGE).decode() in str([each for one in exports async for each in one.read()])
    assert (await holding.find(DataSubject(office.ada.tenant_id, office.ada.subject)))["pictures of contacts"] == 1
    await holding.erase(number)
    assert await sealing_subjects(office) == [office.subject(WORK)]
    await office.contacts.remove(office.acme, company.id)
    assert await sealing_subjects(office) == []


async def test_a_picture_is_removed_replaced_and_restored_with_its_contact(office: Office) -> None:
    picture = ContactPicture(IMAGE, "a digest")
    made = await office.contacts.create(office.ada, NewContact(ContactDetails("Mother"), picture=picture))
    assert await pictures_of(office, made) == {made.id: IMAGE}
    renamed = await office.contacts.update(office.ada, made.id, ContactDetails("Mum"))
    assert (renamed.picture, renamed.revision) == (made.picture, made.revision + 1)
    other = await office.contacts.set_picture(office.ada, made.id, ContactPicture(b"other", ""))
    assert other.picture != made.picture
    assert (await (await office.reopened()).get([office.ada], made.id)).picture == other.picture
    gone = await office.contacts.set_picture(office.ada, made.id, NO_PICTURE)
    assert (gone.picture, await pictures_of(office, replace(gone, picture="x"))) == ("", {})
    with pytest.raises(NotFound):
        await office.contacts.set_picture(office.ada, made.id, NO_PICTURE)
    with pytest.raises(Invalid, match="read"):
        await office.contacts.contact_pictures.made_of_one(b"")
    await office.contacts.set_picture(office.ada, made.id, picture)
    async with office.database.begin() as uow:
        await office.contacts.on_tenant_deleted(TenantDeleted("event", office.acme.tenant_id), uow)
    assert await sealing_subjects(office) == []


async def test_imported_pictures_are_stored_once(office: Office) -> None:
    imports, book = ContactImports(office.contacts), office.ada
    made = [
        await office.contacts.create(book, NewContact(ContactDetails(name), uid=name, picture=ContactPicture(image)))
        for name, image in (("Max", IMAGE), ("Eva", b""))
    ]
    file = write_vcards(made, pictures={each.id: IMAGE for each in made})
    preview = await imports.preview(book, file)
    assert [each.action for each in preview.entries] == ["unchanged", "update"]
    assert await pictures_of(office, *await office.contacts.all(book)) == {made[0].id: IMAGE}
    await imports.run(book, file)
    assert await pictures_of(office, *await office.contacts.all(book)) == {each.id: IMAGE for each in made}
    assert [each.action for each in (await imports.run(book, file)).entries] == ["unchanged", "unchanged"]
    other = write_vcards(made[:1], pictures={made[0].id: b"another"}) + write_vcards(
        [replace(made[1], uid="new", details=ContactDetails("Zoe"))], pictures={made[1].id: b"of Zoe"}
    )
    assert [each.action for each in (await imports.run(book, other)).entries] == ["update", "create"]
    found = {each.details.name: each for each in await office.contacts.all(book)}
    assert sorted((await pictures_of(office, *found.values())).values()) == [b"another", b"of Zoe", IMAGE]
    unreadable = write_vcards([replace(made[1], uid="no", details=ContactDetails("Ben"))], pictures={made[1].id: b"?"})
    assert (await imports.run(book, unreadable)).ignored == ("PHOTO",)
    assert next(each for each in await office.contacts.all(book) if each.details.name == "Ben").picture == ""
