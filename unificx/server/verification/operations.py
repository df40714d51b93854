"""The verification of an installation: plant canaries, search, remove them, and compare stores with declarations."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from unificx.cli.api_client import ApiClient
from unificx.cli.output import format_value
from unificx.cli.ports import Connect
from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.phrases import counted
from unificx.db import Database
from unificx.identity import OPERATOR_SLUG
from unificx.integrations.local_ca import is_plain_key
from unificx.privacy import GRACE, ErasureJournal, KeyStore, erasure_journal_file, load_master, orphaned_subjects
from unificx.server.home_files import files_below, kind_of
from unificx.server.paths import InstallationPaths, database_url
from unificx.server.verification.findings import Finding, finding
from unificx.server.verification.scan import Needles, ScanResult, places_of, scan_files
from unificx.server.verification.stored import (
    Sleep,
    StoredKeys,
    Subjects,
    files_with_rows,
    journal_in,
    left_after_erasures,
    scan_tables,
    sealed_subjects,
    undeclared_tables,
)

_MAX_PEM_BYTES = 1 << 20
_SWEEP_DELAY = timedelta(days=2)
"""Days that a daily sweep may be late, as a server may be stopped."""


async def verify(
    paths: InstallationPaths, environ: Mapping[str, str], clock: Clock, connect: Connect, sleep: Sleep = asyncio.sleep
) -> list[Finding]:
    """Check an installation, with or without a running server. Raise StartupError, CliError."""
    url = database_url(paths, environ)
    async with connect(paths.home) as client:
        api, database = ApiClient(client), Database(url, clock)
        try:
            planted: dict[str, Any] = await api.post("/privacy/canaries", {})
            try:
                held = await sealed_subjects(database)
                before = await _unexplained(paths, database, held)
                findings = [await _no_plaintext(paths, database, planted)]
            finally:
                await api.delete(f"/tenants/{planted['tenant_id']}")
            await left_after_erasures(lambda: _unerased(paths, planted["tenant_id"]), sleep)
            checks = _InstallationChecks(paths, environ, clock)
            findings += [
                await _no_undeclared(paths, database),
                _no_plain_keys(paths),
                *_unexplained_twice(before, await _unexplained(paths, database, await sealed_subjects(database))),
                await checks.orphans(database),
                checks.destroyed_keys({(t, s) for _, t, s in held if t == planted["tenant_id"]}),
                await checks.journal(database, sleep),
                await _audit_log(api),
                await _sweeps(api),
                await _agreements(api, clock),
            ]
            return findings
        finally:
            await database.close()


def _unerased(paths: InstallationPaths, tenant: str) -> list[str]:
    return [tenant] if tenant not in StoredKeys(paths.keys).destroyed_tenants else []


async def _no_plaintext(paths: InstallationPaths, database: Database, planted: dict[str, Any]) -> Finding:
    """Search for the canaries. The domain is not sealed: unless it is found, the search is worth nothing."""
    needles, control, result = Needles(planted["values"]), Needles([planted["domain"]]), ScanResult()
    scan_files(places_of(paths), needles, result)
    seen = ScanResult()
    if database.dialect == "sqlite":
        stored = [(path.name, path) for path in paths.home.glob("unificx.db*")]
        scan_files(stored, control, seen)
    else:
        await scan_tables(database, needles, result)
        await scan_tables(database, control, seen)
    faults = sorted(set(result.found)) if seen.found else ["the search finds nothing at all"]
    good = f"{result.bytes} bytes in {result.files} files and the database contain no personal value"
    return finding("plaintext", faults, good, ("S3", "T2", "T3"))


async def _no_undeclared(paths: InstallationPaths, database: Database) -> Finding:
    faults = [f"file {name}" for name, _ in files_below(paths.home) if kind_of(name) is None]
    faults += await undeclared_tables(database)
    return finding("undeclared stores", faults, "each file, table and column is declared", ("S3",))


def _no_plain_keys(paths: InstallationPaths) -> Finding:
    faults = [name for name, path in files_below(paths.home) if name.endswith((".key", ".pem")) and _is_plain(path)]
    return finding("private keys", faults, "each private key is encrypted", ("T2", "T3"))


def _is_plain(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_plain_key(file.read(_MAX_PEM_BYTES))
    except OSError:
        return False


async def _unexplained(paths: InstallationPaths, database: Database, held: Subjects) -> tuple[set[str], set[str]]:
    """Return sealed values without a key or a destroyed one, and sound files without a row."""
    names = {path.name for name, path in files_below(paths.home) if name.startswith("audio/")}
    keys, known = StoredKeys(paths.keys), await files_with_rows(database)
    values = {f"{table} of {subject}" for table, tenant, subject in held if not keys.knows(tenant, subject)}
    return values, {f"audio {name}" for name in names - known}


def _unexplained_twice(before: tuple[set[str], set[str]], after: tuple[set[str], set[str]]) -> list[Finding]:
    """Findings about those that were there both times: others belong to work in progress."""
    values, files = (sorted(first & second) for first, second in zip(before, after, strict=True))
    return [
        finding("orphaned values", values, "each sealed value has a key, or its key was destroyed", ("R3", "R4")),
        finding("orphaned files", files, "each sound file belongs to a row", ("R3", "R4")),
    ]


async def _audit_log(api: ApiClient) -> Finding:
    """Compute the tree of the audit log again, and compare it with all signed heads."""
    report: dict[str, Any] = await api.get("/audit/verification")
    faults = [f"{each['what']}: {each['why']}" for each in report["faults"]]
    entries, heads = report["entries"], report["heads"]
    good = (
        f"{counted(entries, 'entry', 'entries')}, {report['signed']} of them in"
        f" {counted(heads, 'signed head', 'signed heads')}"
    )
    return finding("audit log", faults, good, ("T3", "T4"))


async def _sweeps(api: ApiClient) -> Finding:
    """Report that data is not deleted although its period has ended."""
    found: dict[str, Any] = (await api.get("/retention", tenant=OPERATOR_SLUG))["sweeps"]
    faults = [f"{each} are due and stay" for each in found["stalled"]]
    latest = f"the latest sweep was at {format_value(found['last_run'])}"
    if found["waiting_since"] is not None:
        faults.append(f"an operator has to confirm the clock since {format_value(found['waiting_since'])}")
    elif found["overdue"]:
        faults.append(latest)
    good = latest if found["last_run"] else "the first sweep is due"
    return finding("retention", faults, good, ("R3", "R4"))


async def _agreements(api: ApiClient, clock: Clock) -> Finding:
    """Report recipients whose agreement has ended: they get no data any more, and mail or push does not work."""
    today, recipients = clock.now().date().isoformat(), (await api.get("/privacy/map"))["recipients"]
    ends = {each["key"]: each["agreement_ends"] for each in recipients if each["agreement_ends"] is not None}
    faults = [f"{key} ended on {end}" for key, end in ends.items() if end < today]
    good = (
        f"{len(recipients)} recipients, {counted(len(ends), 'agreement', 'agreements')} with an end, none of them over"
    )
    return finding("agreements", faults, good, ("X1",))


class _InstallationChecks:
    """Checks with the master key."""

    def __init__(self, paths: InstallationPaths, environ: Mapping[str, str], clock: Clock) -> None:
        self._paths, self._clock = paths, clock
        self._master = load_master(paths.home, environ, create=False)
        with closing(self._keys()) as keys:
            secret = keys.secrets.derive("erasure journal")
        self._journal = ErasureJournal(erasure_journal_file(paths.home, environ), secret)

    def destroyed_keys(self, canaries: set[tuple[str, str]]) -> Finding:
        """Open keys that were destroyed, those of the canaries among them."""
        destroyed = sorted(StoredKeys(self._paths.keys).destroyed)
        sample = [*canaries, *destroyed[:: max(len(destroyed) // 1000, 1)]]
        with closing(self._keys()) as keys:
            faults = [subject for tenant, subject in sample if keys.get(tenant, [subject])[subject] is not None]
        faults = faults if canaries else ["the canaries have no keys"]
        return finding("destroyed keys", faults, f"none of {len(sample)} opens anything", ("R4", "D3"))

    async def orphans(self, database: Database) -> Finding:
        """Report data subjects without data that the daily sweep should have removed."""
        before, found, overdue = self._clock.now() - GRACE - _SWEEP_DELAY, 0, list[str]()
        with closing(self._keys()) as keys:
            for tenant in sorted(StoredKeys(self._paths.keys).tenants):
                left = await orphaned_subjects(database, keys, tenant)
                overdue += sorted(left.intersection(keys.orphans.marked(tenant, before)))
                found += len(left)
        days = (GRACE + _SWEEP_DELAY).days
        good = f"{counted(found, 'data subject', 'data subjects')} without data, each removed within {days} days"
        return finding("orphaned subjects", overdue, good, ("R3", "R4"))

    async def journal(self, database: Database, sleep: Sleep) -> Finding:
        """Verify the erasure journal, and compare it with key store and database."""
        promises = ("R4", "D3")
        keys = StoredKeys(self._paths.keys)  # before the journal, which may grow meanwhile
        known = {"the key store": keys.journal, "the database": await journal_in(database)}
        try:
            length = self._journal.read().length
            for keeper, head in known.items():
                self._journal.require(head, keeper)
            back = await left_after_erasures(self._not_destroyed, sleep)
        except (StartupError, OSError) as fault:
            return finding("erasure journal", [str(fault)], "", promises)
        return finding("erasure journal", back, f"{counted(length, 'line', 'lines')}, none of them undone", promises)

    def _not_destroyed(self) -> list[str]:
        """Return subjects and tenants whose erasure is in the journal and whose key is still there."""
        keys = StoredKeys(self._paths.keys)
        return [
            entry.subject or entry.tenant
            for entry in self._journal.entries()
            if (entry.tenant, entry.subject) not in keys.destroyed and entry.tenant not in keys.destroyed_tenants
        ]

    def _keys(self) -> KeyStore:
        return KeyStore(self._paths.keys, self._master, self._clock)
