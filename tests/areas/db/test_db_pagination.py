"""Pages of lists: no item is lost or repeated while others are inserted and deleted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import String, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from unificx.core.errors import Invalid
from unificx.db import Database, Page, PageById, PageByTime, newest_first, time_cursor
from unificx.db.base import UtcDateTime
from unificx.db.pagination import oldest_first

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NAMES = [f"{number:08x}-0000-7000-8000-000000000000" for number in range(24)]

Item = tuple[int, str]
"""Second and id: seconds repeat often, ids never."""


class _Base(DeclarativeBase):
    pass


class ItemRow(_Base):
    __tablename__ = "paginated_item"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    own = create_async_engine(database.engine.url)
    async with own.begin() as connection:
        await connection.run_sync(_Base.metadata.create_all)
    yield own
    await own.dispose()


ITEMS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), max_size=len(NAMES))
CHANGES = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), max_size=3), st.sets(st.sampled_from(NAMES)))
)


async def walk(
    engine: AsyncEngine,
    items: dict[str, int],
    changes: list[tuple[dict[str, int], set[str]]],
    size: int,
    *,
    by_time: bool,
) -> tuple[list[Item], set[Item]]:
    """Read all pages, with one change after each; return the items read, and those that existed all the time."""
    changes, seen, cursor = [*changes], [], None
    always, used = {(second, id_) for id_, second in items.items()}, {*items}
    async with engine.connect() as connection:
        await connection.execute(delete(ItemRow))
        await _insert(connection, items)
        while True:
            page = await (_page_by_time if by_time else _page_by_id)(connection, cursor, size)
            assert len(page.items) <= size
            seen += page.items
            if page.next is None:
                break
            assert page.items
            cursor = page.next
            if changes:
                new, gone = changes.pop()
                await connection.execute(delete(ItemRow).where(ItemRow.id.in_(gone)))
                always = {item for item in always if item[1] not in gone}
                new = {id_: second for id_, second in new.items() if id_ not in used}
                used |= {*new}
                await _insert(connection, new)
        await connection.rollback()
    return seen, always


async def _insert(connection, items: dict[str, int]) -> None:
    if items:
        rows = [{"id": id_, "created": START + timedelta(seconds=second)} for id_, second in items.items()]
        await connection.execute(insert(ItemRow), rows)


async def _page_by_time(connection, cursor: str | None, size: int) -> Page[Item]:
    request = PageByTime.parse(cursor, size)
    items, parameters = select(ItemRow.id, ItemRow.created), request.parameters()
    found = (await connection.execute(request.apply(items, ItemRow.created, ItemRow.id))).all()
    built_once = newest_first(items, ItemRow.created, ItemRow.id, parameters.keys())
    assert (await connection.execute(built_once, parameters)).all() == found
    page = request.of_rows(found, lambda row: (row.created, row.id))
    return Page(tuple(((row.created - START).seconds, row.id) for row in page.items), page.next)


async def _page_by_id(connection, cursor: str | None, size: int) -> Page[Item]:
    request = PageById.parse(cursor, size)
    items = select(ItemRow.id, ItemRow.created)
    found = (await connection.execute(request.apply(items, ItemRow.id))).all()
    assert (await connection.execute(oldest_first(items, ItemRow.id), request.parameters())).all() == found
    page = request.of_rows(found, lambda row: row.id)
    return Page(tuple(((row.created - START).seconds, row.id) for row in page.items), page.next)


@pytest.mark.parametrize("by_time", [True, False])
async def test_changes_between_pages_neither_lose_nor_repeat_an_item(engine: AsyncEngine, by_time: bool) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None, database=None)
    @given(ITEMS, CHANGES, st.integers(1, 5))
    def check(items: dict[str, int], changes: list[tuple[dict[str, int], set[str]]], size: int) -> None:
        walking = walk(engine, items, changes, size, by_time=by_time)
        seen, always = asyncio.run_coroutine_threadsafe(walking, loop).result()
        assert len(seen) == len(set(seen))
        assert always <= set(seen)
        assert seen == sorted(seen, key=None if by_time else lambda item: item[1], reverse=by_time)

    await asyncio.to_thread(check)


@given(st.sets(st.sampled_from(NAMES)), st.integers(1, 5))
def test_a_list_in_memory_is_paginated_by_id(ids: set[str], size: int) -> None:
    seen: list[str] = []
    page = PageById.parse(None, size).of_list(ids, str)
    while page.next is not None:
        seen += page.items
        page = PageById.parse(page.next, size).of_list(ids, str)
    assert [*seen, *page.items] == sorted(ids)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(NAMES))
def test_a_time_cursor_holds_time_and_id(time: datetime, id_: str) -> None:
    assert PageByTime.parse(time_cursor(time, id_), 1).before == (time, id_)


def test_cursors_of_former_versions_are_valid() -> None:
    cursor = "MjAyNi0wMS0wNVQwOTowMDowMCswMDowMCAwMTliOGQ4Zi0xMjgwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA"
    assert PageByTime.parse(cursor, 1).before == (START, "019b8d8f-1280-7000-8000-000000000000")
    assert PageById.parse(NAMES[3], 1).after == NAMES[3]


@pytest.mark.parametrize("request_", [PageById, PageByTime])
@pytest.mark.parametrize(
    "cursor", ["", "x", "é", NAMES[0][:-1], NAMES[0] + "\n", time_cursor(START, "a\0b"), time_cursor(START, "")]
)
def test_an_invalid_cursor_is_rejected_with_advice(request_: type[PageById | PageByTime], cursor: str) -> None:
    with pytest.raises(Invalid) as fault:
        request_.parse(cursor, 10)
    assert (fault.value.message, fault.value.field) == ("Invalid cursor. Pass `next` from the previous page.", "cursor")


@given(st.text())
def test_any_text_is_a_cursor_or_invalid(text: str) -> None:
    for request in (PageById, PageByTime):
        with suppress(Invalid):
            request.parse(text, 10)


@pytest.mark.parametrize(("limit", "size"), [(-1, 1), (0, 1), (7, 7), (200, 200), (10**9, 200)])
def test_the_page_size_is_bounded(limit: int, size: int) -> None:
    assert PageById.parse(None, limit).size == PageByTime.parse(None, limit).size == size
