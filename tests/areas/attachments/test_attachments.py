"""Files that arrive in parts, on both databases: interruptions, limits, deletion."""

import asyncio
import errno
import io
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from unificx.attachments import (
    AttachmentDependencies,
    AttachmentLimitsChange,
    Attachments,
    NewUpload,
    Owner,
    PhotoTooLarge,
    ProcessedPhoto,
    attachment_holding,
    stored_attachment_bytes,
)
from unificx.attachments.file_names import all_names
from unificx.attachments.repository import Stored
from unificx.attachments.schemas import QuotaExceeded
from unificx.attachments.service import MAX_ATTACHMENTS
from unificx.audio_store import FILE_HEADER, LocalBlobStore
from unificx.audio_store.file_format import CHUNK_OVERHEAD, HEADER_SIZE
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Expired, Invalid, NotFound, StorageFull, TooManyRequests
from unificx.db import Database
from unificx.identity.events import TenantDeleted
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import DataSubject, Files, KeyStore

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADA, BEN = Owner("acme", "ada", "subject-ada"), Owner("acme", "ben", "subject-ben")
CHUNK = FILE_HEADER.chunk
TEXT = b"canary " * 30_000


class Store:
    """Attachments with their directory."""

    def __init__(self, database: Database, keys: KeyStore, folder: Path) -> None:
        self.database, self.keys, self.folder = database, keys, folder
        self.blobs = LocalBlobStore(folder)
        self.files = self.again()

    def again(self) -> Attachments:
        """Return the service as after a restart."""
        return Attachments(AttachmentDependencies(self.database, self.keys, self.blobs, PhotoImporter()))

    async def begin(self, length: int = len(TEXT), owner: Owner = ADA) -> str:
        return (await self.files.create(owner, NewUpload(length, "plan.txt"))).id

    async def upload(self, data: bytes = TEXT, owner: Owner = ADA) -> str:
        id_ = await self.begin(len(data), owner)
        await self.files.write(owner, id_, 0, pieces(data))
        return id_

    async def contents(self, id_: str) -> bytes:
        opened = await self.files.open("acme", id_)
        return b"".join([piece async for piece in opened.stream(0, opened.length)])

    async def attach(self, id_: str, message: str = "m1", owner: Owner = ADA) -> None:
        await self.files.prepare(owner, [id_])
        async with self.database.begin() as uow:
            await self.files.attach(uow, owner, [id_], "c1", message)

    async def stored_bytes(self) -> dict[str, int]:
        async with self.database.read() as session:
            return await stored_attachment_bytes(session)

    def names(self) -> set[str]:
        return set(self.blobs.local_ids())


