"""Rotation of tenant keys and of the master key, in batches, while the installation works.

Each batch is one transaction, and what is wrapped by which key is stored with it: a rotation that was killed goes on
where it was, and until it ends both keys open what they wrap.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.errors import DomainError
from unificx.core.faults import describe_fault
from unificx.db.sealed import length_prefixed
from unificx.privacy.key_wrapping import NONCE, wrap_again
from unificx.privacy.keys import KeyStore
from unificx.privacy.master import MasterKey

log = structlog.get_logger()
BATCH = 1000
"""Keys of one transaction; others wait for it for some milliseconds."""


@dataclass(frozen=True, slots=True)
class RotationStatus:
    """State of the rotation: keys that were wrapped anew since it began or was resumed, of how many; its last failure;
    and whether a former master key is to be removed by hand where it comes from. Then the ends of the latest rotations,
    None before the first one."""

    running: bool
    done: int
    total: int
    failure: str
    former_master: bool
    tenants_rotated: datetime | None
    master_rotated: datetime | None


class KeyRotation:
    """Rotates the keys of `keys`. `reseal` seals the files of the installation with the present master key; it raises
    StartupError if it cannot."""

    def __init__(self, keys: KeyStore, master: MasterKey, reseal: Callable[[], None]) -> None:
        self._keys, self._master, self._reseal = keys, master, reseal
        # Owner: this node. The rest of the work is in the key store.
        self._one_at_a_time = asyncio.Lock()
        self._done = self._total = 0
        self._failure = ""
        self._running = self._former_master = self._closing = False
        self._tasks = BackgroundTasks()

    @property
    def status(self) -> RotationStatus:
        with self._keys.file.read_lock:
            ends = dict(self._keys.file.reads.execute("SELECT keys, at FROM rotated").fetchall())
        rotated = {keys: datetime.fromtimestamp(at / 1000, UTC) for keys, at in ends.items()}
        return RotationStatus(
            self._running,
            self._done,
            self._total,
            self._failure,
            self._former_master,
            rotated.get("tenants"),
            rotated.get("master"),
        )

    def begin_tenants(self, tenants: Sequence[str] | None = None) -> None:
        """Give tenants a new key, all of them with None, and start to wrap their keys anew."""
        self._keys.tenants.begin_rotation(None if tenants is None else list(tenants))
        self.start()

    def begin_master(self) -> None:
        """Make a new master key, and start to wrap the tenant keys anew. Raise Conflict if it cannot be stored where
        the present one comes from."""
        self._master.begin_rotation()
        self.start()

    def start(self) -> None:
        """Start `run` in the background."""
        self._running = True
        self._tasks.spawn(self.run())

    async def close(self) -> None:
        """Stop after the present batch; the next process goes on."""
        self._closing = True
        await self._tasks.join()

    async def run(self) -> None:
        """Do what is left of rotations that were begun, here or by an earlier process. Idempotent; does not raise."""
        async with self._one_at_a_time:
            self._running, self._done, self._total = True, 0, 0
            try:
                if self._failure:
                    await asyncio.to_thread(self._keys.file.clear_log)
                await self._run()
                self._failure = ""
            except Exception as fault:  # the next run goes on
                self._failure = fault.message if isinstance(fault, DomainError) else type(fault).__name__
                log.error("key_rotation_failed", **describe_fault(fault))
            finally:
                self._running = False

    async def _run(self) -> None:
        unfinished = await asyncio.to_thread(self._keys.tenants.unfinished)
        for tenant in unfinished:
            self._total += await asyncio.to_thread(self.count, tenant)
        if self._master.is_rotating:
            self._total += self._keys.tenants.count_of_other_masters()
        for tenant in unfinished:
            await self._finish_tenant(tenant)
        if self._master.is_rotating and not self._former_master and not self._closing:
            await self._finish_master()

    async def _finish_tenant(self, tenant: str) -> None:
        while True:
            before, after = self._done, ""
            while after is not None and not self._closing:
                done, after = await asyncio.to_thread(self.rewrap, tenant, after)
                self._done += done
            if self._closing:
                return
            if await asyncio.to_thread(self._keys.tenants.end_rotation, tenant, self._now()):
                break
            if self._done == before:
                raise RuntimeError("a key is wrapped by a version of the tenant key that is missing")
        log.info("tenant_key_rotated", tenant=tenant)

    async def _finish_master(self) -> None:
        before, ended = self._done, False
        while not ended:
            while done := await asyncio.to_thread(self._keys.tenants.rewrap, BATCH):
                self._done += done
            await asyncio.to_thread(self._reseal)
            ended = await asyncio.to_thread(self._keys.secrets.rewrap)
        if self._done > before or self._master.can_change:  # not at every start until the former key is removed
            await asyncio.to_thread(self._note_end_of_master)
        self._former_master = not await asyncio.to_thread(self._master.end_rotation)
        log.warning("master_key_rotated", remove_former=self._former_master)

    def _note_end_of_master(self) -> None:
        with self._keys.file.writing() as db:
            db.execute("INSERT OR REPLACE INTO rotated VALUES ('master', ?)", (self._now(),))

    def _now(self) -> int:
        return int(self._keys.clock.now().timestamp() * 1000)

    def count(self, tenant: str) -> int:
        """Return the number of subject keys of a tenant that are to be wrapped anew."""
        self._keys.tenants.forget(tenant)  # another process may have begun
        file, secrets = self._keys.file, self._keys.tenants.get(tenant)
        query = "SELECT count(*) FROM subject_key WHERE tenant = ? AND wrapped IS NOT NULL AND wrapped_by <> ?"
        with file.read_lock:
            return 0 if secrets is None else int(file.reads.execute(query, (tenant, secrets.version)).fetchone()[0])

    def rewrap(self, tenant: str, after: str = "") -> tuple[int, str | None]:
        """Wrap the next keys of a tenant with its present key, those of subjects behind `after`. Return their number,
        and the last subject, None if there are no more. Readers do not wait for the cryptography."""
        file, secrets = self._keys.file, self._keys.tenants.get(tenant)
        if secrets is None:  # erased meanwhile
            return 0, None
        query = (
            "SELECT rowid, subject, version, wrapped, wrapped_by FROM subject_key WHERE tenant = ? AND subject > ?"
            " AND wrapped IS NOT NULL AND wrapped_by <> ? ORDER BY subject LIMIT ?"
        )
        with file.read_lock:
            rows = file.reads.execute(query, (tenant, after, secrets.version, BATCH)).fetchall()
        fresh: list[tuple[bytes, int, int, bytes]] = []
        present, of_tenant = secrets.current.wrapping_key, length_prefixed("subject", tenant)
        random = os.urandom(NONCE * len(rows))  # one call of the system for all
        for at, (row, subject, version, wrapped, wrapped_by) in enumerate(rows):
            former = secrets.of(wrapped_by)
            if former is not None:
                context = of_tenant + length_prefixed(subject, str(version))
                nonce = random[at * NONCE : (at + 1) * NONCE]
                again = wrap_again(former.wrapping_key, present, wrapped, context, nonce)
                fresh.append((again, secrets.version, row, wrapped))
        # A key that was destroyed meanwhile has another value, NULL, and stays destroyed.
        update = "UPDATE subject_key SET wrapped = ?, wrapped_by = ? WHERE rowid = ? AND wrapped = ?"
        with file.writing() as db:
            db.executemany(update, fresh)
            self._keys.withdrawn.rewrap(secrets, tenant)
        return len(fresh), rows[-1][1] if rows else None
