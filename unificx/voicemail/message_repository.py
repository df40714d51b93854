"""All SQL on voicemail messages and mailbox settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from unificx.audio_store import audio_of_owner
from unificx.db import Erased, Keys, Reader, SealedCodec, one_of, owned_by
from unificx.privacy import HoldTarget, KeyStore, free, held, lock_holds
from unificx.voicemail.models import CallerPart, GreetingRow, MailboxRow, MessageRow, PinPart, TenantMailRow
from unificx.voicemail.schemas import CallerId, Mailbox, Message
from unificx.voicemail.settings import Greeting, GreetingKind, MailboxSettings, VoicemailSettings

CALLER = SealedCodec(MessageRow, CallerPart)
PIN = SealedCodec(MailboxRow, PinPart)
WANTED = "wanted"
"""State of a message waiting for transcription, whose caller has been informed."""


async def played_in(
    session: AsyncSession, tenant_id: str, extension_ids: Sequence[str], since: datetime, until: datetime
) -> set[str]:
    """Return which of these mailboxes have a message that was first played in a period."""
    period = (MessageRow.heard >= since, MessageRow.heard < until)
    chosen = (owned_by(MessageRow.tenant_id, tenant_id), MessageRow.extension_id.in_(extension_ids))
    return set(await session.scalars(select(MessageRow.extension_id).where(*chosen, *period).distinct()))


def add(session: AsyncSession, keys: Keys, message: Message, caller_subject: str, *, transcribe: bool) -> None:
    """Insert a message about to be recorded, to be transcribed if `transcribe`. Raises ErasedSubject."""
    assert isinstance(message.caller, CallerId)
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
            mailed=None,
            transcript=WANTED if transcribe else "",
            sealed=CALLER.seal(keys, message.tenant_id, [(caller_subject, message.id, part)])[0],
        )
    )


async def list_messages(
    session: AsyncSession, keys: Keys, tenant_id: str, extensions: Sequence[str], *, hidden: bool
) -> list[Message]:
    """Messages of these extensions, newest first: the active or the archived ones."""
    archived = MessageRow.hidden.is_not(None) if hidden else MessageRow.hidden.is_(None)
    query = (
        select(MessageRow)
        .where(MessageRow.tenant_id == tenant_id, MessageRow.extension_id.in_(extensions))
        .where(MessageRow.state == "kept", archived)
        .order_by(MessageRow.created.desc(), MessageRow.id.desc())
    )
    return _unseal(keys, tenant_id, (await session.scalars(query)).all())


async def seconds_by_call(reader: Reader, tenant_id: str, call_ids: Sequence[str]) -> dict[str, float]:
    """Return the length of the messages left in these calls, in seconds, by call; without calls that left none."""
    query = select(MessageRow.call_id, func.sum(MessageRow.seconds)).where(
        MessageRow.tenant_id == tenant_id, one_of(MessageRow.call_id, call_ids), MessageRow.state == "kept"
    )
    rows = (await reader.execute(query.group_by(MessageRow.call_id))).all()
    return dict(rows)


async def get(session: AsyncSession, keys: Keys, tenant_id: str, message_id: str) -> tuple[Message, str] | None:
    """Return a message and its state."""
    row = await session.scalar(select(MessageRow).where(MessageRow.tenant_id == tenant_id, MessageRow.id == message_id))
    return None if row is None else (_unseal(keys, tenant_id, [row])[0], row.state)


async def count(session: AsyncSession, tenant_id: str, extension_id: str) -> int:
    """Number of messages in a mailbox, including archived ones."""
    query = select(func.count()).where(
        MessageRow.tenant_id == tenant_id, MessageRow.extension_id == extension_id, MessageRow.state != "erased"
    )
    return await session.scalar(query) or 0


async def count_all(session: AsyncSession) -> dict[str, tuple[int, int]]:
    """New and old message counts by mailbox; mailboxes without messages are omitted."""
    # scope: all tenants, because phones of every tenant are notified
    rows = (await session.execute(_counts_query().group_by(MessageRow.extension_id))).all()
    return {box: (new, total - new) for box, new, total in rows}


async def count_in(session: AsyncSession, tenant_id: str, box_id: str) -> tuple[int, int]:
    """New and old message counts of one mailbox."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.extension_id == box_id)
    row = (await session.execute(_counts_query().where(*conditions).group_by(MessageRow.extension_id))).one_or_none()
    return (row[1], row[2] - row[1]) if row is not None else (0, 0)


def _counts_query() -> Select[str, int, int]:
    new = func.count().filter(MessageRow.heard.is_(None))
    # scope: all tenants, because the caller adds the tenant condition
    query = select(MessageRow.extension_id, new, func.count())
    return query.where(MessageRow.state == "kept", MessageRow.hidden.is_(None))


