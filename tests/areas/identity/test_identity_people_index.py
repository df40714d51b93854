"""The list of people, searched and sorted in memory: equal to the database after a change of any node, and without the
erased."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.identity import Identity, NewExtension, NewPerson, PeopleFilter, Person, PersonChange, Tenant
from unificx.identity.people_index import PeopleSort
from unificx.identity.repository import accounts
from unificx.privacy import KeyStore


@pytest.fixture
async def elsewhere(people: Identity, acme: Tenant, open_people: Callable[[], Identity]) -> AsyncIterator[Identity]:
    """Another node on the same database, which knows the tenant."""
    service = open_people()
    await service.start()
    yield service
    await service.join_background_tasks()


@pytest.fixture(autouse=True)
def looking() -> Iterator[None]:
    with stating(Access("administration", "test")):
        yield


async def add(people: Identity, tenant: Tenant, *names: str) -> list[Person]:
    found = []
    for name in names:
        new = NewPerson(name, f"{name.lower()}@{tenant.slug}.example")
        found.append((await people.people.create(tenant.id, new)).person)
    return found


async def names(people: Identity, tenant: Tenant, search: str = "", sort: PeopleSort = "name") -> list[str]:
    page = await people.people.page(tenant.id, PeopleFilter(search), sort, None, 50)
    assert page.total == len(page.items), "an entry that is counted is not shown"
    return [one.person.name if one.person is not None else one.extensions[0].name for one in page.items]


async def test_what_another_node_has_changed_is_in_the_next_answer(
    people: Identity, elsewhere: Identity, acme: Tenant
) -> None:
    ada, bob = await add(people, acme, "Ada", "Bob")
    assert await names(people, acme) == await names(elsewhere, acme) == ["Ada", "Bob"]
    await add(elsewhere, acme, "Carl")
    assert await names(people, acme) == ["Ada", "Bob", "Carl"]
    await elsewhere.users.update(acme.id, ada.id, PersonChange(name="Zoe"))
    assert (await names(people, acme), await names(people, acme, "ada z")) == (["Bob", "Carl", "Zoe"], ["Zoe"])
    await elsewhere.users.close(acme.id, bob.id)
    assert await names(people, acme) == await names(elsewhere, acme) == ["Carl", "Zoe"]
    await people.users.update(acme.id, ada.id, PersonChange(name="Ada"))
    assert await names(elsewhere, acme) == ["Ada", "Carl"]


async def test_requests_at_the_same_time_all_see_a_change(people: Identity, elsewhere: Identity, acme: Tenant) -> None:
    await add(people, acme, "Ada")
    assert await names(people, acme) == ["Ada"]
    await add(elsewhere, acme, "Carl")
    found = await asyncio.gather(*(names(people, acme, "carl") for _ in range(3)))
    assert found == [["Carl"]] * 3


async def test_a_changed_extension_is_found_and_sorted_by_its_new_values(people: Identity, acme: Tenant) -> None:
    await add(people, acme, "Ada")
    lobby = (await people.extensions.create(acme.id, NewExtension("1002", "Lobby"))).extension
    assert await names(people, acme, sort="-number") == ["Lobby", "Ada"]
    [ada] = [one.person for one in (await people.people.all(acme.id)) if one.person is not None]
    await people.people.add_extension(acme.id, ada.id, "1003")
    assert (await names(people, acme, sort="-number"), await names(people, acme, "1003")) == (["Ada", "Lobby"], ["Ada"])
    await people.extensions.delete(acme.id, lobby.id)
    assert await names(people, acme, "lobby") == []


async def test_an_erased_person_is_in_no_index(people: Identity, acme: Tenant, keys: KeyStore) -> None:
    ada, _ = await add(people, acme, "Ada", "Bob")
    assert await names(people, acme) == ["Ada", "Bob"]
    keys.destroy(acme.id, ada.subject)
    assert (await names(people, acme), await names(people, acme, "ada")) == (["Bob"], [])
    keys.destroy_tenant(acme.id)
    assert await names(people, acme) == []


async def test_a_person_erased_by_another_process_is_in_no_index(
    people: Identity, acme: Tenant, tmp_path: Path, clock: ManualClock
) -> None:
    ada, _ = await add(people, acme, "Ada", "Bob")
    assert await names(people, acme) == ["Ada", "Bob"]
    other = KeyStore(tmp_path / "keys.db", bytes(range(32)), clock)
    other.destroy(acme.id, ada.subject)
    other.close()
    assert (await names(people, acme), await names(people, acme, "ada")) == (["Bob"], [])


async def test_a_person_erased_while_an_index_is_made_does_not_stay_in_it(
    people: Identity, acme: Tenant, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    [ada, *_] = await add(people, acme, "Ada", "Bob")
    opened = accounts.open_persons

    def open_and_erase(*arguments) -> list[Person]:
        monkeypatch.setattr(accounts, "open_persons", opened)
        found = opened(*arguments)
        keys.destroy(acme.id, ada.subject)
        return found

    monkeypatch.setattr(accounts, "open_persons", open_and_erase)
    await people.people.page(acme.id, PeopleFilter(), "name", None, 50)
    assert (await names(people, acme), await names(people, acme, "ada")) == (["Bob"], [])


async def test_a_key_of_no_person_that_is_destroyed_leaves_an_index(
    people: Identity, acme: Tenant, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as those of calls, which end all the time, also while an index is made."""
    await add(people, acme, "Ada", "Bob")
    opened, counts = accounts.open_persons, list[int]()

    def open_and_destroy(*arguments) -> list[Person]:
        found = opened(*arguments)
        counts.append(len(found))
        keys.destroy(acme.id, "a call")
        return found

    monkeypatch.setattr(accounts, "open_persons", open_and_destroy)
    for _ in range(2):
        await people.people.page(acme.id, PeopleFilter(), "name", None, 1)
    assert counts == [2, 1, 1]  # all for the index once, then those that are shown


async def test_a_search_finds_no_one_of_another_tenant(people: Identity, acme: Tenant, globex: Tenant) -> None:
    await add(people, acme, "Ada", "Both")
    await add(people, globex, "Gina", "Both")
    for _ in range(2):
        assert await names(people, acme) == ["Ada", "Both"]
        assert await names(people, globex) == ["Both", "Gina"]
    assert (await names(people, globex, "ada"), await names(people, acme, "globex.example")) == ([], [])


async def test_only_those_who_are_shown_are_noted_as_looked_at(people: Identity, acme: Tenant) -> None:
    persons = await add(people, acme, "Ada", "Bob", "Carl")
    seen: list[str] = []
    witness = lambda access, table, tenant, subjects: seen.extend(subjects)  # noqa: E731
    with stating(Access("administration", "admin", acme.id, witness)):
        await people.people.page(acme.id, PeopleFilter("bob"), "name", None, 50)
        assert seen == [persons[1].subject]
        seen.clear()
        await people.people.page(acme.id, PeopleFilter(), "name", None, 2)
    assert sorted(seen) == sorted(each.subject for each in persons[:2])


async def test_pages_neither_repeat_nor_skip_while_people_are_added(people: Identity, acme: Tenant) -> None:
    await add(people, acme, "Bob", "Dora", "Fritz")
    first = await people.people.page(acme.id, PeopleFilter(), "name", None, 2)
    await add(people, acme, "Ada", "Carl", "Emil")
    second = await people.people.page(acme.id, PeopleFilter(), "name", first.next, 2)
    shown = [one.person.name for one in (*first.items, *second.items) if one.person is not None]
    assert (shown, second.next, second.total) == (["Bob", "Dora", "Emil", "Fritz"], None, 6)
