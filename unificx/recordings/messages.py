"""Every SELECT, INSERT and UPDATE on messages and on how mailboxes are set up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.recordings.contracts import Left, Message
from unificx.recordings.ports import KeyRing
from unificx.recordings.settings import BoxSettings, TenantSettings
from unificx.recordings.tables import CallerPart, MailboxRow, MessageRow, PinPart, TenantMailRow
from unificx.store import Codec, Gone, Keys

CALLER = Codec(MessageRow, CallerPart)
PIN = Codec(MailboxRow, PinPart)
PURPOSE = "telephony"


def add(session: AsyncSession, keys: Keys, message: Message, caller_subject: str) -> None:
    """A message that is about to be spoken. Raises ErasedSubject."""
    assert isinstance(message.caller, Left)
    part = CallerPart(message.caller.number, message.caller.name)
    session.add(
        MessageRow(
            id=message.id,
            tenant_id=message.tenant_id,
            extension_id=message.extension_id,
            audio_id=message.audio_id,
            call_id=message.call_id,
            caller_subject_id=caller_subject,
            created=message.created,
            seconds=0.0,
            state="recording",
            heard=None,
            hidden=None,
            sealed=CALLER.seal(keys, message.tenant_id, [(caller_subject, message.id, part)])[0],
        )
    )


async def of_box(
    session: AsyncSession, keys: Keys, tenant_id: str, extensions: Sequence[str], *, hidden: bool
) -> list[Message]:
    """The messages of some extensions, the newest first: those in the mailbox, or those put away."""
    put_away = MessageRow.hidden.is_not(None) if hidden else MessageRow.hidden.is_(None)
    query = (
        select(MessageRow)
        .where(MessageRow.tenant_id == tenant_id, MessageRow.extension_id.in_(extensions))
        .where(MessageRow.state == "kept", put_away)
        .order_by(MessageRow.created.desc(), MessageRow.id.desc())
    )
    return _opened(keys, tenant_id, (await session.scalars(query)).all())


async def one(session: AsyncSession, keys: Keys, tenant_id: str, message_id: str) -> tuple[Message, str] | None:
    """A message and its state."""
    row = await session.scalar(select(MessageRow).where(MessageRow.tenant_id == tenant_id, MessageRow.id == message_id))
    return None if row is None else (_opened(keys, tenant_id, [row])[0], row.state)


async def count(session: AsyncSession, tenant_id: str, extension_id: str) -> int:
    """How many messages a mailbox holds, those put away too."""
    query = select(func.count()).where(
        MessageRow.tenant_id == tenant_id, MessageRow.extension_id == extension_id, MessageRow.state != "erased"
    )
    return await session.scalar(query) or 0


async def keep(session: AsyncSession, tenant_id: str, message_id: str, seconds: float) -> None:
    await _set(session, tenant_id, message_id, state="kept", seconds=seconds)


async def note(session: AsyncSession, tenant_id: str, message_id: str, **values: datetime | None) -> None:
    """Set `heard` or `hidden`."""
    await _set(session, tenant_id, message_id, **values)


async def erase(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> set[str]:
    """What is left of these recordings' messages is that they were; the extensions they were left for."""
    of = (MessageRow.tenant_id == tenant_id, MessageRow.audio_id.in_(audio_ids))
    extensions = set((await session.scalars(select(MessageRow.extension_id).where(*of))).all())
    await session.execute(update(MessageRow).where(*of).values(state="erased", sealed=None, seconds=0.0))
    return extensions


async def audio_of_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> list[str]:
    query = select(MessageRow.audio_id).where(
        MessageRow.tenant_id == tenant_id, MessageRow.extension_id == extension_id, MessageRow.state != "erased"
    )
    found = list((await session.scalars(query)).all())
    box = await session.scalar(
        select(MailboxRow.greeting_id).where(MailboxRow.tenant_id == tenant_id, MailboxRow.extension_id == extension_id)
    )
    return [*found, box] if box is not None else found


async def unfinished(session: AsyncSession) -> list[tuple[str, str, str, str]]:
    """(tenant, message, recording, extension) of what was being spoken when the process ended."""
    # scope: all tenants, because callers of all of them were cut off
    rows = (await session.scalars(select(MessageRow).where(MessageRow.state == "recording"))).all()
    return [(row.tenant_id, row.id, row.audio_id, row.extension_id) for row in rows]


async def put_away_before(session: AsyncSession, tenant_id: str, moment: datetime) -> list[str]:
    """Recordings of messages that were put away before this."""
    query = select(MessageRow.audio_id).where(
        MessageRow.tenant_id == tenant_id, MessageRow.state == "kept", MessageRow.hidden < moment
    )
    return list((await session.scalars(query)).all())


