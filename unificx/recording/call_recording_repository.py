"""All SQL on call recordings and recording policies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, String, delete, func, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store import videos_among
from unificx.db import Erased, Keys, PageByTime, SealedCodec, invalid_cursor, owned_by, time_cursor
from unificx.privacy import HoldTarget, free, held, lock_holds
from unificx.recording.models import (
    ListenerPart,
    MonitoringRow,
    PartyPart,
    RecordingExtensionRow,
    RecordingListenRow,
    RecordingMarkRow,
    RecordingPartyRow,
    RecordingRow,
    RecordingTenantRow,
)
from unificx.recording.policy import ExtensionRecordingPolicy, TenantRecordingPolicy
from unificx.recording.schemas import (
    CallRecording,
    ConsentEvidence,
    Listener,
    Mark,
    NewCallRecording,
    PartyIdentity,
    PlaybackEntry,
    RecordedParty,
)

PARTY = SealedCodec(RecordingPartyRow, PartyPart)
LISTENER = SealedCodec(RecordingListenRow, ListenerPart)


async def count(session: AsyncSession, tenant_id: str) -> int:
    """Return how many recordings of calls and meetings a tenant has."""
    query = select(func.count()).select_from(RecordingRow).where(RecordingRow.tenant_id == tenant_id)
    return await session.scalar(query) or 0


def add(
    session: AsyncSession, keys: Keys, new: NewCallRecording, ids: tuple[str, str, datetime], subjects: Sequence[str]
) -> None:
    """Insert a recording that is about to start; `ids` are its id, its audio's id and the time. Raises
    ErasedSubject."""
    recording_id, audio_id, now = ids
    session.add(
        RecordingRow(
            id=recording_id, tenant_id=new.tenant_id, audio_id=audio_id, call_id=new.call_id, created=now,
            seconds=0.0, state="recording", mode=new.mode, begun=new.begun, ended=None,
        )
    )  # fmt: skip
    for place, (party, subject) in enumerate(zip(new.parties, subjects, strict=True)):
        part = PartyPart(party.identity.number, party.identity.name)
        [sealed] = PARTY.seal(keys, new.tenant_id, [(subject, f"{recording_id}/{place}", part)])
        session.add(
            RecordingPartyRow(
                recording_id=recording_id, place=place, tenant_id=new.tenant_id, extension_id=party.extension_id,
                subject_id=subject, notice=party.consent.notice, told=party.consent.told,
                settled=party.consent.settled, key=party.consent.key, hidden=None, sealed=sealed,
            )
        )  # fmt: skip


def add_marks(session: AsyncSession, tenant_id: str, recording_id: str, first: int, marks: Sequence[Mark]) -> None:
    for number, mark in enumerate(marks, first):
        session.add(
            RecordingMarkRow(
                recording_id=recording_id, number=number, tenant_id=tenant_id, kind=mark.kind, at=mark.at,
                moment=mark.moment,
            )
        )  # fmt: skip


async def mark_stored(session: AsyncSession, tenant_id: str, recording_id: str, seconds: float, ended: str) -> bool:
    """Mark a recording as stored. False if it was erased meanwhile."""
    conditions = (
        RecordingRow.tenant_id == tenant_id,
        RecordingRow.id == recording_id,
        RecordingRow.state == "recording",
    )
    values = {"state": "kept", "seconds": seconds, "ended": ended}
    done = await session.execute(update(RecordingRow).where(*conditions).values(**values).returning(RecordingRow.id))
    return done.first() is not None


async def mark_erased(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> bool:
    """Mark these recordings as erased and delete their details. Return whether there were any."""
    conditions = (RecordingRow.tenant_id == tenant_id, RecordingRow.audio_id.in_(audio_ids))
    found = list((await session.scalars(select(RecordingRow.id).where(*conditions))).all())
    await session.execute(update(RecordingRow).where(*conditions).values(state="erased", seconds=0.0))
    for table in (RecordingMarkRow, RecordingListenRow):
        await session.execute(delete(table).where(table.tenant_id == tenant_id, table.recording_id.in_(found)))
    parties = (owned_by(RecordingPartyRow.tenant_id, tenant_id), RecordingPartyRow.recording_id.in_(found))
    await session.execute(update(RecordingPartyRow).where(*parties).values(sealed=None, key="", notice=""))
    return bool(found)


async def unfinished(session: AsyncSession) -> list[tuple[str, str, str, str, str]]:
    """(tenant, recording, audio, call, start mode) of recordings in progress when the process ended."""
    # scope: all tenants, because the restart interrupted calls of every tenant
    rows = (await session.scalars(select(RecordingRow).where(RecordingRow.state == "recording"))).all()
    return [(row.tenant_id, row.id, row.audio_id, row.call_id, row.begun) for row in rows]


async def page(
    session: AsyncSession,
    keys: Keys,
    tenant_id: str,
    extensions: Sequence[str] | None,
    request: PageByTime,
    *,
    hidden: bool = False,
) -> list[CallRecording]:
    """Recordings in which these extensions took part (None: all), newest first, and one more than the page has if there
    is a next one; with `hidden`, those they archived."""
    query = select(RecordingRow).where(RecordingRow.tenant_id == tenant_id, RecordingRow.state == "kept")
    if extensions is not None:
        archived = RecordingPartyRow.hidden.is_not(None) if hidden else RecordingPartyRow.hidden.is_(None)
        own = select(RecordingPartyRow.recording_id).where(
            RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.extension_id.in_(extensions), archived
        )
        query = query.where(RecordingRow.id.in_(own))
    query = request.apply(query, RecordingRow.created, RecordingRow.id)
    return await _load(session, keys, tenant_id, (await session.scalars(query)).all())


async def time_cursor_of(session: AsyncSession, tenant_id: str, recording_id: str) -> str:
    """The cursor behind a recording in any state, for cursors of former versions: they are ids. Raises Invalid."""
    conditions = (RecordingRow.tenant_id == tenant_id, RecordingRow.id == recording_id)
    created = await session.scalar(select(RecordingRow.created).where(*conditions))
    if created is None:
        raise invalid_cursor()
    return time_cursor(created, recording_id)


async def of_call(session: AsyncSession, keys: Keys, tenant_id: str, call_id: str) -> list[CallRecording]:
    """The recordings of a call, oldest first."""
    query = select(RecordingRow).where(
        RecordingRow.tenant_id == tenant_id, RecordingRow.call_id == call_id, RecordingRow.state == "kept"
    )
    rows = (await session.scalars(query.order_by(RecordingRow.created))).all()
    return await _load(session, keys, tenant_id, rows)


async def get(session: AsyncSession, keys: Keys, tenant_id: str, recording_id: str) -> tuple[CallRecording, str] | None:
    """Return a recording and its state."""
    row = await session.scalar(
        select(RecordingRow).where(RecordingRow.tenant_id == tenant_id, RecordingRow.id == recording_id)
    )
    return None if row is None else ((await _load(session, keys, tenant_id, [row]))[0], row.state)


async def set_archived(
    session: AsyncSession, tenant_id: str, recording_id: str, places: Sequence[int], hidden: datetime | None
) -> None:
    """Archive a recording for some of its parties, or restore it, before or after archived ones are erased. Already
    archived ones are unchanged."""
    conditions = [RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.recording_id == recording_id]
    if hidden is None:
        await lock_holds(session, tenant_id)
    else:
        conditions.append(RecordingPartyRow.hidden.is_(None))
    await session.execute(
        update(RecordingPartyRow).where(*conditions, RecordingPartyRow.place.in_(places)).values(hidden=hidden)
    )


def held_audio(tenant_id: str) -> Select[str]:
    """Audio ids of the recordings under a hold."""
    chosen = (owned_by(RecordingRow.tenant_id, tenant_id), RecordingRow.id.in_(held(tenant_id, "recording")))
    return select(RecordingRow.audio_id).where(*chosen)


async def hide(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str], now: datetime) -> bool:
    """Archive recordings for all parties. Return whether there were any."""
    ids = select(RecordingRow.id).where(RecordingRow.tenant_id == tenant_id, RecordingRow.audio_id.in_(audio_ids))
    shown = (RecordingPartyRow.recording_id.in_(ids), RecordingPartyRow.hidden.is_(None))
    hiding = update(RecordingPartyRow).where(RecordingPartyRow.tenant_id == tenant_id, *shown).values(hidden=now)
    return (await session.execute(hiding.returning(RecordingPartyRow.place))).first() is not None


def _found(tenant_id: str) -> Select[str]:
    return select(RecordingRow.id).where(RecordingRow.tenant_id == tenant_id, RecordingRow.state == "kept")


def _of_subject(tenant_id: str, subject: str) -> Select[str]:
    taken = (RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.subject_id == subject)
    return select(RecordingPartyRow.recording_id).where(*taken)


RECORDING_TARGET = HoldTarget("recording", _found, _of_subject)
"""Recordings can be put under a hold."""


def archived(tenant_id: str) -> Select[str, datetime]:
    """Audio ids of recordings that all internal parties archived, since the last of them did so."""
    hidden, recording_id = RecordingPartyRow.hidden, RecordingPartyRow.recording_id
    internal = (RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.extension_id.is_not(None))
    by_recording = select(recording_id, func.max(hidden).label("at")).where(*internal).group_by(recording_id)
    latest = by_recording.having(func.count() == func.count(hidden)).subquery()
    not_held = RecordingRow.id.not_in(held(tenant_id, "recording"))
    of_tenant = (RecordingRow.tenant_id == tenant_id, RecordingRow.state == "kept", not_held)
    query = select(RecordingRow.audio_id.label("id"), latest.c.at).where(*of_tenant)
    return query.join(latest, latest.c.recording_id == RecordingRow.id)


async def ids_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    """The recordings in which a data subject is a party."""
    query = select(RecordingPartyRow.recording_id).where(
        RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.subject_id == subject
    )
    return sorted(set((await session.scalars(query)).all()))


# ---- playback log


def add_playback(
    session: AsyncSession, keys: Keys, recording: CallRecording, ids: tuple[str, datetime], listener: Listener
) -> None:
    listen_id, now = ids
    tenant_id = recording.tenant_id
    [sealed] = LISTENER.seal(keys, tenant_id, [(listener.subject, listen_id, ListenerPart(listener.name))])
    session.add(
        RecordingListenRow(
            id=listen_id, tenant_id=tenant_id, recording_id=recording.id, moment=now, purpose=listener.purpose,
            subject_id=listener.subject, sealed=sealed,
        )
    )  # fmt: skip


async def played_since(session: AsyncSession, recording: CallRecording, listener: Listener, moment: datetime) -> bool:
    """Whether this listener's access for this purpose has been logged after this time."""
    query = select(RecordingListenRow.id).where(
        RecordingListenRow.tenant_id == recording.tenant_id,
        RecordingListenRow.recording_id == recording.id,
        RecordingListenRow.subject_id == listener.subject,
        RecordingListenRow.purpose == listener.purpose,
        RecordingListenRow.moment > moment,
    )
    return await session.scalar(query.limit(1)) is not None


