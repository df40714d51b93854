"""`unificx privacy verify`: passes on the demo, and finds what is wrong."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import Postgres
from http_world import open_world
from sqlalchemy import text
from typer.testing import CliRunner

import unificx.server.verification.commands  # noqa: F401 - registers `privacy verify`
from unificx.cli import build
from unificx.core.clock import SystemClock
from unificx.integrations.egress import set_agreements
from unificx.integrations.local_ca import ensure_certificates
from unificx.privacy import GRACE, KeyStore
from unificx.privacy.retention.schedule import SweepState
from unificx.server import main
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.demo import furnish_demo
from unificx.server.home_files import kind_of
from unificx.server.offline import offline_app
from unificx.server.outside_calls import outside_numbers
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.verification.findings import Finding, promise_table
from unificx.server.verification.operations import verify
from unificx.server.verification.scan import Needles, ScanResult, scan_files
from unificx.server.verification.stored import StoredKeys, left_after_erasures

CHECKS = [
    "plaintext",
    "undeclared stores",
    "private keys",
    "orphaned values",
    "orphaned files",
    "orphaned subjects",
    "destroyed keys",
    "erasure journal",
    "audit log",
    "retention",
    "agreements",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of an installation in `home` with all tables."""
    if request.param == "sqlite":
        (tmp_path / "home").mkdir(mode=0o700)
        (tmp_path / "home" / "unificx.db").write_bytes(request.getfixturevalue("sqlite_template"))
        yield {}
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = asyncio.run(postgres.create(request.getfixturevalue("postgres_template")))
    yield {"UNIFICX_DATABASE": postgres.url(name)}
    asyncio.run(postgres.drop(name))


@asynccontextmanager
async def demo(home: Path, environ: dict[str, str]) -> AsyncIterator[tuple[Container, Any]]:
    """Open an installation with the demo organisation; yield it and a function that connects to it."""
    paths = InstallationPaths(home)
    async with open_installation(paths, database_url(paths, environ), environ, SystemClock()) as container:
        await container.identity.initial_setup.create_operator()
        made = await container.identity.initial_setup.create_demo_tenant()
        assert made is not None
        await furnish_demo(container, made.tenant.id)

        app = offline_app(container)

        @asynccontextmanager
        async def connect(_: Path) -> AsyncIterator[httpx.AsyncClient]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://unificx") as client:
                yield client

        yield container, connect


def faults(findings: list[Finding]) -> dict[str, str]:
    return {each.check: each.detail for each in findings if not each.ok}