async def tenants(session: AsyncSession) -> list[str]:
    """The organisations with messages put away."""
    # scope: all tenants, because time passes for all of them
    query = select(MessageRow.tenant_id).where(MessageRow.hidden.is_not(None), MessageRow.state == "kept").distinct()
    return list((await session.scalars(query)).all())


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    for table in (MessageRow, MailboxRow, TenantMailRow):
        await session.execute(delete(table).where(table.tenant_id == tenant_id))


async def drop_box(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    await session.execute(
        delete(MailboxRow).where(MailboxRow.tenant_id == tenant_id, MailboxRow.extension_id == extension_id)
    )


async def _set(session: AsyncSession, tenant_id: str, message_id: str, **values: object) -> None:
    of = (MessageRow.tenant_id == tenant_id, MessageRow.id == message_id)
    await session.execute(update(MessageRow).where(*of).values(**values))


def _opened(keys: Keys, tenant_id: str, rows: Sequence[MessageRow]) -> list[Message]:
    sealed = [(row.caller_subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    opened = dict(zip([row for _, row, _ in sealed], CALLER.open(keys, tenant_id, PURPOSE, sealed), strict=True))
    return [_message(row, opened.get(row.id, Gone())) for row in rows]


def _message(row: MessageRow, caller: CallerPart | Gone) -> Message:
    return Message(
        id=row.id,
        tenant_id=row.tenant_id,
        extension_id=row.extension_id,
        audio_id=row.audio_id,
        call_id=row.call_id,
        created=row.created,
        seconds=row.seconds,
        heard=row.heard,
        hidden=row.hidden,
        caller=Left(caller.number, caller.name) if isinstance(caller, CallerPart) else caller,
    )


# ---- how mailboxes are set up


async def all_settings(session: AsyncSession) -> tuple[dict[str, TenantSettings], dict[str, BoxSettings]]:
    """By organisation and by extension: everything, for it is asked at every call."""
    # scope: all tenants, because the calls of all of them come here
    tenants = (await session.scalars(select(TenantMailRow))).all()
    # scope: all tenants, because the calls of all of them come here
    boxes = (await session.scalars(select(MailboxRow))).all()
    return {row.tenant_id: _tenant(row) for row in tenants}, {row.extension_id: _box(row) for row in boxes}


async def put_tenant(session: AsyncSession, tenant_id: str, settings: TenantSettings) -> None:
    await session.merge(
        TenantMailRow(
            tenant_id=tenant_id,
            enabled=settings.enabled,
            longest_seconds=settings.longest_seconds,
            most_messages=settings.most_messages,
            restorable_days=settings.restorable_days,
        )
    )


async def put_box(
    session: AsyncSession, tenant_id: str, extension_id: str, subject: str, settings: BoxSettings
) -> None:
    """Everything but the PIN."""
    row = await _box_row(session, tenant_id, extension_id)
    if row is None:
        row = MailboxRow(extension_id=extension_id, tenant_id=tenant_id, sealed=None)
        session.add(row)
    row.subject_id, row.enabled, row.mail = subject, settings.enabled, settings.mail
    row.greeting_id = settings.greeting_id


async def put_pin(session: AsyncSession, keys: Keys, tenant_id: str, extension_id: str, digest: str | None) -> None:
    """The digest of a PIN into a mailbox that has a row. Raises ErasedSubject."""
    row = await _box_row(session, tenant_id, extension_id)
    assert row is not None
    part = PinPart(digest) if digest is not None else None
    row.sealed = PIN.seal(keys, tenant_id, [(row.subject_id, extension_id, part)])[0] if part is not None else None


async def pin(session: AsyncSession, keys: KeyRing, tenant_id: str, extension_id: str) -> str | None:
    """The digest of a mailbox's PIN."""
    row = await _box_row(session, tenant_id, extension_id)
    if row is None or row.sealed is None:
        return None
    [part] = PIN.open(keys, tenant_id, "authentication", [(row.subject_id, extension_id, row.sealed)])
    return part.digest if isinstance(part, PinPart) else None


async def _box_row(session: AsyncSession, tenant_id: str, extension_id: str) -> MailboxRow | None:
    return await session.scalar(
        select(MailboxRow).where(MailboxRow.tenant_id == tenant_id, MailboxRow.extension_id == extension_id)
    )


def _tenant(row: TenantMailRow) -> TenantSettings:
    return TenantSettings(row.enabled, row.longest_seconds, row.most_messages, row.restorable_days)


def _box(row: MailboxRow) -> BoxSettings:
    return BoxSettings(row.enabled, row.mail, row.sealed is not None, row.greeting_id)
