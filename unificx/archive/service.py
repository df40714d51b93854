"""Access copies: requested, built in the background into sealed files, downloaded, deleted."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog

from unificx.archive import repository
from unificx.archive.contents import write_archive
from unificx.archive.events import CopyReady
from unificx.archive.schemas import AccessCopy, CopyProblem, Requester
from unificx.archive.scope import scoped
from unificx.archive.sealed_copy import CopyDeleted, CorruptCopy, SealedCopyWriter, open_key, own_subject, read_copy
from unificx.core.access import current_access, stating
from unificx.core.errors import Conflict, Expired, NotFound, StorageFull
from unificx.core.faults import describe_fault
from unificx.db import Database, ErasedSubject, UnitOfWork, lock_scope, log_and_continue
from unificx.identity.events import TenantDeleted
from unificx.privacy import DataSubject, Erasure, Export, Holding, KeyStore
from unificx.support.rights import Disclosures

log = structlog.get_logger()
LIFETIME = timedelta(days=7)
RETRY_SECONDS = 60.0
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class AccessCopyDependencies:
    """Dependencies. `directory` has the sealed files; `is_full`: whether storage is too full for new data; `approvals`
    has the disclosures to authorities that files are made for."""

    database: Database
    keys: KeyStore
    erasure: Erasure
    directory: Path
    installation_id: str
    is_full: Callable[[], bool]
    approvals: Disclosures


class AccessCopies:
    """Access copies of all tenants, and files for authorities; `run` builds what is requested."""

    def __init__(self, deps: AccessCopyDependencies) -> None:
        self._deps = deps
        self._database, self._clock = deps.database, deps.database.clock
        self._wakeup = asyncio.Event()
        # Owner: the node that holds the lease of the worker: the copy it is building.
        self._building: str | None = None

    async def request(self, owner: DataSubject, requester: Requester, disclosure_id: str = "") -> AccessCopy:
        """Request a copy, limited to an approved disclosure if one is named. An earlier one of the same requester is
        deleted, or returned if it is not built yet.

        Raise StorageFull, NotFound if the subject is erased, and Conflict for a disclosure that is not approved."""
        if disclosure_id:
            await self._deps.approvals.approved_data(owner.tenant_id, disclosure_id)
        if self._deps.keys.is_destroyed(owner.tenant_id, owner.subject):
            raise NotFound("This person was erased: nothing is held that could be opened.")
        if self._deps.is_full():
            raise StorageFull("There is no room for a copy.", hint="Ask the operator to free disk space.")
        now = self._clock.now()
        ends = (now, now + LIFETIME, 0, "")
        copy = AccessCopy(self._clock.new_id(), owner, requester, "requested", "", *ends, disclosure_id)
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "access copies", owner.tenant_id, requester.person_id)
            found = await repository.of_requester(uow.session, owner.tenant_id, requester.person_id)
            earlier = [
                each for each in found if (each.owner.subject, each.disclosure_id) == (owner.subject, disclosure_id)
            ]
            for each in earlier:
                if each.state == "requested":
                    return each
            repository.add(uow.session, copy)
            uow.after_commit.append(self._wakeup.set)
        for each in earlier:
            await self.delete(each)
        return copy

    async def list(self, tenant_id: str, requester: Requester) -> list[AccessCopy]:
        """Return the copies that the requester may download, newest first."""
        async with self._database.read() as session:
            return await repository.of_requester(session, tenant_id, requester.person_id)

    async def get(self, tenant_id: str, copy_id: str, requester: Requester) -> AccessCopy:
        """Return a copy of the requester. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.get(session, tenant_id, copy_id)
        if found is None or found.requester.person_id != requester.person_id:
            raise NotFound("There is no such access copy.")
        return found

    async def open(self, copy: AccessCopy) -> AsyncIterator[bytes]:
        """Open a copy; return its bytes. Raise Conflict if it is not ready, Expired."""
        if copy.state != "ready":
            raise Conflict("The copy is not ready.", hint="Wait until its state is `ready`.")
        async with self._database.read() as session:
            wrapped = await repository.content_key(session, copy.owner.tenant_id, copy.id)
        aead = open_key(self._deps.keys, copy, wrapped) if wrapped else None
        if aead is None or copy.expires <= self._clock.now():
            raise _expired()
        chunks = read_copy(self._path(copy.id), aead, copy)
        try:
            first = await asyncio.to_thread(next, chunks)
        except (OSError, CorruptCopy):
            raise _expired() from None

        async def stream() -> AsyncIterator[bytes]:
            chunk: bytes | None = first
            while chunk is not None:
                yield chunk
                chunk = await asyncio.to_thread(next, chunks, None)

        return stream()

    async def delete(self, copy: AccessCopy) -> None:
        """Delete a copy: key, file and row. Idempotent."""
        self._deps.erasure.erase_subject(copy.owner.tenant_id, own_subject(copy.id))
        await asyncio.to_thread(self._path(copy.id).unlink, missing_ok=True)
        async with self._database.begin() as uow:
            await repository.remove(uow.session, copy.owner.tenant_id, [copy.id])

    async def delete_expired(self) -> None:
        """Delete copies after their lifetime, and files without a row. Called periodically."""
        async with self._database.read() as session:
            found = await repository.expired(session, self._clock.now())
        for copy in found:
            with log_and_continue("access_copy_not_deleted", copy=copy.id):
                await self.delete(copy)
        stored = await asyncio.to_thread(self._stored_ids)
        async with self._database.read() as session:
            known = await repository.known_ids(session)
        for copy_id in stored - known - {self._building}:
            with log_and_continue("access_copy_not_deleted", copy=copy_id):
                await asyncio.to_thread(self._path(copy_id).unlink, missing_ok=True)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the copies about an erased subject, and those that it has requested. Idempotent."""
        async with self._database.read() as session:
            found = await repository.of_subject(session, tenant_id, subject)
        for copy in found:
            await self.delete(copy)

    async def count(self, tenant_id: str, subject: str, *, disclosures: bool) -> int:
        """Return the number of copies about a subject, or requested by it, with or without files for authorities."""
        async with self._database.read() as session:
            found = await repository.of_subject(session, tenant_id, subject)
        return sum(1 for each in found if disclosures or not each.disclosure_id)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the copies of a deleted tenant, whose keys are destroyed elsewhere. Outbox handler."""
        found = await repository.of_tenant(uow.session, event.tenant)
        for copy in found:
            await asyncio.to_thread(self._path(copy.id).unlink, missing_ok=True)
        await repository.remove(uow.session, event.tenant, [copy.id for copy in found])

    async def run(self, holdings: Sequence[Holding]) -> None:
        """Build requested copies of what these areas hold, one at a time, until cancelled."""
        while True:
            try:
                await self.build_all(holdings)
            except Exception as fault:
                log.error("access_copies_not_built", **describe_fault(fault))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wakeup.wait(), RETRY_SECONDS)
            self._wakeup.clear()

    async def build_all(self, holdings: Sequence[Holding]) -> None:
        """Build all requested copies of what these areas hold."""
        while True:
            async with self._database.read() as session:
                copy = await repository.next_requested(session)
            if copy is None:
                return
            self._building = copy.id
            try:
                await self._build(copy, holdings)
            finally:
                self._building = None

    async def _build(self, copy: AccessCopy, holdings: Sequence[Holding]) -> None:
        try:
            done, wrapped = await _CopyBuilder(self._deps, copy, self._path(copy.id), holdings).build()
        except CopyDeleted:
            return
        except ErasedSubject:
            await self.delete(copy)
            return
        except OSError as fault:
            log.error("access_copy_failed", copy=copy.id, **describe_fault(fault))
            await self._fail(copy, "storage_full" if fault.errno in _FULL else "internal")
            return
        except Exception as fault:
            log.error("access_copy_failed", copy=copy.id, **describe_fault(fault))
            await self._fail(copy, "internal")
            return
        async with self._database.begin() as uow:
            exists = await repository.finish(uow.session, done, wrapped)
            if exists and copy.requester.person_id:
                ready = CopyReady(self._clock.new_id(), copy.owner.tenant_id, copy.id, copy.requester.person_id)
                uow.publish(ready)
        if not exists:
            await self.delete(copy)

    async def _fail(self, copy: AccessCopy, problem: CopyProblem) -> None:
        async with self._database.begin() as uow:
            await repository.finish(uow.session, replace(copy, state="failed", problem=problem), b"")

    def _path(self, copy_id: str) -> Path:
        return self._deps.directory / copy_id

    def _stored_ids(self) -> set[str]:
        directory = self._deps.directory
        return {path.name for path in directory.iterdir()} if directory.is_dir() else set()


