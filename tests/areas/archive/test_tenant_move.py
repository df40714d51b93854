"""A tenant moves between installations, with SQLite and PostgreSQL, wholly or not at all."""

import asyncio
import base64
import errno
import io
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import Result
from databases import Postgres
from filled_tables import NOW, TENANT, filled, plain_value
from sqlalchemy import Table, delete, insert, select
from typer.testing import CliRunner

import unificx.server.transfer.commands  # noqa: F401 - registers the commands
from unificx.audio_store import LocalBlobStore
from unificx.cli.commands import privacy
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, DomainError, Invalid, NotFound, StartupError
from unificx.db import Base, Database, SealedCodec, exclusive_use
from unificx.db.base import sealed_part
from unificx.db.migrations import known_revisions
from unificx.db.migrations.models import load_all_models
from unificx.db.models import OutboxRow
from unificx.notifications import MOVED
from unificx.privacy import ErasureJournal, KeyStore
from unificx.privacy.journal import JournalEntry
from unificx.privacy.models import AppliedErasuresRow
from unificx.server.backup.archive import ArchiveReader, Manifest, writing
from unificx.server.bootstrap import installation_lock
from unificx.server.paths import InstallationPaths
from unificx.server.transfer import contents
from unificx.server.transfer.envelope import CHUNK, TransferKey, parse_public_key
from unificx.server.transfer.moved_rows import LEFT, moved_tables, tenant_column
from unificx.server.transfer.receiving import import_tenant
from unificx.server.transfer.sending import export_tenant
from unificx.server.transfer.stores import Stores

AUDIO = "00000000-0000-4000-8000-0000000000a1"
SOUND = os.urandom(3 * CHUNK)
NUMBER = "+49301234567"


def ignore(count: int) -> None:
    """Do not show the progress."""


class Open(Protocol):
    def __call__(self, name: str, url: str = "") -> Stores: ...


@pytest.fixture
async def site(tmp_path: Path, clock: ManualClock, sqlite_template: bytes) -> AsyncIterator[Open]:
    """Opens the stores of an installation by its name and the URL of its database, SQLite by default."""
    load_all_models()
    made: list[Stores] = []

    def opened(name: str, url: str = "") -> Stores:
        home = tmp_path / name
        home.mkdir()
        if not url:
            (home / "unificx.db").write_bytes(sqlite_template)
            url = f"sqlite:///{home}/unificx.db"
        keys = KeyStore(home / "keys.db", os.urandom(32), clock)
        journal = ErasureJournal(home / "erasures", b"secret")
        stores = Stores(
            Database(url, clock), keys, journal, LocalBlobStore(home / "audio"), TransferKey(os.urandom(32))
        )
        made.append(stores)
        return stores

    yield opened
    for each in made:
        await each.database.close()
        each.keys.close()


def row_of(keys: KeyStore, row: type[Any], name: str) -> dict[str, Any]:
    values = filled(keys, row, name)
    if row.__tablename__ == "audio":
        values.update(id=AUDIO, form="opus")
    if row.__tablename__ == "person":
        values.update(role="operator", state="active")
    return values


async def fill(stores: Stores) -> None:
    """Insert a row into every table of a tenant, a plan, and another tenant."""
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    async with stores.database.begin() as uow:
        for table in Base.metadata.sorted_tables:
            owned = table.name in ("tenant", "plan") or "tenant_id" in table.c
            if table.name in models and table.name != "outbox" and owned:
                await uow.session.execute(insert(table), [row_of(stores.keys, models[table.name], "ana")])
        tenant = Base.metadata.tables["tenant"]
        other = {column.name: plain_value(column, tenant, "ben") for column in tenant.c}
        await uow.session.execute(insert(tenant), [{**other, "id": "tenant-2"}])
    with stores.blobs.create(f"opus-{AUDIO}") as file:
        file.write(SOUND)
    stores.keys.find_or_create(TENANT, "number", NUMBER)


async def rows(stores: Stores, table: Table) -> list[dict[str, Any]]:
    async with stores.database.read() as session:
        found = await session.execute(select(table).where(tenant_column(table) == TENANT).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found]


async def everything(stores: Stores) -> dict[str, list[dict[str, Any]]]:
    return {table.name: await rows(stores, table) for table in moved_tables()}


