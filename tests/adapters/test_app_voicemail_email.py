"""E-mails about new voicemail messages are sent even if the server was killed meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from unificx.core.clock import SystemClock
from unificx.identity import Extension, NewExtension, NewPerson, NewTenant
from unificx.media import MediaUnavailable
from unificx.notifications.models import EmailRow
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.live_calls import ComponentChecks
from unificx.server.paths import InstallationPaths, database_url
from unificx.voicemail import NewMessage
from unificx.voicemail.service import MessageWriter


class NoMedia:
    async def query(self, *_: object) -> None:
        raise MediaUnavailable("silent")


SPOKEN = b"\x10\x27\xf0\xd8" * 8000


@asynccontextmanager
async def installation(home: Path) -> AsyncIterator[Container]:
    """An installation with an unreachable SMTP server, so that e-mails stay queued."""
    site, environ = InstallationPaths(home), {"UNIFICX_SMTP": "smtp://127.0.0.1:1?from=pbx@acme.example"}
    async with open_installation(site, database_url(site, environ), environ, SystemClock()) as rooms:
        yield rooms


async def anna(rooms: Container) -> Extension:
    tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    await rooms.identity.users.create(tenant.id, NewPerson("Anna", "anna@acme.example", password="long enough for her"))
    return (
        await rooms.identity.extensions.create(tenant.id, NewExtension("1001", "Anna", "anna@acme.example"))
    ).extension


async def speaks(rooms: Container, mine: Extension) -> MessageWriter:
    new = NewMessage(mine.tenant_id, mine.id, mine.subject, "call-1", None, "+4930111", "Carl")
    draft = await rooms.mailboxes.begin(new)
    await draft.write(SPOKEN, 8000)
    return draft


async def emails(rooms: Container, mine: Extension) -> list[str]:
    async with rooms.database.read() as session:
        found = await session.scalars(select(EmailRow.kind).where(EmailRow.tenant_id == mine.tenant_id))
        return list(found)


async def one_email(rooms: Container, mine: Extension) -> None:
    async with asyncio.timeout(30):
        while not await emails(rooms, mine):
            await asyncio.sleep(0.02)
    await rooms.outbox.deliver()
    assert await emails(rooms, mine) == ["voicemail"]


async def attention(rooms: Container) -> str:
    """Return the reason why operators should look at the e-mails."""
    states = await ComponentChecks(rooms, cast(Any, NoMedia())).states()
    return next(each.why for each in states if each.name == "emails")


async def fails(*args: object) -> None:
    raise OSError(len(args))


@pytest.mark.promise("C9", "T2")
async def test_email_is_sent_for_a_message_being_recorded_at_a_crash(migrated_home: Path) -> None:
    async with installation(migrated_home) as rooms:
        mine = await anna(rooms)
        (await speaks(rooms, mine)).writer.abandon()
    async with installation(migrated_home) as rooms:
        await one_email(rooms, mine)


@pytest.mark.promise("C9", "T2")
async def test_email_is_sent_after_a_failed_first_attempt(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installation(migrated_home) as rooms:
        mine = await anna(rooms)
        with monkeypatch.context() as broken:
            broken.setattr(rooms.notification_service, "send_voicemail_notice", fails)
            assert await (await speaks(rooms, mine)).store()
            await rooms.outbox.deliver()
            assert await emails(rooms, mine) == []
    async with installation(migrated_home) as rooms:
        await one_email(rooms, mine)
        async with asyncio.timeout(30):  # no mail server accepts it, and the next attempt is minutes away
            while not (await attention(rooms)).startswith("1 of 1 were deferred"):
                await asyncio.sleep(0.02)
        async with rooms.database.begin() as uow:
            await uow.session.execute(update(EmailRow).values({"tries": 0}))
        assert await attention(rooms) == "", "an e-mail that waits for its turn is no fault"
