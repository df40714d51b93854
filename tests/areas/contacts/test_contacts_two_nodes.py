"""One address book changed by two nodes on one database: the memory of each does not have the changes of the other."""

from typing import NamedTuple

import pytest

from tests.outside_numbers import in_germany
from unificx.api.carddav import CardDav, DavBook, DavRefusal
from unificx.api.problems import PreconditionFailed
from unificx.contacts import (
    AddressBook,
    ContactDetails,
    ContactImports,
    ContactNumber,
    Contacts,
    DeviceCopies,
    Guard,
    NewContact,
)
from unificx.contacts.device_copies import CopyReport
from unificx.contacts.optimistic import ATTEMPTS, BookChanged
from unificx.db import Database
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import Consents, KeyStore

BOOK = AddressBook("tenant", "ada", "ada-subject")
PHONE = "phone-of-ada"


class Nodes(NamedTuple):
    first: Contacts
    second: Contacts
    consents: Consents


@pytest.fixture
async def nodes(database: Database, keys: KeyStore) -> Nodes:
    """Two nodes that have the same address book in memory, with one contact."""
    numbers = in_germany(keys)
    first, second = (Contacts(database, keys, numbers, lambda event: None, PhotoImporter()) for _ in range(2))
    await first.create(BOOK, named("Own"))
    assert await first.all(BOOK) == await second.all(BOOK)
    return Nodes(first, second, Consents(database, keys))


def named(name: str, uid: str = "") -> NewContact:
    return NewContact(ContactDetails(name, numbers=(ContactNumber("1002", "work"),)), uid)


def card(name: str, uid: str) -> bytes:
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nTEL:1002\r\nEND:VCARD\r\n".encode()


def dav(contacts: Contacts) -> CardDav:
    return CardDav(contacts, [DavBook("personal", BOOK, writable=True)])


async def titles(contacts: Contacts) -> list[str]:
    return [each.details.name for each in await contacts.all(BOOK)]


async def test_a_uid_is_given_to_one_contact_and_a_name_of_carddav_to_one(nodes: Nodes) -> None:
    assert await dav(nodes.first).put("/dav/books/personal/one.vcf", card("Wanda", "urn:one"), {})
    with pytest.raises(DavRefusal, match="Another contact has this UID"):
        await dav(nodes.second).put("/dav/books/personal/two.vcf", card("Wanda", "urn:one"), {})
    with pytest.raises(PreconditionFailed):
        await dav(nodes.second).put("/dav/books/personal/one.vcf", card("Else", "urn:one"), {"if-none-match": "*"})
    assert await dav(nodes.second).put("/dav/books/personal/one.vcf", card("Wanda G.", "urn:one"), {}) is False
    assert await titles(nodes.second) == ["Own", "Wanda G."]


async def test_a_new_name_of_carddav_that_another_node_has_taken_is_that_contact(nodes: Nodes) -> None:
    await dav(nodes.first).put("/dav/books/personal/one.vcf", card("Wanda", "urn:one"), {})
    assert await dav(nodes.second).put("/dav/books/personal/one.vcf", card("Wanda G.", "urn:one"), {}) is False
    assert await titles(nodes.second) == ["Own", "Wanda G."]


async def test_the_contacts_of_a_device_and_of_a_file_are_added_once(nodes: Nodes) -> None:
    receipt = await nodes.consents.decide(BOOK.tenant_id, BOOK.subject, "contact_sync", given=True, locale="en")
    first, second = (DeviceCopies(each, nodes.consents) for each in (nodes.first, nodes.second))
    assert (await first.replace(BOOK, PHONE, receipt.id, card("Wanda", ""))).created == 1
    assert await second.replace(BOOK, PHONE, receipt.id, card("Wanda", "")) == CopyReport(unchanged=1)
    assert (await ContactImports(nodes.first).run(BOOK, card("Tina", "urn:two"))).count("create") == 1
    report = await ContactImports(nodes.second).run(BOOK, card("Tina", "urn:two"))
    assert (report.count("create"), report.count("unchanged")) == (0, 1)
    assert await titles(nodes.second) == ["Own", "Tina", "Wanda"]


async def test_what_another_node_adds_between_reading_and_storing_is_seen(nodes: Nodes) -> None:
    attempts: list[list[str]] = []

    async def change(unchanged: Guard) -> None:
        attempts.append(await titles(nodes.second))
        if len(attempts) == 1:
            await nodes.first.create(BOOK, named("Wanda"))
        await nodes.second.store(BOOK, [named("Tina")], guard=unchanged)

    await nodes.second.optimistic.run(BOOK, change)
    assert attempts == [["Own"], ["Own", "Wanda"]]
    assert await titles(nodes.second) == ["Own", "Tina", "Wanda"]


async def test_a_change_that_others_always_precede_is_refused(nodes: Nodes) -> None:
    attempts: list[int] = []

    async def change(unchanged: Guard) -> None:
        await nodes.first.create(BOOK, named(f"Other {len(attempts)}"))
        attempts.append(1)
        await nodes.second.store(BOOK, [named("Tina")], guard=unchanged)

    with pytest.raises(BookChanged):
        await nodes.second.optimistic.run(BOOK, change)
    assert len(attempts) == ATTEMPTS


async def test_a_change_of_this_node_does_not_hide_one_of_another(nodes: Nodes) -> None:
    await nodes.first.create(BOOK, named("Wanda"))
    await nodes.second.create(BOOK, named("Tina"))
    assert await titles(nodes.second) == ["Own", "Tina", "Wanda"]
    for name in ("Nils", "Zoe"):
        await nodes.second.create(BOOK, named(name))
    found = {each.details.name: each for each in await nodes.second.all(BOOK)}
    await nodes.second.store(BOOK, [], [(found["Nils"], ContactDetails("Nora"))], gone=[found["Zoe"].id])
    book = await nodes.second.book(BOOK)
    assert ([each.details.name for each in book.in_order()], book.revision) == (["Nora", "Own", "Tina", "Wanda"], 7)
    assert await nodes.second.resources.revision(BOOK) == 7