async def playback_log(session: AsyncSession, keys: Keys, tenant_id: str, recording_id: str) -> list[PlaybackEntry]:
    query = select(RecordingListenRow).where(
        RecordingListenRow.tenant_id == tenant_id, RecordingListenRow.recording_id == recording_id
    )
    rows = (await session.scalars(query.order_by(RecordingListenRow.moment))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    known = LISTENER.open_by_row(keys, tenant_id, sealed)

    def who(row: RecordingListenRow) -> str | Erased:
        name = known.get(row.id, Erased())
        return name.name if isinstance(name, ListenerPart) else name

    return [PlaybackEntry(row.moment, row.purpose, who(row)) for row in rows]  # type: ignore[arg-type]


async def drop_listener(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Remove the name of an erased listener, supervisor or party, and the ids by which entries could be joined, unless
    the recording is under a hold; the entries themselves stay."""
    for table in (RecordingListenRow, MonitoringRow):
        conditions = (table.tenant_id == tenant_id, table.subject_id == subject)
        await session.execute(update(table).where(*conditions).values(sealed=None, subject_id=table.id))
    party = (RecordingPartyRow.tenant_id == tenant_id, RecordingPartyRow.subject_id == subject)
    row_id = RecordingPartyRow.recording_id + "/" + cast_to(RecordingPartyRow.place, String)
    unlinked = {"sealed": None, "subject_id": row_id, "extension_id": None}
    await session.execute(update(RecordingPartyRow).where(*party, free(RecordingPartyRow, tenant_id)).values(unlinked))


# ---- policies


async def all_settings(
    session: AsyncSession,
) -> tuple[dict[str, TenantRecordingPolicy], dict[str, ExtensionRecordingPolicy]]:
    """All policies, by tenant and by extension: they are needed for every call."""
    # scope: all tenants, because every tenant's calls need the policies
    tenants = (await session.scalars(select(RecordingTenantRow))).all()
    # scope: all tenants, because every tenant's calls need the policies
    extensions = (await session.scalars(select(RecordingExtensionRow))).all()
    return (
        {row.tenant_id: _tenant_policy(row) for row in tenants},
        {row.extension_id: _extension_policy(row) for row in extensions},
    )


async def tenant_policy(session: AsyncSession, tenant_id: str) -> TenantRecordingPolicy:
    """The policy of a tenant; the default one if none is stored."""
    row = await session.scalar(select(RecordingTenantRow).where(RecordingTenantRow.tenant_id == tenant_id))
    return _tenant_policy(row) if row is not None else TenantRecordingPolicy()


async def extension_policy(session: AsyncSession, tenant_id: str, extension_id: str) -> ExtensionRecordingPolicy:
    """The policy of an extension; the default one if none is stored."""
    conditions = (RecordingExtensionRow.tenant_id == tenant_id, RecordingExtensionRow.extension_id == extension_id)
    row = await session.scalar(select(RecordingExtensionRow).where(*conditions))
    return _extension_policy(row) if row is not None else ExtensionRecordingPolicy()


def _tenant_policy(row: RecordingTenantRow) -> TenantRecordingPolicy:
    return TenantRecordingPolicy(
        row.mode,  # type: ignore[arg-type]
        row.beep_seconds,
        row.pause_on_keys,
        row.administrators_listen,
        row.restorable_days,
        row.monitoring,
    )


def _extension_policy(row: RecordingExtensionRow) -> ExtensionRecordingPolicy:
    return ExtensionRecordingPolicy(row.when, row.mode, row.monitoring)  # type: ignore[arg-type]


async def put_tenant(session: AsyncSession, tenant_id: str, settings: TenantRecordingPolicy) -> None:
    await session.merge(
        RecordingTenantRow(
            tenant_id=tenant_id,
            mode=settings.mode,
            beep_seconds=settings.beep_seconds,
            pause_on_keys=settings.pause_on_keys,
            administrators_listen=settings.administrators_listen,
            restorable_days=settings.restorable_days,
            monitoring=settings.monitoring,
        )
    )


async def put_extension(
    session: AsyncSession, tenant_id: str, extension_id: str, settings: ExtensionRecordingPolicy
) -> None:
    await session.merge(
        RecordingExtensionRow(
            extension_id=extension_id,
            tenant_id=tenant_id,
            when=settings.when,
            mode=settings.mode,
            monitoring=settings.monitoring,
        )
    )


async def drop_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Delete the policy of an extension, and its id from the monitoring log, whose entries stay."""
    for party in (MonitoringRow.caller_extension, MonitoringRow.callee_extension):
        entries = update(MonitoringRow).where(MonitoringRow.tenant_id == tenant_id, party == extension_id)
        await session.execute(entries.values({party: ""}))
    await session.execute(
        delete(RecordingExtensionRow).where(
            RecordingExtensionRow.tenant_id == tenant_id, RecordingExtensionRow.extension_id == extension_id
        )
    )


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    for table in (
        RecordingRow,
        RecordingPartyRow,
        RecordingMarkRow,
        RecordingListenRow,
        RecordingTenantRow,
        RecordingExtensionRow,
        MonitoringRow,
    ):
        await session.execute(delete(table).where(table.tenant_id == tenant_id))


# ---- inside


async def _load(session: AsyncSession, keys: Keys, tenant_id: str, rows: Sequence[RecordingRow]) -> list[CallRecording]:
    ids = [row.id for row in rows]
    query = select(RecordingPartyRow).where(
        owned_by(RecordingPartyRow.tenant_id, tenant_id), RecordingPartyRow.recording_id.in_(ids)
    )
    parties = (await session.scalars(query.order_by(RecordingPartyRow.place))).all()
    sealed = [(row.subject_id, f"{row.recording_id}/{row.place}", row.sealed) for row in parties if row.sealed]
    known = PARTY.open_by_row(keys, tenant_id, sealed)
    by_recording: defaultdict[str, list[RecordedParty]] = defaultdict(list)
    for row in parties:
        part = known.get(f"{row.recording_id}/{row.place}", Erased())
        by_recording[row.recording_id].append(_party(row, part))
    marks = await _marks(session, tenant_id, ids)
    videos = await videos_among(session, tenant_id, [row.audio_id for row in rows])
    return [
        replace(_call_recording(row, tuple(by_recording[row.id]), tuple(marks[row.id])), video=row.audio_id in videos)
        for row in rows
    ]


async def chapters(session: AsyncSession, tenant_id: str, audio_id: str) -> list[tuple[float, str]]:
    """Chapter marks of a call recording's audio: (second, title). Empty for other audio."""
    conditions = (RecordingRow.tenant_id == tenant_id, RecordingRow.audio_id == audio_id)
    found = list((await session.scalars(select(RecordingRow.id).where(*conditions))).all())
    marks = await _marks(session, tenant_id, found)
    return [(mark.at, mark.kind.replace("_", " ")) for each in found for mark in marks[each]]


async def _marks(session: AsyncSession, tenant_id: str, ids: Sequence[str]) -> defaultdict[str, list[Mark]]:
    query = select(RecordingMarkRow).where(
        RecordingMarkRow.tenant_id == tenant_id, RecordingMarkRow.recording_id.in_(ids)
    )
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for row in (await session.scalars(query.order_by(RecordingMarkRow.number))).all():
        found[row.recording_id].append(Mark(row.kind, row.at, row.moment))  # type: ignore[arg-type]
    return found


def _party(row: RecordingPartyRow, part: PartyPart | Erased) -> RecordedParty:
    return RecordedParty(
        place=row.place,
        extension_id=row.extension_id,
        identity=PartyIdentity(part.number, part.name) if isinstance(part, PartyPart) else part,
        consent=ConsentEvidence(row.notice, row.told, row.settled, row.key),
        hidden=row.hidden,
    )


def _call_recording(row: RecordingRow, parties: tuple[RecordedParty, ...], marks: tuple[Mark, ...]) -> CallRecording:
    return CallRecording(
        id=row.id,
        tenant_id=row.tenant_id,
        audio_id=row.audio_id,
        call_id=row.call_id,
        created=row.created,
        seconds=row.seconds,
        mode=row.mode,  # type: ignore[arg-type]
        begun=row.begun,  # type: ignore[arg-type]
        ended=row.ended,
        parties=parties,
        marks=marks,
    )
