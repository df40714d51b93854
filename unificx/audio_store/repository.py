"""All SQL on audio records."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, ColumnElement, Select, Table, bindparam, case, delete, func, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.models import AudioDerivedRow, AudioOwnerRow, AudioRow
from unificx.db import Base, owned_by
from unificx.db.migrations.models import load_all_models

NEW, SAMPLES, OPUS = "new", "samples", "opus"
NO_VIDEO, CLUSTERS, WEBM = "none", "clusters", "webm"
_VIDEO_PREFIXES = {CLUSTERS: "clusters-", WEBM: "video-"}
_AUDIO = cast("Table", AudioRow.__table__)


@dataclass(frozen=True, slots=True)
class AudioRecord:
    """An audio record."""

    id: str
    tenant_id: str
    state: str
    form: str
    video: str
    wrapped: bytes
    owners: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its current file."""
        return file_name(self.id, self.form)


@dataclass(frozen=True, slots=True)
class AudioFiles:
    """The present files of audio."""

    tenant_id: str
    id: str
    form: str
    video: str

    @property
    def names(self) -> tuple[str, ...]:
        return present_files(self.id, self.form, self.video)

    def size(self, blobs: BlobStore) -> int | None:
        """Return the bytes of those that exist; None if none does, as on the disk of another node. Blocking."""
        found: list[int] = []
        for name in self.names:
            with contextlib.suppress(FileNotFoundError):
                found.append(blobs.size(name))
        return sum(found) if found else None


def file_name(audio_id: str, form: str) -> str:
    return f"opus-{audio_id}" if form == OPUS else audio_id


def video_name(audio_id: str, video: str) -> str:
    """Return the name of the file of a video, `CLUSTERS` or `WEBM`."""
    return _VIDEO_PREFIXES[video] + audio_id


def present_files(audio_id: str, form: str, video: str) -> tuple[str, ...]:
    """Return the names of the files that audio has with these values of its row."""
    videos = () if video == NO_VIDEO else (video_name(audio_id, video),)
    return (file_name(audio_id, form), *videos)


def is_sound_file(name: str) -> bool:
    """Return whether a file of the store is sound, or the video with it: others have a prefix."""
    return not name.startswith(("file-", "photo-", "thumb-"))


def file_names(audio_id: str) -> tuple[str, ...]:
    """The names of all files it may have: two while one replaces the other."""
    return (
        *(file_name(audio_id, form) for form in (NEW, OPUS)),
        *(each + audio_id for each in _VIDEO_PREFIXES.values()),
    )


def add(
    session: AsyncSession,
    tenant_id: str,
    audio_id: str,
    now: datetime,
    key: tuple[bytes, Sequence[str]],
    *,
    video: str = NO_VIDEO,
) -> None:
    """Insert audio about to be written; `key` is its wrapped key and its owners."""
    wrapped, owners = key
    session.add(
        AudioRow(
            id=audio_id, tenant_id=tenant_id, created=now, state="open", form=NEW, video=video, wrapped=wrapped
        )
    )  # fmt: skip
    for subject in sorted(set(owners)):
        session.add(AudioOwnerRow(audio_id=audio_id, subject_id=subject, tenant_id=tenant_id))


async def get(session: AsyncSession, tenant_id: str, audio_id: str) -> AudioRecord | None:
    row = await session.scalar(select(AudioRow).where(AudioRow.tenant_id == tenant_id, AudioRow.id == audio_id))
    return None if row is None else (await _with_owners(session, [row]))[0]


