"""Statements of purpose: they hold for the work of a boundary only, and never for work that it starts."""

import asyncio

import pytest

from unificx.core.access import Access, NoPurpose, context_stating, current_access, stated_access, stating
from unificx.core.background import BackgroundTasks
from unificx.core.personal import InvalidDeclaration

HISTORY, SECURITY = Access("history", "ada", "acme"), Access("security", "job")


def test_unknown_purposes_cannot_be_stated() -> None:
    for unknown in ("", "History", "sales"):
        with pytest.raises(InvalidDeclaration):
            Access(unknown, "ada")


@pytest.mark.promise("S3")
def test_work_without_a_statement_has_no_purpose() -> None:
    with stating(None), pytest.raises(NoPurpose):
        current_access()


def test_a_statement_ends_with_its_block() -> None:
    with stating(HISTORY):
        with stating(SECURITY):
            assert current_access() == SECURITY
        assert current_access() == HISTORY
        with pytest.raises(ValueError, match="failed"), stating(SECURITY):
            raise ValueError("failed")
        assert current_access() == HISTORY


@pytest.mark.promise("S3")
async def test_a_background_task_has_the_access_of_its_owner_and_not_of_the_request() -> None:
    seen: list[Access | None] = []

    async def work() -> None:
        await asyncio.sleep(0)
        seen.append(stated_access())

    with stating(HISTORY):
        for tasks in (BackgroundTasks(), BackgroundTasks(SECURITY)):
            tasks.spawn(work())
            await tasks.join()
        assert current_access() == HISTORY
    assert seen == [None, SECURITY]


async def test_a_statement_holds_across_waits_but_not_in_concurrent_tasks() -> None:
    async def work(access: Access) -> Access:
        with stating(access):
            await asyncio.sleep(0)
            return current_access()

    assert await asyncio.gather(work(HISTORY), work(SECURITY)) == [HISTORY, SECURITY]
    assert context_stating(SECURITY).run(current_access) == SECURITY