async def pieces(data: bytes, size: int = 50_000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@pytest.fixture
def store(database: Database, keys: KeyStore, tmp_path: Path) -> Store:
    return Store(database, keys, tmp_path / "audio")


async def test_an_upload_continues_where_it_ended(store: Store) -> None:
    id_ = await store.begin()
    for start, end in ((0, 10), (10, 70_000), (70_000, 2 * CHUNK), (2 * CHUNK, len(TEXT) - 1)):
        assert (await store.files.write(ADA, id_, start, pieces(TEXT[start:end]))).offset == end
        store.files = store.again()
        assert (await store.files.upload(ADA, id_)).offset == end
    for wrong in (0, len(TEXT)):
        with pytest.raises(Conflict):
            await store.files.write(ADA, id_, wrong, pieces(b"x"))
    with pytest.raises(Invalid, match="wholly"):
        await store.files.prepare(ADA, [id_])
    await store.files.write(ADA, id_, len(TEXT) - 1, pieces(TEXT[-1:]))
    assert await store.contents(id_) == TEXT
    assert not any(b"canary" in path.read_bytes() for path in store.folder.rglob("*") if path.is_file())


@ON_SQLITE
@pytest.mark.parametrize("length", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
async def test_lengths_around_a_chunk(store: Store, length: int) -> None:
    data = bytes(7 for _ in range(length))
    assert await store.contents(await store.upload(data)) == data


@ON_SQLITE
async def test_a_connection_that_breaks_loses_nothing_that_arrived(store: Store) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield TEXT[:100_000]
        raise ConnectionError

    id_ = await store.begin()
    with pytest.raises(ConnectionError):
        await store.files.write(ADA, id_, 0, broken())
    assert (await store.files.upload(ADA, id_)).offset == 100_000
    await store.files.write(ADA, id_, 100_000, pieces(TEXT[100_000:]))
    assert await store.contents(id_) == TEXT


@ON_SQLITE
async def test_a_later_request_ends_an_earlier_one(store: Store) -> None:
    id_, first, more = await store.begin(), asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield TEXT[:CHUNK]
        first.set()
        await more.wait()
        yield TEXT[CHUNK : 2 * CHUNK]

    earlier = asyncio.create_task(store.files.write(ADA, id_, 0, slow()))
    await first.wait()
    await asyncio.sleep(0)
    offset = (await store.files.upload(ADA, id_)).offset
    assert offset in (0, CHUNK)
    await store.files.write(ADA, id_, offset, pieces(TEXT[offset:]))
    more.set()
    with pytest.raises(Conflict):
        await earlier
    assert await store.contents(id_) == TEXT


@ON_SQLITE
@pytest.mark.parametrize("cut", [3, HEADER_SIZE, HEADER_SIZE + 9, HEADER_SIZE + CHUNK + CHUNK_OVERHEAD + 5])
async def test_after_a_torn_write_the_upload_continues_before_it(store: Store, cut: int) -> None:
    id_ = await store.begin()
    await store.files.write(ADA, id_, 0, pieces(TEXT[: CHUNK + 900]))
    [file] = list(store.folder.rglob("file-*"))
    file.write_bytes(file.read_bytes()[:cut])
    offset = (await store.files.upload(ADA, id_)).offset
    assert offset == (CHUNK if cut > CHUNK else 0)
    await store.files.write(ADA, id_, offset, pieces(TEXT[offset:]))
    assert await store.contents(id_) == TEXT


@ON_SQLITE
async def test_a_file_that_was_changed_on_disk_is_not_sent_on(store: Store) -> None:
    id_ = await store.upload()
    [file] = list(store.folder.rglob("file-*"))
    sealed = bytearray(file.read_bytes())
    sealed[-1] ^= 1
    file.write_bytes(sealed)
    with pytest.raises(Expired):
        await store.files.open("acme", id_)


async def test_files_of_all_users_together_stay_within_the_quota(store: Store) -> None:
    await store.files.change_limits("acme", AttachmentLimitsChange(quota_bytes=1000))
    begun = await asyncio.gather(*(store.begin(300, owner) for owner in (ADA, BEN, ADA, BEN)), return_exceptions=True)
    assert [type(each) for each in begun].count(QuotaExceeded) == 1
    assert (await store.files.limits("acme"))[1] == 900
    assert (await store.files.limits("globex"))[1] == 0
    with pytest.raises(Invalid):
        await store.files.change_limits("acme", AttachmentLimitsChange(max_file_bytes=0))
    await store.files.change_limits("acme", AttachmentLimitsChange(max_file_bytes=10, quota_bytes=5000))
    with pytest.raises(Invalid):
        await store.begin(11)


async def test_a_photo_that_grows_as_it_is_written_anew_stays_within_the_quota(store: Store) -> None:
    flat = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(flat, "JPEG", quality=1)
    photo = flat.getvalue()
    await store.files.change_limits("acme", AttachmentLimitsChange(quota_bytes=len(photo) + 100))
    with pytest.raises(QuotaExceeded):
        await store.upload(photo)
    assert (store.names(), (await store.files.limits("acme"))[1]) == (set(), 0)
    await store.files.change_limits("acme", AttachmentLimitsChange(quota_bytes=50 * len(photo)))
    await store.upload(photo)
    assert len(photo) + 100 < (await store.files.limits("acme"))[1]


async def test_bytes_of_complete_files_are_counted_by_tenant(store: Store) -> None:
    await store.begin(900)  # arrives
    assert await store.stored_bytes() == {}
    id_, eve = await store.upload(bytes(300)), Owner("globex", "eve", "subject-eve")
    await store.upload(bytes(50), eve)
    acme = (await store.files.limits("acme"))[1] - 900
    assert await store.stored_bytes() == {"acme": acme, "globex": (await store.files.limits("globex"))[1]}
    assert acme >= 300
    await store.files.terminate(ADA, id_)
    assert "acme" not in await store.stored_bytes()


@ON_SQLITE
async def test_a_person_has_a_limited_number_of_files_without_a_message(store: Store) -> None:
    for _ in range(50):
        await store.begin(1)
    with pytest.raises(TooManyRequests):
        await store.begin(1)
    await store.begin(1, BEN)


async def test_files_belong_to_their_author_until_a_message_has_them(store: Store) -> None:
    id_ = await store.upload()
    for attempt in (
        store.files.upload(BEN, id_),
        store.files.terminate(BEN, id_),
        store.files.write(BEN, id_, 0, pieces(b"")),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(Invalid):
        await store.attach(id_, owner=BEN)
    await store.attach(id_)
    with pytest.raises(Invalid):
        await store.attach(id_, "m2")
    with pytest.raises(NotFound):
        await store.files.terminate(ADA, id_)


async def test_files_end_with_their_message_or_after_a_day(store: Store, clock: ManualClock) -> None:
    stays, loose, arriving = await store.upload(), await store.upload(), await store.begin()
    await store.files.write(ADA, arriving, 0, pieces(TEXT[:9]))
    await store.attach(stays)
    assert await store.files.sweep() == 0
    clock.advance(timedelta(hours=25).total_seconds())
    with pytest.raises(NotFound):
        await store.files.upload(ADA, loose)
    assert await store.files.sweep() == 2
    assert store.names() == {f"file-{stays}"}
    async with store.database.begin() as uow:
        await store.files.remove_of_messages(uow, "globex", ["m1"])
        await store.files.remove_of_messages(uow, "acme", ["m1"])
    await store.files.close()
    assert (store.names(), (await store.files.limits("acme"))[1]) == (set(), 0)


@ON_SQLITE
async def test_files_without_a_row_are_removed_at_the_start(store: Store) -> None:
    stays, photo = await store.upload(), await store.upload(jpeg())
    for name in (*all_names("0198-dead"), f"thumb-{stays}", f"file-{photo}", "0198-50"):
        store.blobs.create(name).close()
    assert await store.again().delete_orphans() == 5
    assert store.names() == {f"file-{stays}", f"photo-{photo}", f"thumb-{photo}", "0198-50"}


@pytest.mark.promise("C11")
@pytest.mark.promise("T2")
async def test_erasing_the_author_destroys_the_files(store: Store) -> None:
    mine, others = await store.upload(), await store.upload(owner=BEN)
    for id_, owner in ((mine, ADA), (others, BEN)):
        await store.attach(id_, owner=owner)
    assert not any(b"canary" in store.blobs.read(name, 0, len(TEXT)) for name in store.names())
    owner = DataSubject("acme", ADA.subject)
    holding = attachment_holding(store.database, store.files)
    assert await holding.find(owner) == {"files sent in conversations": 1}
    [files] = [each for each in holding.export(owner, store.keys) if isinstance(each, Files)]
    copied = [each async for each in files.read()]
    assert [b"".join([piece async for piece in each.read()]) for each in copied] == [TEXT]
    store.keys.destroy("acme", ADA.subject)
    with pytest.raises(Expired):
        await store.files.open("acme", mine)
    await holding.erase(owner)
    assert await holding.remains(owner) == {"files sent in conversations": 0}
    assert store.names() == {f"file-{others}"}
    assert await store.contents(others) == TEXT


@ON_SQLITE
async def test_only_complete_files_are_opened_and_sent_once_each(store: Store) -> None:
    ready, arriving = await store.upload(), await store.begin()
    for refused in (
        store.files.open("acme", arriving),
        store.files.open("acme", "unknown"),
        store.files.open("globex", ready),
        store.files.open("acme", ready, thumbnail=True),
    ):
        with pytest.raises(NotFound):
            await refused
    for ids in ([ready, ready], [ready, *map(str, range(MAX_ATTACHMENTS))]):
        with pytest.raises(Invalid, match="each once"):
            await store.files.prepare(ADA, ids)


@ON_SQLITE
async def test_an_upload_ends_with_its_author_its_row_or_its_bytes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def then(change: Callable[[], Awaitable[object]]) -> AsyncIterator[bytes]:
        yield TEXT
        await change()

    async def lose() -> None:
        store.blobs.remove(f"file-{damaged}")

    async def delete_before_it_opens(stored: Stored, offset: int, data: AsyncIterator[bytes]) -> int:
        await store.files.terminate(ADA, stored.id)
        return await write(stored, offset, data)

    def delete_after_the_look(name: str) -> int:
        found, begun = size(name), store.files.terminate(ADA, looked)
        asyncio.run_coroutine_threadsafe(begun, loop).result()
        return found

    deleted, damaged, erased, early, looked = [await store.begin() for _ in range(5)]
    await store.files.write(ADA, looked, 0, pieces(TEXT[:10]))
    with monkeypatch.context() as late:
        size, loop = store.blobs.size, asyncio.get_running_loop()
        late.setattr(store.blobs, "size", delete_after_the_look)
        with pytest.raises(NotFound):
            await store.files.upload(ADA, looked)
    assert store.names() == set()
    with monkeypatch.context() as late:
        write = store.files._uploads.write  # pyright: ignore[reportPrivateUsage]
        late.setattr(store.files._uploads, "write", delete_before_it_opens)  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(NotFound):
            await store.files.write(ADA, early, 0, pieces(TEXT[:10]))
    assert store.names() == set()
    with pytest.raises(NotFound):
        await store.files.write(ADA, deleted, 0, then(lambda: store.files.terminate(ADA, deleted)))
    with pytest.raises(Invalid, match="damaged"):
        await store.files.write(ADA, damaged, 0, then(lose))
    with pytest.raises(NotFound):
        await store.files.upload(ADA, damaged)
    store.keys.destroy("acme", ADA.subject)
    with pytest.raises(Expired):
        await store.files.write(ADA, erased, 0, pieces(TEXT))
    assert store.names() == set()


@ON_SQLITE
async def test_a_photo_that_is_deleted_while_it_is_processed_leaves_no_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, process = await store.begin(len(jpeg())), PhotoImporter.process

    async def slow(self: PhotoImporter, source: AsyncIterator[bytes]) -> ProcessedPhoto:
        made = await process(self, source)
        await store.files.terminate(ADA, id_)
        return made

    monkeypatch.setattr(PhotoImporter, "process", slow)
    with pytest.raises(NotFound):
        await store.files.write(ADA, id_, 0, pieces(jpeg()))
    assert store.names() == set()


@ON_SQLITE
async def test_a_photo_for_which_there_is_no_space_is_completed_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await store.begin(len(jpeg()))
    with monkeypatch.context() as full:
        full.setattr("unificx.attachments.uploads.SealedFileWriter.finish", lambda self: False)
        with pytest.raises(StorageFull):
            await store.files.write(ADA, id_, 0, pieces(jpeg()))
    await store.attach(id_)
    assert store.names() == {f"photo-{id_}", f"thumb-{id_}"}


@ON_SQLITE
async def test_a_part_that_does_not_reach_the_disk_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    id_ = await store.begin()
    with monkeypatch.context() as disk:
        disk.setattr(os, "fdatasync", full)
        with pytest.raises(StorageFull):
            await store.files.write(ADA, id_, 0, pieces(TEXT[:10]))
    stored = (await store.files.upload(ADA, id_)).offset
    assert (await store.files.write(ADA, id_, stored, pieces(TEXT[stored:]))).offset == len(TEXT)
    await store.attach(id_)
    assert await store.contents(id_) == TEXT


async def test_a_deleted_tenant_leaves_no_files(store: Store, clock: ManualClock) -> None:
    await store.upload()
    async with store.database.begin() as uow:
        await store.files.on_tenant_deleted(TenantDeleted(clock.new_id(), "acme"), uow)
    await store.files.close()
    assert store.names() == set()


# ---- photos


def jpeg(size: tuple[int, int] = (64, 48)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, "JPEG")
    return target.getvalue()


async def converted(data: bytes) -> ProcessedPhoto:
    return await PhotoImporter().process(pieces(data))


async def test_photos_keep_transparency_and_animations() -> None:
    clear, moving = io.BytesIO(), io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(clear, "PNG")
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    made = await converted(clear.getvalue())
    assert (made.media_type, made.width, made.height) == ("image/png", 40, 30)
    assert Image.open(io.BytesIO(made.photo)).getpixel((0, 0)) == (0, 0, 0, 0)
    made = await converted(moving.getvalue())
    with Image.open(io.BytesIO(made.photo)) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("WEBP", 3)
    large = await converted(jpeg((5000, 100)))
    assert large.width == 4096


async def test_the_process_that_reads_photos_has_no_rights(tmp_path: Path) -> None:
    """It waits for its input under its limits, and could not write a file or have more memory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unificx.integrations.photo_import",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            while "NoNewPrivs:\t1" not in Path(f"/proc/{process.pid}/status").read_text("utf-8"):  # set last
                await asyncio.sleep(0.05)
        limits = limits_of(process.pid)
        assert limits["Max address space"] == str(1 << 30)
        assert (limits["Max cpu time"], limits["Max file size"], limits["Max core file size"]) == ("30", "0", "0")
    finally:
        process.kill()
        await process.wait()


def limits_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/limits").read_text("utf-8").splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


async def test_what_kills_the_process_is_a_refused_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.integrations.photo_import.client.MAX_BYTES", 100)
    with pytest.raises(PhotoTooLarge, match="MB"):
        await converted(jpeg((500, 500)))
    monkeypatch.undo()
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    with pytest.raises(PhotoTooLarge, match="pixels"):
        await converted(bomb.getvalue())
    with pytest.raises(Invalid, match="read"):
        await converted(b"\x89PNG\r\n\x1a\n" + bytes(500))


def portrait_photo() -> bytes:
    """Return an upright photo, red at top and bottom, that its camera has stored lying on its side, with a place."""
    image = Image.new("RGB", (90, 160), "red")
    image.paste("teal", (0, 12, 90, 140))
    exif, target = Image.Exif(), io.BytesIO()
    exif[0x0112] = 8  # to be turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    image.transpose(Image.Transpose.ROTATE_270).save(target, "JPEG", exif=exif)
    return target.getvalue()


async def test_pictures_of_persons_are_upright_squares_without_metadata() -> None:
    bomb, clear, given = io.BytesIO(), io.BytesIO(), portrait_photo()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(clear, "PNG")
    assert b"Exif" in given
    bad = (b"", b"<svg onload=alert(1)>", bomb.getvalue(), given[:300])
    made, transparent, *refused = await PhotoImporter().portraits([given, clear.getvalue(), *bad])
    assert refused == [b""] * len(bad), "each photo is judged alone"
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (256, 256), {})
        for row in (4, 252):  # the square is the upper middle of the upright photo
            red, green, _ = cast("tuple[int, int, int]", image.getpixel((128, row)))
            assert (red < 60, green > 100) == (True, True), row
    with Image.open(io.BytesIO(transparent)) as image:
        assert image.getpixel((128, 128)) == (255, 255, 255)