async def move(sender: Stores, receiver: Stores, file: Path) -> None:
    await export_tenant(sender, TENANT, file, parse_public_key(receiver.own_key.public), ignore)
    await import_tenant(receiver, file, ignore)


def opened_values(stores: Stores, table: Table, row: dict[str, Any]) -> list[Any]:
    """Return the sealed parts of a row, opened by the keys of an installation."""
    [model] = [mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table]
    row_id = "/".join(str(row[column.name]) for column in table.primary_key)
    values = []
    for column in table.columns:
        part = sealed_part(column)
        if part is not None and row[column.name] is not None:
            codec = SealedCodec(model, part.part)
            with stating(Access(next(iter(codec.purposes)), "test")):
                values += codec.open(stores.keys, TENANT, [(row[part.subject], row_id, row[column.name])])
    return values


@pytest.mark.promise("D5")
@pytest.mark.promise("X3", whole=True)
async def test_a_tenant_moves_to_another_database_and_back(
    site: Open, postgres: Postgres, postgres_template: str, tmp_path: Path
) -> None:
    """X3 as a whole: every row of a tenant, with its consents, retention periods, holds and requests, arrives unchanged
    and readable at another installation, which has the notice to its people waiting; they get it by e-mail
    (`test_each_administrative_notice_leaves_after_its_cause`). Erasures move, too
    (`test_erasures_move_and_the_receivers_own_stay`). A file that is damaged, forged or not for this installation is refused
    (`test_a_damaged_file_or_one_for_another_installation_is_refused`, `test_a_hostile_sender_is_refused`), and nothing
    is imported by halves (`test_an_import_that_fails_in_the_middle_leaves_nothing`). By the commands:
    `test_the_commands_move_a_tenant`."""
    name = await postgres.create(postgres_template)
    first, second, third = site("first"), site("second", postgres.url(name)), site("third")
    await fill(first)
    await move(first, second, tmp_path / "1")
    await move(second, third, tmp_path / "2")
    before = await everything(first)
    assert all(len(found) == 1 for found in before.values())
    assert {"consent", "retention_period", "hold", "held_object", "rights_request", "acceptance"} <= before.keys()
    before["person"][0]["role"] = "tenant_admin"
    before["sign_in_provider"][0]["inside"] = False
    for stores in (second, third):
        assert await everything(stores) == before
        for left in LEFT:
            table = Base.metadata.tables[left]
            if left == "announcement":
                assert [(row["name"], row["sent"]) for row in await rows(stores, table)] == [(MOVED, None)]
            else:
                assert "tenant_id" not in table.c or await rows(stores, table) == []
        for table in moved_tables():
            [row] = before[table.name]
            assert opened_values(stores, table, row) == opened_values(first, table, row)
        assert stores.blobs.read(f"opus-{AUDIO}", 0, len(SOUND) + 1) == SOUND
        assert stores.keys.find(TENANT, "number", NUMBER) == first.keys.find(TENANT, "number", NUMBER)
        address = "canary ana person sealed.email end"
        assert stores.keys.find("installation", "email", address) == "subject-ana"
        async with stores.database.read() as session:
            assert len((await session.execute(select(Base.metadata.tables["tenant"]))).all()) == 1
    await second.database.close()
    await postgres.drop(name)


@pytest.mark.promise("D3", "X3")
async def test_erasures_move_and_the_receivers_own_stay(site: Open, tmp_path: Path) -> None:
    sender, receiver = site("sender"), site("receiver")
    await fill(sender)
    sender.keys.get(TENANT, ["gone"], create=True)
    sender.journal.append(JournalEntry("e1", NOW.isoformat(), TENANT, "gone"))
    sender.keys.destroy(TENANT, "gone", sender.journal.head)
    sender.keys.get(TENANT, ["held"], create=True)
    sender.journal.append(JournalEntry("e3", NOW.isoformat(), TENANT, "held", held=True))
    sender.keys.destroy(TENANT, "held", sender.journal.head, withdraw=True)
    receiver.journal.append(JournalEntry("e0", NOW.isoformat(), "elsewhere", "x"))
    receiver.journal.append(JournalEntry("e2", NOW.isoformat(), TENANT, "subject-ana"))
    receiver.keys.destroy(TENANT, "subject-ana", receiver.journal.head)
    head = receiver.journal.head
    async with receiver.database.begin() as uow:
        uow.session.add(AppliedErasuresRow(id=1, length=head.length, mac=head.mac, applied=head.length))
    await move(sender, receiver, tmp_path / "file")
    assert all(receiver.keys.is_destroyed(TENANT, subject) for subject in ("gone", "held", "subject-ana"))
    assert receiver.keys.withdrawn.all() == [(TENANT, "held")]
    with stating(Access("requests", "test")):
        assert receiver.keys.get(TENANT, ["held", "gone"]).keys() == {"held", "gone"}
        assert receiver.keys.get(TENANT, ["held"])["held"] is not None
    assert receiver.keys.find("installation", "email", "canary ana person sealed.email end") is None
    assert [entry.subject for entry in receiver.journal.entries()] == ["x", "subject-ana", "gone", "held"]
    async with receiver.database.read() as session:
        row = await session.get(AppliedErasuresRow, 1)
    assert row is not None
    assert row.applied == 1, "the next start erases the rows of both again"