async def mark_stored(session: AsyncSession, tenant_id: str, message_id: str, seconds: float) -> bool:
    """Mark a message as stored. False if it was erased meanwhile."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.id == message_id, MessageRow.state == "recording")
    values = {"state": "kept", "seconds": seconds}
    done = await session.execute(update(MessageRow).where(*conditions).values(**values).returning(MessageRow.id))
    return done.first() is not None


async def mark_heard(session: AsyncSession, tenant_id: str, message_id: str, at: datetime | None) -> bool:
    """Set the time of the first playback, None for a new message. Return whether that has changed it."""
    return await _set_time(session, (tenant_id, message_id), MessageRow.heard, at)


async def archive(session: AsyncSession, tenant_id: str, message_id: str, at: datetime | None) -> bool:
    """Set the time of archiving, None to restore a message, before or after archived ones are erased. Return whether
    that has changed it."""
    if at is None:
        await lock_holds(session, tenant_id)
    return await _set_time(session, (tenant_id, message_id), MessageRow.hidden, at)


async def _set_time(
    session: AsyncSession, ids: tuple[str, str], column: InstrumentedAttribute[datetime | None], at: datetime | None
) -> bool:
    """Set a time that is not set, or remove one. `ids`: of tenant and message. Return whether it has changed."""
    differs = column.is_not(None) if at is None else column.is_(None)
    chosen = (MessageRow.tenant_id == ids[0], MessageRow.id == ids[1], differs)
    changed = update(MessageRow).where(*chosen).values({column: at})
    return (await session.execute(changed.returning(MessageRow.id))).first() is not None


async def mark_emailed(session: AsyncSession, tenant_id: str, message_id: str, now: datetime) -> None:
    """Record the time of the first e-mailed copy."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.id == message_id, MessageRow.mailed.is_(None))
    await session.execute(update(MessageRow).where(*conditions).values(mailed=now))