class _CopyBuilder:
    """Builds one copy of what these areas hold, as a sealed file."""

    def __init__(self, deps: AccessCopyDependencies, copy: AccessCopy, path: Path, holdings: Sequence[Holding]) -> None:
        self._deps, self._copy, self._path, self._holdings = deps, copy, path, holdings

    async def build(self) -> tuple[AccessCopy, bytes]:
        """Write the file; return the finished copy and its wrapped key."""
        if self._deps.is_full():
            raise OSError(errno.ENOSPC, "storage is full")
        self._deps.directory.mkdir(mode=0o700, exist_ok=True)
        writer = await asyncio.to_thread(SealedCopyWriter, self._path, self._deps.keys, self._copy)
        try:
            limited, exports = await self._exports()
            await write_archive(writer, limited, exports, self._deps.installation_id, self._deps.database.clock.now())
            await asyncio.to_thread(writer.finish)
        except BaseException:
            writer.abandon()
            self._path.unlink(missing_ok=True)
            raise
        return replace(self._copy, state="ready", size=writer.size, sha256=writer.digest.hexdigest()), writer.wrapped

    async def _exports(self) -> tuple[AccessCopy, Sequence[Export]]:
        """Return the copy with its limits, and what it contains. A disclosure is looked up anew: the file has
        what was approved, whatever was requested."""
        copy, approvals = self._copy, self._deps.approvals
        if not copy.disclosure_id:
            return copy, self._held(copy.owner)
        data = await approvals.approved_data(copy.owner.tenant_id, copy.disclosure_id)
        with stating(current_access().to("requests")):
            number = (await approvals.find(copy.owner.tenant_id, copy.disclosure_id)).number
        exports = self._held(replace(copy.owner, with_others=data.others))
        return replace(copy, data=data, number=number), scoped(exports, data)

    def _held(self, owner: DataSubject) -> Sequence[Export]:
        return [export for each in self._holdings for export in each.export(owner, self._deps.keys)]


def _expired() -> Expired:
    return Expired("This access copy has expired.", hint="Request a new one.")