@pytest.mark.promise("S3", "T2", "R4", "D3", "X1")
async def test_the_demo_passes_and_each_fault_is_named(
    tmp_path: Path, environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: set_agreements({}))
    waits: list[float] = []

    async def waited(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    home, clock = tmp_path / "home", SystemClock()
    paths = InstallationPaths(home)
    async with demo(home, environ) as (container, connect):
        tenants = [each.id for each in container.identity.directory.tenants()]
        findings = await verify(paths, environ, clock, connect)
        assert [each.check for each in findings] == CHECKS
        assert faults(findings) == {}
        assert [each.id for each in container.identity.directory.tenants()] == tenants, "the canaries are removed"
        if environ:
            return  # faults are found in the same way in both databases

        await container.audit.tree.sign_head()
        await container.retention.run()
        container.retention._state = SweepState(clock.now(), clock.now(), clock.now())
        set_agreements({"UNIFICX_AGREEMENTS": "mail=2025-12-31,store=2099-12-31"})
        (home / "notes.txt").write_bytes(b"notes")
        ensure_certificates(paths.tls, [], clock)
        (home / "audio" / "00").mkdir(parents=True)
        (home / "audio" / "00" / "0123").write_bytes(b"sound")
        async with container.database.begin() as uow:
            await uow.session.execute(text("UPDATE audit_entry SET action = 'another' WHERE position = 0"))
            await uow.session.execute(text("CREATE TABLE extra (id INTEGER PRIMARY KEY)"))
            await uow.session.execute(text("ALTER TABLE speed_dial ADD COLUMN name TEXT"))
        stored = sqlite3.connect(paths.keys)
        container.erasure.announce("erasure", tenants[-1], "s-1")
        caller = outside_numbers(container.keys, container.identity.directory).subject(tenants[-1], "+493012345678")
        container.keys.orphans.mark(tenants[-1], {caller}, clock.now() - 2 * GRACE)
        person = await container.identity.users.page(tenants[-1], limit=1)
        stored.execute("DELETE FROM subject_key WHERE subject = ?", (person.items[0].subject,))
        stored.commit()
        stored.close()
        found = faults(await verify(paths, environ, clock, connect, sleep=waited))
    assert "file notes.txt" in found["undeclared stores"]
    assert "table extra" in found["undeclared stores"]
    assert "column speed_dial.name" in found["undeclared stores"]
    assert found["orphaned files"] == "audio 0123"
    assert f"person of {person.items[0].subject}" in found["orphaned values"]
    assert found["orphaned subjects"] == caller
    assert found["erasure journal"] == "s-1", "its key was not destroyed"
    assert sum(waits) > 29, "the server may still be about to destroy it"
    assert found["audit log"].startswith("entry 0")
    assert re.fullmatch(r"an operator has to confirm the clock since [0-9-]{10} [0-9:]{5,8} UTC", found["retention"])
    assert found["agreements"] == "mail ended on 2025-12-31"
    assert found["private keys"] == "tls/ca.key, tls/server.key"
    assert found.keys() == set(CHECKS) - {"plaintext", "destroyed keys"}


@pytest.mark.promise("T2")
@pytest.mark.parametrize(
    "stored",
    [
        b"xx Canary 0123456789abcdef xx",
        b"compressed: 6789abcdef",
        "Canary 0123456789abcdef".encode("utf-16-le"),
        b"Canary 0123456789abcdef".hex().encode(),
        bytes((1 << 20) - 5007) + b"Canary 0123456789abcdef",
    ],
)
def test_plaintext_is_found_in_each_form(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "file").write_bytes(bytes(5000) + stored)
    (tmp_path / "empty").write_bytes(b"")
    needles = Needles(["Canary 0123456789abcdef", "+493012345678"])
    result = ScanResult()
    scan_files([(name, tmp_path / name) for name in ("file", "empty", "gone")], needles, result)
    assert (result.found, result.files) == (["file"], 1)
    other = ScanResult()
    (tmp_path / "other").write_bytes(b"Canary 0123456789abcde")
    scan_files([("other", tmp_path / "other")], needles, other)
    assert other.found == []


def test_the_promise_table_shows_the_evidence_of_today() -> None:
    table = {
        each["id"]: each
        for each in promise_table([Finding("one", True, "", ("D3",)), Finding("two", False, "", ("D3",))])
    }
    assert table["D3"]["evidence"] == ["one: passed", "two: FAILED"]
    assert table["R1"]["state"] == "kept"
    assert table["R1"]["tests"]
    assert table["X1"]["evidence"] == []


def test_the_command_prints_findings_and_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = [Finding("plaintext", True, "fine"), Finding("erasure journal", True, "3 lines")]

    async def checked(*_: object) -> list[Finding]:
        return results

    monkeypatch.setattr("unificx.server.verification.operations.verify", checked)
    app = build(None, main.up, main.describe_installation, SystemClock(), {})  # type: ignore[arg-type]
    passed = CliRunner().invoke(app, ["privacy", "verify", "--json", "--home", str(tmp_path)])
    assert (passed.exit_code, json.loads(passed.stdout)["ok"]) == (0, True)
    assert len(json.loads(passed.stdout)["promises"]) > len(results)
    results.append(Finding("orphaned files", False, "audio 0123"))
    failed = CliRunner().invoke(app, ["privacy", "verify", "--home", str(tmp_path)])
    assert failed.exit_code == 1
    assert "audio 0123" in failed.stdout


async def test_an_erasure_that_ends_a_moment_later_is_no_fault(tmp_path: Path) -> None:
    """The server answers before it has deleted the canaries, and repeats that if the key store is busy."""
    path, waits = tmp_path / "keys.db", list[float]()
    with closing(KeyStore(path, bytes(32), SystemClock())) as keys:
        keys.get("canary", ["person"], create=True)

        async def destroy(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                keys.destroy_tenant("canary")

        def find() -> list[str]:
            return sorted({"canary"} - StoredKeys(path).destroyed_tenants)

        assert find() == ["canary"]
        assert await left_after_erasures(find, destroy) == []
    assert len(waits) == 2


async def test_canaries_differ_at_their_ends(tmp_path: Path, sqlite_template: bytes) -> None:
    """A search looks for the ends, and domains, which are not sealed, end alike."""
    async with open_world(tmp_path, sqlite_template) as world:
        made = await world.client(operator=True).post("/api/v1/privacy/canaries")
    planted = made.json()
    assert not any("example" in value[-10:] for value in planted["values"])


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("unificx.db-wal", True),
        ("push.key", True),
        ("audio/8e/opus-01a21c28-6bc8", True),
        ("audio/8e/notes.wav", False),
        ("spool/0000000000000001.spool", True),
        ("spool/old.spool", False),
        ("tls/acme/pbx.example.com.pem", True),
        ("../home.key", False),
        ("core.1234", False),
    ],
)
def test_kinds_of_files(name: str, known: bool) -> None:
    assert (kind_of(name) is not None) is known