async def mark_erased(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> set[str]:
    """Mark the messages of these recordings as erased; return the extensions they were left for."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.audio_id.in_(audio_ids))
    extensions = set((await session.scalars(select(MessageRow.extension_id).where(*conditions))).all())
    await session.execute(update(MessageRow).where(*conditions).values(state="erased", sealed=None, seconds=0.0))
    return extensions


async def audio_of_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> list[str]:
    query = select(MessageRow.audio_id).where(
        MessageRow.tenant_id == tenant_id, MessageRow.extension_id == extension_id, MessageRow.state != "erased"
    )
    found = list((await session.scalars(query)).all())
    greetings = select(GreetingRow.audio_id).where(
        GreetingRow.tenant_id == tenant_id, GreetingRow.box_id == extension_id
    )
    return [*found, *(await session.scalars(greetings)).all()]


async def stored_in(session: AsyncSession, tenant_id: str, box_id: str | None) -> Sequence[str]:
    """Audio ids of the messages, including archived ones: of the tenant, or of one mailbox."""
    query = select(MessageRow.audio_id).where(MessageRow.tenant_id == tenant_id, MessageRow.state == "kept")
    return (await session.scalars(query if box_id is None else query.where(MessageRow.extension_id == box_id))).all()


async def archive_all(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str], now: datetime) -> set[str]:
    """Archive these messages; already archived ones are unchanged. Return the extensions of the others."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.audio_id.in_(audio_ids), MessageRow.hidden.is_(None))
    archiving = update(MessageRow).where(*conditions).values(hidden=now)
    return set((await session.scalars(archiving.returning(MessageRow.extension_id))).all())


async def unfinished(session: AsyncSession) -> list[tuple[str, str, str, str]]:
    """(tenant, message, audio, extension) of messages in progress when the process ended."""
    # scope: all tenants, because the restart interrupted callers of every tenant
    rows = (await session.scalars(select(MessageRow).where(MessageRow.state == "recording"))).all()
    return [(row.tenant_id, row.id, row.audio_id, row.extension_id) for row in rows]


async def to_transcribe(session: AsyncSession, limit: int) -> list[tuple[str, str, str, str]]:
    """(tenant, message, audio, extension) of messages to transcribe, oldest first."""
    # scope: all tenants, because one recognizer serves every tenant
    conditions = (MessageRow.transcript == WANTED, MessageRow.state == "kept")
    rows = (await session.scalars(select(MessageRow).where(*conditions).order_by(MessageRow.id).limit(limit))).all()
    return [(row.tenant_id, row.id, row.audio_id, row.extension_id) for row in rows]


async def set_transcription_state(session: AsyncSession, tenant_id: str, message_id: str, state: str) -> bool:
    """Set the transcription state: done, failed, or "" for not wanted. False if the message no longer exists."""
    conditions = (MessageRow.tenant_id == tenant_id, MessageRow.id == message_id, MessageRow.state == "kept")
    done = await session.execute(
        update(MessageRow).where(*conditions).values(transcript=state).returning(MessageRow.id)
    )
    return done.first() is not None


def held_audio(tenant_id: str) -> Select[str]:
    """Audio ids of the messages under a hold."""
    chosen = (owned_by(MessageRow.tenant_id, tenant_id), MessageRow.id.in_(held(tenant_id, "message")))
    return select(MessageRow.audio_id).where(*chosen)


def _found(tenant_id: str) -> Select[str]:
    return select(MessageRow.id).where(MessageRow.tenant_id == tenant_id, MessageRow.state == "kept")


def _of_subject(tenant_id: str, subject: str) -> Select[str]:
    taken = or_(MessageRow.caller_subject_id == subject, MessageRow.audio_id.in_(audio_of_owner(tenant_id, subject)))
    return select(MessageRow.id).where(MessageRow.tenant_id == tenant_id, MessageRow.state == "kept", taken)


MESSAGE_TARGET = HoldTarget("message", _found, _of_subject)
"""Messages can be put under a hold, by caller and by the owner of the mailbox."""


def archived(tenant_id: str) -> Select[str, datetime | None]:
    """Audio ids of archived messages, since their owner archived them."""
    archived_ = (MessageRow.tenant_id == tenant_id, MessageRow.state == "kept", MessageRow.hidden.is_not(None))
    chosen = (*archived_, free(MessageRow, tenant_id))
    return select(MessageRow.audio_id.label("id"), MessageRow.hidden.label("at")).where(*chosen)


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    for table in (MessageRow, MailboxRow, GreetingRow, TenantMailRow):
        await session.execute(delete(table).where(table.tenant_id == tenant_id))


async def drop_mailbox(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    await session.execute(
        delete(MailboxRow).where(MailboxRow.tenant_id == tenant_id, MailboxRow.extension_id == extension_id)
    )
    await session.execute(
        delete(GreetingRow).where(GreetingRow.tenant_id == tenant_id, GreetingRow.box_id == extension_id)
    )
    # Erased messages, and those under a hold, could be joined by its id.
    messages = (MessageRow.tenant_id == tenant_id, MessageRow.extension_id == extension_id)
    await session.execute(update(MessageRow).where(*messages).values(extension_id=MessageRow.id))


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the sealed parts of a subject: caller of messages, except those under a hold, with the id by which
    messages could be joined; and PIN of a mailbox."""
    messages = (MessageRow.tenant_id == tenant_id, MessageRow.caller_subject_id == subject)
    unlinked = {"sealed": None, "caller_subject_id": MessageRow.id}
    await session.execute(update(MessageRow).where(*messages, free(MessageRow, tenant_id)).values(unlinked))
    boxes = (MailboxRow.tenant_id == tenant_id, MailboxRow.subject_id == subject)
    await session.execute(update(MailboxRow).where(*boxes).values(sealed=None))


def _unseal(keys: Keys, tenant_id: str, rows: Sequence[MessageRow]) -> list[Message]:
    sealed = [(row.caller_subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    opened = CALLER.open_by_row(keys, tenant_id, sealed)
    return [_message(row, opened.get(row.id, Erased())) for row in rows]


def _message(row: MessageRow, caller: CallerPart | Erased) -> Message:
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
        mailed=row.mailed,
        caller=CallerId(caller.number, caller.name) if isinstance(caller, CallerPart) else caller,
    )


# ---- settings


async def all_settings(session: AsyncSession) -> tuple[dict[str, VoicemailSettings], dict[str, MailboxSettings]]:
    """All settings, by tenant and by extension: they are needed for every call."""
    # scope: all tenants, because calls of every tenant need the settings
    tenants = (await session.scalars(select(TenantMailRow))).all()
    # scope: all tenants, because calls of every tenant need the settings
    boxes = (await session.scalars(select(MailboxRow))).all()
    # scope: all tenants, because calls of every tenant need the settings
    rows = (await session.scalars(select(GreetingRow))).all()
    greetings: dict[str, dict[GreetingKind, Greeting]] = {}
    for row in rows:
        greetings.setdefault(row.box_id, {})[cast("GreetingKind", row.kind)] = Greeting(row.audio_id, row.until)
    settings = {row.extension_id: _mailbox_settings(row, greetings.get(row.extension_id, {})) for row in boxes}
    return {row.tenant_id: _tenant_settings(row) for row in tenants}, settings


async def tenant_settings(session: AsyncSession, tenant_id: str) -> VoicemailSettings:
    """The settings of a tenant; the default ones if none are stored."""
    row = await session.scalar(select(TenantMailRow).where(TenantMailRow.tenant_id == tenant_id))
    return _tenant_settings(row) if row is not None else VoicemailSettings()


async def mailbox_settings(session: AsyncSession, tenant_id: str, box_id: str) -> MailboxSettings:
    """The settings of a mailbox; the default ones if none are stored."""
    row = await _mailbox_row(session, tenant_id, box_id)
    conditions = (GreetingRow.tenant_id == tenant_id, GreetingRow.box_id == box_id)
    greetings: dict[GreetingKind, Greeting] = {
        cast("GreetingKind", one.kind): Greeting(one.audio_id, one.until)
        for one in await session.scalars(select(GreetingRow).where(*conditions))
    }
    return _mailbox_settings(row, greetings) if row is not None else MailboxSettings()


async def put_tenant(session: AsyncSession, tenant_id: str, settings: VoicemailSettings) -> None:
    await session.merge(
        TenantMailRow(
            tenant_id=tenant_id,
            enabled=settings.enabled,
            longest_seconds=settings.longest_seconds,
            most_messages=settings.most_messages,
            restorable_days=settings.restorable_days,
            keep_wav=settings.keep_wav,
            transcribe=settings.transcribe,
            mail_sound=settings.mail_sound,
        )
    )


async def put_mailbox(session: AsyncSession, box: Mailbox, settings: MailboxSettings) -> None:
    """Store everything but the PIN and the greetings."""
    row = await _mailbox_row(session, box.tenant_id, box.id)
    if row is None:
        row = MailboxRow(extension_id=box.id, tenant_id=box.tenant_id, sealed=None)
        session.add(row)
    row.subject_id, row.enabled = box.subject, settings.enabled
    row.mail, row.mail_caller = settings.mail, settings.mail_caller
    row.mail_sound, row.transcribe = settings.mail_sound, settings.transcribe


async def put_greeting(session: AsyncSession, box: Mailbox, kind: GreetingKind, greeting: Greeting | None) -> None:
    """Store a greeting; None removes it."""
    conditions = (GreetingRow.tenant_id == box.tenant_id, GreetingRow.box_id == box.id, GreetingRow.kind == kind)
    await session.execute(delete(GreetingRow).where(*conditions))
    if greeting is not None:
        audio_id, until = greeting.audio_id, greeting.until
        session.add(GreetingRow(box_id=box.id, kind=kind, tenant_id=box.tenant_id, audio_id=audio_id, until=until))


async def put_pin(session: AsyncSession, keys: Keys, tenant_id: str, extension_id: str, digest: str | None) -> None:
    """Store a PIN digest in an existing mailbox row. Raises ErasedSubject."""
    row = await _mailbox_row(session, tenant_id, extension_id)
    assert row is not None
    part = PinPart(digest) if digest is not None else None
    row.sealed = PIN.seal(keys, tenant_id, [(row.subject_id, extension_id, part)])[0] if part is not None else None


async def pin(session: AsyncSession, keys: KeyStore, tenant_id: str, extension_id: str) -> str | None:
    """Return the digest of a mailbox's PIN."""
    row = await _mailbox_row(session, tenant_id, extension_id)
    if row is None or row.sealed is None:
        return None
    [part] = PIN.open(keys, tenant_id, [(row.subject_id, extension_id, row.sealed)])
    return part.digest if isinstance(part, PinPart) else None


async def _mailbox_row(session: AsyncSession, tenant_id: str, extension_id: str) -> MailboxRow | None:
    return await session.scalar(
        select(MailboxRow).where(MailboxRow.tenant_id == tenant_id, MailboxRow.extension_id == extension_id)
    )


def _tenant_settings(row: TenantMailRow) -> VoicemailSettings:
    return VoicemailSettings(
        enabled=row.enabled,
        longest_seconds=row.longest_seconds,
        most_messages=row.most_messages,
        restorable_days=row.restorable_days,
        keep_wav=row.keep_wav,
        transcribe=row.transcribe,
        mail_sound=row.mail_sound,
    )


def _mailbox_settings(row: MailboxRow, greetings: Mapping[GreetingKind, Greeting]) -> MailboxSettings:
    return MailboxSettings(
        enabled=row.enabled,
        mail=row.mail,
        mail_caller=row.mail_caller,
        mail_sound=row.mail_sound,
        has_pin=row.sealed is not None,
        transcribe=row.transcribe,
        greetings=greetings,
    )
