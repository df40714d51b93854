"""Corrections reach each copy of a name, of this person only, a page at a time."""

from typing import Any

import pytest
from filled_tables import TENANT, Installation, canary, owner, rows_to_fill
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import Access, stating
from unificx.db import SealedCodec
from unificx.privacy import Names, copies_of_names, correct_page, personal_fields
from unificx.privacy.correcting import Copies

NOT_COPIES = {
    "billing_details": "the original; the tenant changes it",
    "extension": "the original",
    "imported_person": "the name before an import and after it, for an undo within 30 days",
    "letter": "an e-mail, deleted after seven days",
    "menu": "text of the tenant; an administrator changes it",
    "meeting_invitation": "an invitation by its host, who sends another one; deleted with the meeting",
    "person": "the original",
    "provisioned_account": "what an identity provider has stored; changed with the account",
    "rights_request": "a request as it was sent",
}
"""Tables with names that a correction does not reach, each with the reason."""


def stored_copies() -> dict[str, Copies]:
    """Those of the package; other tests declare tables too."""
    return {name: each for name, each in copies_of_names().items() if each.model.__module__.startswith("unificx.")}


@pytest.mark.promise("D2")
def test_each_name_is_corrected_or_has_a_reason() -> None:
    rows_to_fill()  # loads all tables
    named = {each.table for each in personal_fields() if each.category == "user.name"}
    assert named - copies_of_names().keys() == NOT_COPIES.keys()
    rectifiable = {each.table for each in personal_fields() if each.category == "user.name" and each.rectifiable}
    assert stored_copies().keys() <= rectifiable


async def parts(session: AsyncSession, made: Installation, copies: Copies, subject: str) -> list[Any]:
    table: Any = copies.column.table
    key = tuple(table.primary_key.columns)
    found = (await session.execute(select(*key, copies.column).where(table.c[copies.part.subject] == subject))).all()
    sealed = [(subject, "/".join(map(str, row[:-1])), row[-1]) for row in found]
    return SealedCodec(copies.model, copies.part.part).open(made.keys, TENANT, sealed)


@pytest.mark.promise("D2")
async def test_each_copy_of_a_name_is_corrected(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.privacy.correcting.PAGE", 1)
    ana, ben = owner("ana"), owner("ben")
    with stating(Access("requests", "test")):
        for table, copies in stored_copies().items():
            number = canary("ana", table, f"{copies.column.name}.number")
            async with installation.database.begin() as uow:
                before = await parts(uow.session, installation, copies, ana.subject)
                names = Names("Ana Person", {number: "Ana Extension"})
                place = await correct_page(
                    uow.session, installation.keys, copies, (TENANT, ana.subject), names, after=None
                )
                assert place is not None, "the page was full"
                assert (
                    await correct_page(
                        uow.session, installation.keys, copies, (TENANT, ana.subject), names, after=place
                    )
                    is None
                )
                after, other = [await parts(uow.session, installation, copies, each.subject) for each in (ana, ben)]
            for part, earlier in zip(after, before, strict=True):
                expected = "Ana Extension" if hasattr(part, "number") else "Ana Person"
                assert {getattr(part, name) for name in copies.names} == {expected}, table
                assert getattr(part, "number", "") == getattr(earlier, "number", "")
            assert all("canary ben" in getattr(part, name) for part in other for name in copies.names), table
