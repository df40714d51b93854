"""The tree of the audit log: signed heads, proofs, verification and export."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, cast

from unificx.core.errors import NotFound
from unificx.db import Database, Erased, UnsealError
from unificx.privacy.audit import merkle, repository
from unificx.privacy.audit.entries import PERIOD, PartyKind, RecordedAct, commitment, entry_content
from unificx.privacy.audit.models import AuditEntryRow, AuditHeadRow, AuditPartyPart, AuditPartyRow
from unificx.privacy.audit.outside import HeadFile
from unificx.privacy.audit.proofs import inclusion, signed_head
from unificx.privacy.audit.verification import AuditReport, StoredEntry, Verifier
from unificx.privacy.keys import KeyStore
from unificx.privacy.signing import ReceiptSigner

_BATCH = 2000


class AuditTree:
    """The tree of an installation. It is computed from the leaves when a head is signed, on from the last head.
    `outside` is where heads are sent."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        signer: ReceiptSigner,
        installation_id: str,
        outside: HeadFile | None = None,
    ) -> None:
        self._outside = outside
        self._database = database
        self._keys = keys
        self._clock = database.clock
        self._signer = signer
        self._installation = installation_id

    async def sign_head(self) -> dict[str, Any]:
        """Sign the tree as it is and return its head; the last head if nothing was recorded since."""
        async with self._database.begin() as uow:
            end = await repository.size_of(uow.session)
            last = await repository.last_head(uow.session)
            if last is not None and last.size == end:
                return json.loads(last.signed)
            tree = merkle.Tree() if last is None else merkle.Tree(last.size, _edge(last.edge))
            for leaf in await repository.leaves(uow.session, tree.size, end):
                tree.append(leaf)
            head = signed_head(self._signer, self._installation, tree, self._clock.now())
            edge = "".join(each.hex() for each in tree.edge)
            uow.session.add(AuditHeadRow(size=tree.size, edge=edge, signed=json.dumps(head), sent=False))
        return head

    async def send_heads(self) -> None:
        """Sign a head and append those that are not outside yet to the file outside. Run hourly. Raise OSError."""
        await self.sign_head()
        if self._outside is None:
            return
        async with self._database.read() as session:
            rows = await repository.heads(session, unsent=True)
        if rows:
            await asyncio.to_thread(self._outside.append, [each.signed for each in rows])
            async with self._database.begin() as uow:
                await repository.mark_sent(uow.session, rows[-1].size)

    async def prove(self, tenant_id: str, position: int) -> dict[str, Any]:
        """Return the proof that a signed head includes an entry. Raise NotFound."""
        async with self._database.read() as session:
            row = await repository.get(session, tenant_id, position)
        if row is None:
            raise NotFound("There is no such entry.", hint="See the list of entries.")
        return await self._prove(row)

    async def prove_object(self, tenant_id: str, action: str, target: str) -> dict[str, Any] | None:
        """Return the proof of the first entry of an action on an object; None if it was not recorded."""
        async with self._database.read() as session:
            row = await repository.find_object(session, tenant_id, action, target)
        return None if row is None else await self._prove(row)

    async def _prove(self, row: AuditEntryRow) -> dict[str, Any]:
        head = await self.sign_head()
        async with self._database.read() as session:
            leaves = await repository.leaves(session, 0, head["size"])
            parties = await repository.parties_between(session, row.position, row.position)
        return await asyncio.to_thread(inclusion, _content(row, parties), leaves, row.position, head)

    # ---- verification

    async def verify(self, more_heads: Sequence[object] = ()) -> AuditReport:
        """Compute everything again, open all commitments and check all heads."""
        async with self._database.read() as session:
            heads = [json.loads(each.signed) for each in await repository.heads(session)]
            verifier = Verifier([*heads, *more_heads])
            async for rows, parties in self._batches(session):
                stored = await asyncio.to_thread(self._stored, rows, parties)
                await asyncio.to_thread(verifier.add, stored)
        return verifier.finish()

    async def heads(self) -> list[dict[str, Any]]:
        """Return all signed heads, in order; the last one includes every entry of now."""
        await self.sign_head()
        async with self._database.read() as session:
            return [json.loads(each.signed) for each in await repository.heads(session)]

    async def export(self, first: int, limit: int) -> list[StoredEntry]:
        """Return entries from a position on, without what opens the commitments, for verification without a server."""
        async with self._database.read() as session:
            rows = await repository.entries_from(session, first, limit)
            parties = await repository.parties_between(session, first, rows[-1].position) if rows else ()
        return self._without_parts(rows, parties)

    async def _batches(self, session: Any) -> AsyncIterator[tuple[Sequence[AuditEntryRow], Sequence[AuditPartyRow]]]:
        first = 0
        while rows := await repository.entries_from(session, first, _BATCH):
            last = rows[-1].position
            yield rows, await repository.parties_between(session, first, last)
            first = last + 1

    def _stored(self, rows: Sequence[AuditEntryRow], parties: Sequence[AuditPartyRow]) -> list[StoredEntry]:
        faults: dict[int, list[str]] = {}
        erased: set[int] = set()
        times = {row.position: row.time for row in rows}
        opened = repository.open_unchanged(self._keys, parties)
        for party in parties:
            fault = self._fault_of(party, times.get(party.position), opened.get(party.id))
            if fault:
                faults.setdefault(party.position, []).append(fault)
            elif fault is None:
                erased.add(party.position)
        return [
            each._replace(erased=each.erased or each.position in erased, faults=tuple(faults.get(each.position, ())))
            if each.position in erased or each.position in faults
            else each
            for each in self._without_parts(rows, parties)
        ]

    def _fault_of(
        self, party: AuditPartyRow, time: datetime | None, part: AuditPartyPart | Erased | None
    ) -> str | None:
        """Return what is wrong with the sealed details of a person in the entry of this time: "" if nothing, None if
        the details are gone as they should. `part` are the details if they could be opened with others."""
        try:
            part = part or repository.open_party(self._keys, party)
        except UnsealError:
            return f"The details of {party.kind!r} were changed: they cannot be opened."
        if not isinstance(part, Erased):
            return "" if commitment(part) == party.commitment else f"The details of {party.kind!r} are others."
        has_ended = time is not None and time < PERIOD.before(self._clock.now())
        if has_ended or self._keys.is_destroyed(party.tenant_id, party.subject_id):
            return None
        return f"The details of {party.kind!r} are missing without an erasure."

    @staticmethod
    def _without_parts(rows: Sequence[AuditEntryRow], parties: Sequence[AuditPartyRow]) -> list[StoredEntry]:
        of_entry: dict[int, list[AuditPartyRow]] = {}
        for party in parties:
            of_entry.setdefault(party.position, []).append(party)
        return [
            StoredEntry(row.position, row.leaf, _content(row, of_entry.get(row.position, ())))
            if row.tenant_id
            else StoredEntry(row.position, row.leaf, None, erased=True)
            for row in rows
        ]


def _content(row: AuditEntryRow, parties: Sequence[AuditPartyRow]) -> dict[str, Any]:
    commitments = cast("dict[PartyKind, str]", {each.kind: each.commitment for each in parties})
    return entry_content(cast("RecordedAct", row), row.time, row.salt, commitments)


def _edge(text: str) -> list[bytes]:
    raw = bytes.fromhex(text)
    return [raw[start : start + 32] for start in range(0, len(raw), 32)]