async def get_many(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> list[AudioRecord]:
    query = select(AudioRow).where(owned_by(AudioRow.tenant_id, tenant_id), AudioRow.id.in_(audio_ids))
    return await _with_owners(session, (await session.scalars(query)).all())


async def untranscoded_audio(session: AsyncSession, limit: int) -> list[AudioRecord]:
    """Finished audio not transcoded yet, oldest first."""
    # scope: all tenants, because one worker transcodes for every tenant
    query = select(AudioRow).where(AudioRow.form == NEW, AudioRow.state == "kept").order_by(AudioRow.id).limit(limit)
    return await _with_owners(session, (await session.scalars(query)).all())


async def unfinished_videos(session: AsyncSession, limit: int) -> list[AudioRecord]:
    """Finished audio whose video is still as it was recorded, oldest first."""
    # scope: all tenants, because one worker finishes the videos of every tenant
    query = select(AudioRow).where(AudioRow.video == CLUSTERS, AudioRow.state == "kept").order_by(AudioRow.id)
    return await _with_owners(session, (await session.scalars(query.limit(limit))).all())


async def set_video(session: AsyncSession, files: AudioFiles, size: int | None) -> bool:
    """Set the form of a finished video, with the bytes of all files; False if it was erased meanwhile."""
    known = case((AudioRow.form == files.form, _bytes(size)))
    return await _replace_file(session, files, known, AudioRow.video == CLUSTERS, video=files.video)


async def videos_among(session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> frozenset[str]:
    """Return those of these ids that have a video to play."""
    query = select(AudioRow.id).where(
        owned_by(AudioRow.tenant_id, tenant_id),
        AudioRow.id.in_(audio_ids),
        AudioRow.video == WEBM,
        AudioRow.state == "kept",
    )
    return frozenset((await session.scalars(query)).all())


async def final_audio_states(session: AsyncSession, files: Sequence[str]) -> dict[str, str]:
    """States of those files that are final: "kept" for transcoded audio, "erased" for erased audio."""
    ids = {name.removeprefix("opus-").removeprefix(_VIDEO_PREFIXES[WEBM]) for name in files}
    # scope: all tenants, because files of every tenant are in one store
    columns = (AudioRow.id, AudioRow.form, AudioRow.video, AudioRow.state)
    found: dict[str, str] = {}
    for audio_id, form, video, state in await session.execute(select(*columns).where(AudioRow.id.in_(ids))):
        if form != NEW or state == "erased":
            found[file_name(audio_id, form)] = state
        if video == WEBM:
            found[video_name(audio_id, video)] = state
    return {name: found[name] for name in files if name in found}


async def list_open(session: AsyncSession) -> list[AudioRecord]:
    """Audio being written, or that was when the process ended."""
    # scope: all tenants, because the process was writing for every tenant
    rows = (await session.scalars(select(AudioRow).where(AudioRow.state == "open"))).all()
    return await _with_owners(session, rows)


async def known_files(session: AsyncSession) -> set[str]:
    """The names of all files that should exist."""
    # scope: all tenants, because files of every tenant are in one directory
    columns = (AudioRow.id, AudioRow.form, AudioRow.video)
    rows = await session.execute(select(*columns).where(AudioRow.state != "erased"))
    return {name for audio_id, form, video in rows for name in present_files(audio_id, form, video)}


async def close(session: AsyncSession, tenant_id: str, audio_id: str, state: str, size: int | None) -> bool:
    """Set the state and the bytes of audio that was being written; False if it was erased meanwhile. May be repeated,
    as the connection may end after the commit: audio that is stored stays as it is."""
    conditions = (AudioRow.tenant_id == tenant_id, AudioRow.id == audio_id)
    closed = update(AudioRow).where(*conditions, AudioRow.state == "open").values(state=state, size=size)
    if (await session.execute(closed.returning(AudioRow.id))).first() is not None:
        return True
    return await session.scalar(select(AudioRow.state).where(*conditions)) == "kept"


async def mark_erased(session: AsyncSession, tenant_id: str, audio_id: str) -> None:
    conditions = (AudioRow.tenant_id == tenant_id, AudioRow.id == audio_id)
    await session.execute(update(AudioRow).where(*conditions).values(state="erased"))


async def set_audio_form(session: AsyncSession, files: AudioFiles, size: int | None) -> bool:
    """Set the form after transcoding, with the bytes of all files; False if the audio was erased meanwhile."""
    known = case((AudioRow.video == files.video, _bytes(size)))
    return await _replace_file(session, files, known, AudioRow.form == NEW, form=files.form)


def _bytes(size: int | None) -> ColumnElement[int | None]:
    """Return a size as a value with a type, which PostgreSQL does not infer from null."""
    return sql_cast(literal(size, BigInteger), BigInteger)


async def _replace_file(
    session: AsyncSession,
    files: AudioFiles,
    size: ColumnElement[int | None],
    present: ColumnElement[bool],
    **values: str,
) -> bool:
    """Store that audio has another file; False if it was erased meanwhile. `size` is null if the other file was
    replaced since it was measured: it is looked up then."""
    conditions = (AudioRow.tenant_id == files.tenant_id, AudioRow.id == files.id, AudioRow.state == "kept", present)
    changed = update(AudioRow).where(*conditions).values(size=size, **values)
    return (await session.execute(changed.returning(AudioRow.id))).first() is not None


async def unmeasured_audio(session: AsyncSession, after: str, limit: int) -> Sequence[AudioFiles]:
    """Return finished audio whose size is not known, in the order of ids after one of them."""
    # scope: all tenants, because their files are in one store
    query = select(AudioRow.tenant_id, AudioRow.id, AudioRow.form, AudioRow.video).where(
        AudioRow.state == "kept", AudioRow.size.is_(None), AudioRow.id > after
    )
    return [AudioFiles(*row) for row in await session.execute(query.order_by(AudioRow.id).limit(limit))]


async def store_sizes(session: AsyncSession, sizes: Mapping[AudioFiles, int]) -> None:
    """Store the sizes of files, but not of those that were replaced meanwhile."""
    statement = (
        update(_AUDIO)
        .where(
            _AUDIO.c.tenant_id == bindparam("of_tenant"),
            _AUDIO.c.id == bindparam("of_id"),
            _AUDIO.c.form == bindparam("of_form"),
            _AUDIO.c.video == bindparam("of_video"),
        )
        .values(size=bindparam("found"))
    )
    rows = [
        {"of_tenant": each.tenant_id, "of_id": each.id, "of_form": each.form, "of_video": each.video, "found": size}
        for each, size in sizes.items()
    ]
    await (await session.connection()).execute(statement, rows)


async def stored_bytes(session: AsyncSession) -> dict[str, int]:
    """Return the bytes of the finished audio of each tenant, as far as they were looked up."""
    # scope: all tenants, because each row names its tenant
    query = select(AudioRow.tenant_id, func.sum(AudioRow.size)).where(AudioRow.state == "kept")
    rows = await session.execute(query.where(AudioRow.size > 0).group_by(AudioRow.tenant_id))
    return {tenant_id: int(size or 0) for tenant_id, size in rows}


async def drop_owners(session: AsyncSession, tenant_id: str, audio_id: str) -> None:
    conditions = (AudioOwnerRow.tenant_id == tenant_id, AudioOwnerRow.audio_id == audio_id)
    await session.execute(delete(AudioOwnerRow).where(*conditions))


def audio_of_owner(tenant_id: str, subject: str) -> Select[str]:
    """Select the ids of the audio that a subject owns."""
    owned = (AudioOwnerRow.tenant_id == tenant_id, AudioOwnerRow.subject_id == subject)
    return select(AudioOwnerRow.audio_id).where(*owned)


async def selected_among(session: AsyncSession, chosen: Select[str], audio_ids: Sequence[str]) -> list[str]:
    """Return those of these ids that a query of an area selects now."""
    [audio_id] = chosen.selected_columns
    return list((await session.scalars(chosen.where(audio_id.in_(audio_ids)))).all())


async def ids_of_owner(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    return list((await session.scalars(audio_of_owner(tenant_id, subject))).all())


async def sounds_of_owner(session: AsyncSession, tenant_id: str, subject: str) -> list[tuple[str, datetime, bool]]:
    """The id and time of stored audio of an owner, and whether it has a video, oldest first."""
    query = select(AudioRow.id, AudioRow.created, AudioRow.video).join(
        AudioOwnerRow, AudioOwnerRow.audio_id == AudioRow.id
    )
    conditions = (
        AudioRow.tenant_id == tenant_id,
        AudioRow.state == "kept",
        AudioOwnerRow.tenant_id == tenant_id,
        AudioOwnerRow.subject_id == subject,
    )
    rows = await session.execute(query.where(*conditions).order_by(AudioRow.created, AudioRow.id))
    return [(audio_id, created, video == WEBM) for audio_id, created, video in rows]


async def audio_ids_of_tenant(session: AsyncSession, tenant_id: str) -> list[str]:
    return list((await session.scalars(select(AudioRow.id).where(AudioRow.tenant_id == tenant_id))).all())


async def drop_tenant_audio(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(AudioOwnerRow).where(AudioOwnerRow.tenant_id == tenant_id))
    await session.execute(delete(AudioDerivedRow).where(AudioDerivedRow.tenant_id == tenant_id))
    await session.execute(delete(AudioRow).where(AudioRow.tenant_id == tenant_id))


async def unused_by_tenant(session: AsyncSession, before: datetime) -> dict[str, list[str]]:
    """Return the ids of the audio that `unused` selects, by tenant."""
    # scope: all tenants, because a crash ends what the process was storing for every tenant
    found: dict[str, list[str]] = {}
    for tenant_id, audio_id in await session.execute(select(AudioRow.tenant_id, AudioRow.id).where(*_unused(before))):
        found.setdefault(tenant_id, []).append(audio_id)
    return found


def unused(tenant_id: str, before: datetime) -> Select[str]:
    """Select the ids of the audio of a tenant, begun before a time, that no row of an area names."""
    return select(AudioRow.id).where(AudioRow.tenant_id == tenant_id, *_unused(before))


def _unused(before: datetime) -> list[ColumnElement[bool]]:
    load_all_models()
    parts = {AudioOwnerRow.__tablename__, AudioDerivedRow.__tablename__}
    names = [
        AudioRow.id.not_in(select(table.c.audio_id))
        for table in Base.metadata.sorted_tables
        if "audio_id" in table.c and table.name not in parts
    ]
    return [AudioRow.state != "erased", AudioRow.created < before, *names]


async def _with_owners(session: AsyncSession, rows: Sequence[AudioRow]) -> list[AudioRecord]:
    ids = [row.id for row in rows]
    # scope: all tenants, because each row found above names its tenant
    found = (await session.scalars(select(AudioOwnerRow).where(AudioOwnerRow.audio_id.in_(ids)))).all()
    owners: dict[str, list[str]] = {}
    for one in found:
        owners.setdefault(one.audio_id, []).append(one.subject_id)
    return [
        AudioRecord(row.id, row.tenant_id, row.state, row.form, row.video, row.wrapped, tuple(owners.get(row.id, ())))
        for row in rows
    ]
