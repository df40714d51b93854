"""Contacts of telephones that are copied to the server with consent: what is changed, and what a withdrawal removes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.outside_numbers import in_germany
from unificx.contacts import (
    DEVICE_UID,
    AddressBook,
    Contact,
    ContactDetails,
    ContactNumber,
    Contacts,
    DeviceCopies,
    NewContact,
)
from unificx.contacts.device_copies import ContactSyncOff, CopyReport, plan
from unificx.contacts.models import ContactBookRow, ContactNumberRow, ContactRow
from unificx.db import Database
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import Consents, KeyStore

BOOK, OTHER = AddressBook("tenant", "ada", "ada-subject"), AddressBook("tenant", "ben", "ben-subject")
PHONE = "phone-of-ada"


def details(name: str, *numbers: str, note: str = "") -> ContactDetails:
    return ContactDetails(name, numbers=tuple(ContactNumber(each, "mobile") for each in numbers), note=note)


def stored(id_: str, found: ContactDetails, device: str = PHONE) -> Contact:
    uid, source = (f"{DEVICE_UID}{device}:{id_}", "device") if device else (id_, "own")
    return Contact(id_, "tenant", "ada", uid, 1, datetime(2026, 1, 1, tzinfo=UTC), source, found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "new", "changed", "gone", "unchanged"),
    [
        ([("A", "1"), ("B", "2")], [], {}, [], 2),
        ([("A", "1")], [], {}, ["b"], 1),
        ([], [], {}, ["a", "b"], 0),
        ([("A", "1"), ("A", "1"), ("B", "2")], [], {}, [], 3),
        ([("A", "1", "3"), ("Bea", "2")], [], {"a": ("A", ["1", "3"]), "b": ("Bea", ["2"])}, [], 0),
        ([("C", "4")], [("C", ["4"])], {}, ["a", "b"], 0),
        # Entered by hand, and copied from another device: not once more.
        ([("Own", "8"), ("Elsewhere", "9"), ("A", "1"), ("B", "2")], [], {}, [], 4),
        ([("B", "1"), ("A", "2")], [], {"b": ("B", ["1"]), "a": ("A", ["2"])}, [], 0),
    ],
)
def test_a_copy_becomes_what_the_device_has(
    wanted: list[tuple[str, ...]],
    new: list[tuple[str, list[str]]],
    changed: dict[str, tuple[str, list[str]]],
    gone: list[str],
    unchanged: int,
) -> None:
    present = [
        stored("a", details("A", "1", note="Note")),
        stored("b", details("B", "2")),
        stored("own", details("Own", "8"), ""),
        stored("else", details("Elsewhere", "9"), "other-phone"),
    ]
    steps = plan(present, PHONE, [details(*each) for each in wanted])
    assert [(each.name, [one.number for one in each.numbers]) for each in steps.new] == new
    found = {each.id: (after.name, [one.number for one in after.numbers]) for each, after in steps.changed}
    assert (found, list(steps.gone), steps.unchanged) == (changed, gone, unchanged)
    assert all(after.note == "Note" for each, after in steps.changed if each.id == "a")


def cards(*entries: tuple[str, ...]) -> bytes:
    lines = [
        line
        for name, *numbers in entries
        for line in ("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", *(f"TEL:{each}" for each in numbers), "END:VCARD")
    ]
    return "\r\n".join([*lines, ""]).encode()


@pytest.fixture
async def parts(database: Database, keys: KeyStore) -> tuple[Contacts, Consents, DeviceCopies]:
    contacts = Contacts(database, keys, in_germany(keys), lambda event: None, PhotoImporter())
    consents = Consents(database, keys)
    copies = DeviceCopies(contacts, consents)
    consents.on_end("contact_sync", copies.on_consent_ended)
    return contacts, consents, copies


async def agree(consents: Consents, book: AddressBook = BOOK, *, given: bool = True) -> str:
    receipt = await consents.decide(book.tenant_id, book.subject, "contact_sync", given=given, locale="en")
    return receipt.id


@pytest.mark.promise("C7", "D4")
async def test_nothing_of_a_device_is_stored_without_the_consent_of_the_owner(
    parts: tuple[Contacts, Consents, DeviceCopies], database: Database, keys: KeyStore
) -> None:
    contacts, consents, copies = parts
    receipt, data = await agree(consents, OTHER), cards(("Wanda", "0171 1234567"))
    for consent in ("", receipt):
        with pytest.raises(ContactSyncOff):
            await copies.replace(BOOK, PHONE, consent, data)
    with pytest.raises(ContactSyncOff):
        await copies.restore(BOOK, NewContact(details("Wanda"), f"{DEVICE_UID}{PHONE}:one"))
    former = await agree(consents)
    await agree(consents, given=False)
    current = await agree(consents)
    with pytest.raises(ContactSyncOff):
        # Another device of the owner, which did not notice the withdrawal.
        await copies.replace(BOOK, PHONE, former, data)
    assert await contacts.all(BOOK) == []
    assert (await copies.replace(BOOK, PHONE, current, data)).created == 1
    # A node that has not heard of a withdrawal yet, which another one has recorded.
    late = Consents(database, keys)
    await late.start()
    await agree(consents, given=False)
    with pytest.raises(ContactSyncOff):
        await DeviceCopies(contacts, late).replace(BOOK, PHONE, current, data)


@pytest.mark.promise("C7")
async def test_copies_follow_their_device_and_a_withdrawal_removes_them_with_every_trace(
    parts: tuple[Contacts, Consents, DeviceCopies], database: Database
) -> None:
    contacts, consents, copies = parts
    own = await contacts.create(BOOK, NewContact(details("Own", "+491700000001")))
    consent = await agree(consents)
    report = await copies.replace(
        BOOK, PHONE, consent, cards(("Wanda", "0171 1234567"), ("Bad", "call me"), ("C", "1002"))
    )
    assert report == CopyReport(created=2, refused=1)
    assert await copies.replace(BOOK, PHONE, consent, cards(("Wanda", "0171 1234567"), ("C", "1002"))) == CopyReport(
        unchanged=2
    )
    wanda = next(each for each in await contacts.all(BOOK) if each.details.name == "Wanda")
    await contacts.update(BOOK, wanda.id, details("Wanda", "+491711234567", note="Likes tea"))
    report = await copies.replace(BOOK, PHONE, consent, cards(("Wanda Gast", "0171 1234567")))
    assert report == CopyReport(updated=1, removed=1)
    after = await contacts.get([BOOK], wanda.id)
    assert (after.uid, after.source, after.details.name, after.details.note) == (
        wanda.uid,
        "device",
        "Wanda Gast",
        "Likes tea",
    )
    tablet = await copies.replace(BOOK, "tablet-of-ada", await agree(consents), cards(("Tina", "0171 7654321")))
    assert tablet.created == 1
    await contacts.remove(BOOK, wanda.id)
    await copies.restore(BOOK, NewContact(after.details, after.uid))
    before = await contacts.resources.changes(BOOK)
    assert {each.details.name for each in before.contacts} == {"Own", "Wanda Gast", "Tina"}

    await agree(consents, given=False)
    assert await contacts.all(BOOK) == [own]
    assert await contacts.names([BOOK], ["+491711234567"]) == []
    changes = await contacts.resources.changes(BOOK)
    assert changes.known > before.revision
    async with database.read() as session:
        assert list(await session.scalars(select(ContactRow.id))) == [own.id]
        assert list(await session.scalars(select(ContactNumberRow.contact_id))) == [own.id]
        [book] = (await session.execute(select(*ContactBookRow.__table__.columns))).all()
    assert tuple(book) == ("tenant", "ada", changes.revision, changes.known)
    await agree(consents, given=False)
    assert (await contacts.resources.changes(BOOK)).revision == changes.revision