async def contents_of(stores: Stores) -> tuple[Any, ...]:
    """Return what an installation has of the tenant."""
    found = [await rows(stores, Base.metadata.tables[name]) for name in ("tenant", "call", "audio")]
    return (found, stores.keys.subjects(TENANT), stores.blobs.local_ids(), stores.journal.head)


async def refused(stores: Stores, file: Path, error: type[DomainError] = Invalid) -> str:
    """Import a file, which must be refused and leave nothing; return the message."""
    before = await contents_of(stores)
    with pytest.raises(error) as caught:
        await import_tenant(stores, file, ignore)
    assert await contents_of(stores) == before
    return caught.value.message


@pytest.mark.promise("X3")
async def test_a_damaged_file_or_one_for_another_installation_is_refused(site: Open, tmp_path: Path) -> None:
    sender, receiver, other = site("sender"), site("receiver"), site("other")
    await fill(sender)
    file = tmp_path / "file"
    await export_tenant(sender, TENANT, file, parse_public_key(receiver.own_key.public), ignore)
    good = file.read_bytes()
    assert SOUND[:64] not in good
    assert file.stat().st_mode & 0o777 == 0o600
    assert "another installation" in await refused(other, file)
    for at in (10, 50, len(good) // 2, len(good) - 1):
        file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert "damaged" in await refused(receiver, file)
    for length in (0, 20, 37, 37 + CHUNK + 16, len(good) - 1):
        file.write_bytes(good[:length])
        await refused(receiver, file)
    file.write_bytes(good + b"x")
    await refused(receiver, file)
    for text in ("", "x", "A" * 43 + "!", "é" * 43):
        with pytest.raises(Invalid):
            parse_public_key(text)


Files = dict[str, bytes]


def rewritten(stores: Stores, file: Path, edit: Callable[[Files, Manifest], None]) -> None:
    """Change the files of a moved tenant as its sender could."""
    with file.open("rb") as opened:
        reader = ArchiveReader(stores.own_key.open(opened), contents.READ, ignore, is_stream=True)
        files = {name: b"".join(content) for name, content in reader.files()}
    manifest = Manifest("1", reader.manifest.schema, NOW.isoformat(), reader.manifest.about)
    edit(files, manifest)
    file.unlink()
    with writing(file, manifest, ignore, contents.written_for(parse_public_key(stores.own_key.public))) as archive:
        for name, data in files.items():
            archive.add_stream(name, io.BytesIO(data), len(data))


def changed_rows(table: str, column: str, value: Any) -> Callable[[Files, Manifest], None]:
    def edit(files: Files, manifest: Manifest) -> None:
        name = f"rows/{table}/00000001.json"
        found = json.loads(files[name])
        found[0][list(Base.metadata.tables[table].columns.keys()).index(column)] = value
        files[name] = json.dumps(found).encode()

    return edit


def set_file(name: str, data: bytes) -> Callable[[Files, Manifest], None]:
    return lambda files, manifest: files.update({name: data})


EDITS: dict[str, Callable[[Files, Manifest], None]] = {
    "row of another tenant": changed_rows("call", "tenant_id", "tenant-2"),
    "value of another type": changed_rows("call", "talk_seconds", "1"),
    "missing value": changed_rows("call", "direction", None),
    "time without zone": changed_rows("call", "started", "2026-01-01T00:00:00"),
    "unsealed value": changed_rows("person", "sealed", "cGxhaW4="),
    "two tenants": lambda files, _: files.update({"rows/tenant/00000002.json": files["rows/tenant/00000001.json"]}),
    "no tenant": lambda files, _: files.pop("rows/tenant/00000001.json") and None,
    "table that is left": set_file("rows/session/00000001.json", b"[]"),
    "table of the installation": set_file("rows/installation/00000001.json", b'[["x"]]'),
    "unknown table": set_file("rows/alembic_version/00000001.json", b"[]"),
    "path": set_file("audio/../../evil", b"x"),
    "sound of another tenant": set_file("audio/00000000-0000-4000-8000-0000000000b2", b"x"),
    "no list": set_file("keys/00000001.json", b"{}"),
    "key of another length": set_file("keys/00000001.json", b'[["s", 1, "AAAA"]]'),
    "key with more": set_file("keys/00000001.json", b'[["s", 1, null, 1]]'),
    "empty subject": set_file("keys/00000001.json", b'[["", 1, null]]'),
    "erasure of the tenant": set_file("erasures/00000001.json", b'[["e", "2026-01-01T00:00:00+00:00", "", false]]'),
    "another database": lambda _, manifest: setattr(manifest, "schema", known_revisions()[0]),
    "about another tenant": lambda _, manifest: setattr(manifest, "about", "tenant-2"),
}


@pytest.mark.promise("X3")
async def test_a_hostile_sender_is_refused(site: Open, tmp_path: Path) -> None:
    sender, receiver = site("sender"), site("receiver")
    await fill(sender)
    file, good = tmp_path / "file", tmp_path / "good"
    await export_tenant(sender, TENANT, good, parse_public_key(receiver.own_key.public), ignore)
    for case, edit in EDITS.items():
        file.write_bytes(good.read_bytes())
        rewritten(receiver, file, edit)
        assert await refused(receiver, file), case
    await import_tenant(receiver, good, ignore)


@pytest.mark.promise("X3")
async def test_an_import_that_fails_in_the_middle_leaves_nothing(
    site: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = site("sender"), site("receiver")
    await fill(sender)
    file = tmp_path / "file"
    await export_tenant(sender, TENANT, file, parse_public_key(receiver.own_key.public), ignore)
    before = await contents_of(receiver)

    async def full(*given: object) -> None:
        assert receiver.blobs.local_ids(), "control: sound was stored before"
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("unificx.server.transfer.receiving.reopen_erasures", full)
        with pytest.raises(OSError, match="No space"):
            await import_tenant(receiver, file, ignore)
    assert await contents_of(receiver) == before
    receiver.keys.get(TENANT, ["left by a killed process"], create=True)
    with receiver.blobs.create(f"opus-{AUDIO}") as left:
        left.write(b"cut off")
    await import_tenant(receiver, file, ignore)
    assert "left by a killed process" not in receiver.keys.subjects(TENANT)
    assert await refused(receiver, file, Conflict) == "The tenant is here already."


@pytest.mark.promise("X3")
async def test_a_tenant_that_cannot_come_or_go_is_named(site: Open, tmp_path: Path) -> None:
    sender, receiver = site("sender"), site("receiver")
    await fill(sender)
    file, tenant = tmp_path / "file", Base.metadata.tables["tenant"]
    key = parse_public_key(receiver.own_key.public)
    await export_tenant(sender, TENANT, file, key, ignore)
    [row] = await rows(sender, tenant)
    for name in ("slug", "domain"):
        async with receiver.database.begin() as uow:
            await uow.session.execute(
                insert(tenant), [{**row, "id": "tenant-3", "slug": "s", "domain": "d", name: row[name]}]
            )
        assert name in await refused(receiver, file, Conflict)
        async with receiver.database.begin() as uow:
            await uow.session.execute(delete(tenant))
    receiver.journal.append(JournalEntry("e1", NOW.isoformat(), TENANT, ""))
    assert "stays erased" in await refused(receiver, file, Conflict)
    with pytest.raises(NotFound):
        await export_tenant(sender, None, tmp_path / "2", key, ignore)  # there are two
    sender.blobs.remove(f"opus-{AUDIO}")
    with pytest.raises(Conflict, match="changed meanwhile"):
        await export_tenant(sender, TENANT, tmp_path / "3", key, ignore)
    async with sender.database.begin() as uow:
        uow.session.add(OutboxRow(id="e1", tenant_id=TENANT, name="x", body="{}", due=NOW))
    with pytest.raises(Conflict, match="Events"):
        await export_tenant(sender, TENANT, tmp_path / "4", key, ignore)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["file"]


def made_home(home: Path, template: bytes, master: int) -> None:
    """Create a home directory as a start does."""
    home.mkdir()
    (home / "unificx.db").write_bytes(template)
    key_file = home.with_name(f"{home.name}.key")
    key_file.touch(0o600)
    key_file.write_bytes(base64.b64encode(bytes([master]) * 32))
    keys = KeyStore(home / "keys.db", bytes([master]) * 32, ManualClock())
    with closing(sqlite3.connect(home / "unificx.db")) as database:
        database.execute("INSERT INTO installation VALUES (?)", (keys.installation_id,))
        row = (
            "t1",
            "acme",
            "Acme",
            "acme.example",
            "active",
            "2026-01-01 00:00:00",
            "en",
            "UTC",
            45,
            "DE",
            "groups",
            True,
            True,
            False,
        )
        columns = "id, slug, name, domain, state, created, language, time_zone, park_seconds, country, pickup, chat, pictures, assistants"
        if master == 1:
            database.execute(f"INSERT INTO tenant ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        database.commit()
    keys.close()


@pytest.mark.promise("X3")
def test_the_commands_move_a_tenant(tmp_path: Path, sqlite_template: bytes) -> None:
    sender, receiver, file = tmp_path / "sender", tmp_path / "receiver", tmp_path / "acme.tenant"
    made_home(sender, sqlite_template, 1)
    made_home(receiver, sqlite_template, 2)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(privacy.group, [*arguments, "--json"])

    key = json.loads(run("transfer-key", "--home", str(receiver)).stdout)["key"]
    done = run("export", "--to", key, "--out", str(file), "--home", str(sender))
    assert json.loads(done.stdout)["tenant"] == "t1"
    assert "exists" in str(run("export", "--to", key, "--out", str(file), "--home", str(sender)).exception)
    assert "either" in str(run("export", "--out", str(file), "--home", str(sender)).exception)
    with installation_lock(InstallationPaths(receiver)):
        in_use = run("import", str(file), "--home", str(receiver))
    assert "Another UnifiCX process" in str(in_use.exception)
    assert json.loads(run("import", str(file), "--home", str(receiver)).stdout)["tenant"] == "t1"
    with closing(sqlite3.connect(receiver / "unificx.db")) as database:
        assert database.execute("SELECT slug FROM tenant").fetchall() == [("acme",)]
    assert "here already" in str(run("import", str(file), "--home", str(receiver)).exception)
    assert "cannot be imported" in str(run("import", str(tmp_path / "none"), "--home", str(receiver)).exception)


@pytest.mark.parametrize("word", ["import", "transfer-key"])
def test_a_command_names_the_database_that_is_away(tmp_path: Path, sqlite_template: bytes, word: str) -> None:
    made_home(tmp_path / "home", sqlite_template, 1)
    words = [word, *([str(tmp_path / "acme.tenant")] if word == "import" else []), "--home", str(tmp_path / "home")]
    environ = {"UNIFICX_DATABASE": "postgresql://tester@127.0.0.1:1/unificx"}
    failed = CliRunner().invoke(privacy.group, words, env=environ)
    assert isinstance(failed.exception, StartupError)
    assert str(failed.exception).startswith("The database does not respond: no server answers at its address.")


async def test_no_tenant_is_imported_while_a_server_uses_the_database(
    postgres: Postgres, tmp_path: Path, sqlite_template: bytes
) -> None:
    """The server may be on another machine: the lock of the home directory does not show it."""
    receiver, name = tmp_path / "receiver", await postgres.create()
    made_home(receiver, sqlite_template, 2)
    database = Database(postgres.url(name), ManualClock())
    command = ["import", str(tmp_path / "none"), "--home", str(receiver)]
    try:
        async with exclusive_use(database, asyncio.Event().set):
            environ = {"UNIFICX_DATABASE": postgres.url(name)}
            refused = await asyncio.to_thread(CliRunner().invoke, privacy.group, command, env=environ)
        assert "Another server is using this database" in str(refused.exception)
    finally:
        await database.close()
        await postgres.drop(name)
