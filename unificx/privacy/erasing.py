"""Erasure of a person: plan, journal, steps of the areas, key, look again, signed receipt."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict, ServiceUnavailable
from unificx.core.events import DomainEvent
from unificx.core.faults import describe_fault
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork, lock_scope, log_and_continue
from unificx.privacy import repository
from unificx.privacy.accesses.service import ACCESSES
from unificx.privacy.audit import AuditLog
from unificx.privacy.erasure import AppliedErasures, Erasure
from unificx.privacy.holdings import DataSubject, Holding, RecordsHolding
from unificx.privacy.holds import HeldKind, Holds, lock_holds
from unificx.privacy.journal import JournalHead
from unificx.privacy.key_file import KeysBusy
from unificx.privacy.models import AppliedErasuresRow, ErasureRow
from unificx.privacy.receipt import ERASURE_ACTION, Counts, outcome
from unificx.privacy.signing import ReceiptSigner, digest

log = structlog.get_logger()
_JOURNAL = {
    "area": "privacy",
    "kind": "erasure",
    "count": 1,
    "what": "Entry in the erasure journal and this receipt: random ids and times.",
    "why": "A restored backup must not undo the erasure.",
    "until": "the tenant is deleted",
}
_KEY = "key of the person"
_HELD = "held objects"
"""Area of objects under a hold in plans and receipts; their kinds are those of `HeldKind`."""
_HOLD = "A duty to preserve it: it is under a hold. Access to it is cut."
_PROBE_FAILED = "could not be counted"
_STUCK_AFTER = timedelta(hours=1)


class PlanChanged(Conflict):
    """The data that is held differs from the plan that was confirmed."""

    code = "plan_changed"


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Result that an erasure would have. `held` are counts by area and kind; `digest` confirms exactly these;
    `scheduled` is when it begins, if that is decided."""

    person_id: str
    held: Counts
    retained: tuple[dict[str, Any], ...]
    digest: str
    fingerprint: str
    """Of the key that signs the receipt."""
    receipt: dict[str, Any] | None
    """The receipt if the person is erased already."""
    scheduled: datetime | None = None


class Installation(Protocol):
    """The other areas, as far as an erasure depends on them."""

    async def check(self, owner: DataSubject) -> None:
        """Raise Conflict if the person must not be erased."""
        ...

    async def admit(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        """Raise Conflict if the person must not be erased, in the transaction that begins the erasure. `leaving` are
        the ids of the accounts whose erasure has begun."""
        ...

    async def settle(self) -> None:
        """Return when pending records and events have reached the areas."""
        ...

    def extensions(self, owner: DataSubject) -> tuple[str, ...]:
        """Return the ids of the present extensions of a person."""
        ...


@dataclass(frozen=True, slots=True)
class PersonErasureDependencies:
    """Dependencies. `installation_id` is written into receipts."""

    database: Database
    erasure: Erasure
    signer: ReceiptSigner
    installation_id: str
    holds: Holds
    audit: AuditLog


class PersonErasures:
    """Erases people, with or without an account, from these holdings.

    A failing step does not stop the others; the receipt is stored once nothing is left.
    """

    def __init__(
        self, deps: PersonErasureDependencies, holdings: Sequence[Holding], installation: Installation
    ) -> None:
        self.holdings = holdings
        self.installation = installation
        self.audit, self.holds = deps.audit, deps.holds
        self.database, self._clock = deps.database, deps.database.clock
        self.erasure = deps.erasure
        self._signer, self._installation_id = deps.signer, deps.installation_id
        self._one_at_a_time = asyncio.Lock()

    async def plan(self, owner: DataSubject) -> ErasurePlan:
        """Return what is held about a person. Nothing is changed. Raise Conflict if they must not be erased."""
        async with self.database.read() as session:
            stored = await repository.find_erasure(session, owner.tenant_id, owner.id)
            schedule = await repository.find_schedule(session, owner.tenant_id, owner.id)
        if stored is None:
            await self.installation.check(owner)
        plan = await self._plan(owner, _receipt_of(stored))
        return plan if schedule is None else replace(plan, scheduled=schedule.due)

    async def confirm(self, owner: DataSubject, confirmed: str | None) -> ErasurePlan:
        """Return the present plan. Raise PlanChanged unless it is the confirmed one, Conflict."""
        await self.installation.check(owner)
        plan = await self._plan(owner, None)
        if confirmed is not None and plan.digest != confirmed:
            raise PlanChanged("The data about this person has changed since the plan.", hint="Look at the plan again.")
        return plan

    async def erase(self, owner: DataSubject, confirmed: str | None, by: str) -> dict[str, Any]:
        """Erase a person and return the receipt; that of the first time if they are erased already. Objects under a
        hold stay without access to them, and the erasure ends on their release. `confirmed` is the digest of a plan;
        None for an erasure that is scheduled. `by` is the id of the administrator. Raise PlanChanged, Conflict,
        ServiceUnavailable."""
        async with self._one_at_a_time:
            async with self.database.read() as session:
                stored = await repository.find_erasure(session, owner.tenant_id, owner.id)
            receipt = _receipt_of(stored)
            if receipt is not None:
                return receipt
            if stored is None:
                stored = await self._begin(owner, confirmed, by)
            return await self._run(stored)

    async def resume(self) -> None:
        """Finish the erasures that an earlier process began, that left something behind, or that a hold delayed."""
        async with self.database.read() as session:
            stored = await repository.unfinished_erasures(session)
        for each in stored:
            with log_and_continue("erasure_not_finished", tenant=each.tenant_id):
                await self._resume(each)
        begun = {(each.tenant_id, each.subject_id) for each in stored}
        for tenant_id, subject in self.erasure.withdrawn():
            # A restored database may know neither the erasure nor the hold.
            with log_and_continue("erasure_not_finished", tenant=tenant_id):
                if (tenant_id, subject) not in begun and not await self._held(DataSubject(tenant_id, subject)):
                    self.erasure.erase_subject(tenant_id, subject)

    async def stuck(self) -> Sequence[str]:
        """Return the ids of the people whose erasure has been unfinished for more than an hour, although it is resumed
        every few minutes, oldest first. One that a hold delays is not, until an hour after its release."""
        async with self.database.read() as session:
            found = await repository.stuck_erasures(session, self._clock.now() - _STUCK_AFTER)
        return [each.person_id for each in found if await self._is_due(each)]

    async def _resume(self, stored: ErasureRow) -> None:
        async with self._one_at_a_time:
            async with self.database.read() as session:
                now = await repository.find_erasure(session, stored.tenant_id, stored.person_id)
            if now is not None and await self._is_due(now):
                await self._run(now)

    async def _is_due(self, stored: ErasureRow) -> bool:
        """Whether an erasure goes on: not while the same objects are under a hold as in its receipt."""
        receipt = _receipt_of(stored)
        if receipt is None:
            return True
        held = {each.kind: each.count for each in await self._held(_owner_of(stored))}
        return held != {each["kind"]: each["count"] for each in receipt["kept"] if each["area"] == _HELD}

    async def _held(self, owner: DataSubject) -> Sequence[HeldKind]:
        """Return the objects of a subject that are under a hold. The holdings neither erase nor count them."""
        return await self.holds.of_subject(owner.tenant_id, owner.subject)

    async def erase_rows(self, owner: DataSubject) -> bool:
        """Erase a subject in all areas, independently of each other; return whether all have succeeded."""
        done = True
        for holding in self.holdings:
            try:
                await holding.erase(owner)
            except Exception as fault:  # the other areas must still erase
                log.error("erasure_step_failed", area=holding.area, **describe_fault(fault))
                done = False
        return done

    async def load_applied(self) -> None:
        """Compare the database with the erasure journal. Raise StartupError if the journal is behind it."""
        async with self.database.read() as session:
            row = await repository.get_applied(session)
        known = JournalHead() if row is None else JournalHead(row.length, row.mac)
        self.erasure.compare(AppliedErasures(known, 0 if row is None else row.applied))

    async def store_applied(self) -> None:
        """Store in the database up to where its rows are erased. If that is lost, the next start erases them again."""
        found = self.erasure.applied
        async with self.database.begin() as uow:
            row = await repository.get_applied(uow.session)
            if row is None:
                row = AppliedErasuresRow(id=1)
                uow.session.add(row)
            row.length, row.mac, row.applied = found.head.length, found.head.mac, found.applied

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete the receipts of a deleted tenant. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)

    async def _begin(self, owner: DataSubject, confirmed: str | None, by: str) -> ErasureRow:
        plan = await self.confirm(owner, confirmed)
        row = ErasureRow(
            id=self._clock.new_id(),
            tenant_id=owner.tenant_id,
            person_id=owner.id,
            subject_id=owner.subject,
            extension_ids=" ".join(owner.extension_ids),
            requested_by=by,
            requested=self._clock.now(),
            plan=json.dumps(plan.held),
            receipt=None,
            held=False,
        )
        async with self.database.begin() as uow:
            # Two nodes may erase two people at once: each check has counted the person of the other erasure.
            await lock_scope(uow.session, "erasure", owner.tenant_id)
            leaving = await repository.people_leaving(uow.session, owner.tenant_id)
            await self.installation.admit(uow.session, owner, leaving)
            is_scheduled = await repository.drop_schedule(uow.session, owner.tenant_id, owner.id)
            if confirmed is None and not is_scheduled:
                raise Conflict("The erasure was cancelled.")
            await lock_holds(uow.session, owner.tenant_id)  # a hold is either seen by the erasure, or refused
            uow.session.add(row)
            await self.audit.record_current(uow, ERASURE_ACTION, _object_of(row))
        return row

    async def _run(self, stored: ErasureRow) -> dict[str, Any]:
        owner = _owner_of(stored)
        held = await self._held(owner)
        begun = self.erasure.is_destroyed(owner.tenant_id, owner.subject)
        released = not held and self.erasure.is_withdrawn(owner.tenant_id, owner.subject)
        if not begun or released:
            self._announce(stored, held=bool(held))
            await self.erase_rows(owner)
            await self._settle()
        cleared = await self._destroy_key(stored, held=bool(held))
        left = await self._count(owner, again=True)
        if any(count for kinds in left.values() for count in kinds.values()):
            await self.erase_rows(owner)
            await self._settle()
            left = await self._count(owner, again=True)
        plan: Counts = json.loads(stored.plan)
        kinds = {each.kind: each.count for each in held}
        gone = {kind: count - kinds.get(kind, 0) for kind, count in plan.get(_HELD, {}).items()}
        before: Counts = {**plan, _HELD: {kind: count for kind, count in gone.items() if count > 0}}
        if not (held and cleared):
            before, left = {**before, "privacy": {_KEY: 1}}, {**left, "privacy": {_KEY: 0 if cleared else 1}}
        proof = await self._audit_proof(stored)
        receipt = self._signer.sign(
            {
                **({} if proof is None else {"audit": proof}),
                "id": stored.id,
                "installation": self._installation_id,
                "tenant": stored.tenant_id,
                "person": stored.person_id,
                "requested": stored.requested.isoformat(),
                "finished": self._clock.now().isoformat(),
                "plan": self._digest(owner, plan),
                "kept": [*await self._retained(owner, before), *_stays(held, key=True), _JOURNAL],
                **outcome(before, left),
            }
        )
        if not receipt["failed"]:
            async with self.database.begin() as uow:
                await repository.finish_erasure(
                    uow.session, stored.tenant_id, stored.id, json.dumps(receipt), held=bool(held)
                )
        return receipt

    async def _audit_proof(self, stored: ErasureRow) -> dict[str, Any] | None:
        """Return the proof that the audit log includes this erasure; None for one that began without a request."""
        return await self.audit.tree.prove_object(stored.tenant_id, ERASURE_ACTION, _object_of(stored))

    def _announce(self, stored: ErasureRow, *, held: bool) -> None:
        try:
            self.erasure.announce(stored.id, stored.tenant_id, stored.subject_id, held=held)
        except OSError as fault:
            raise ServiceUnavailable(
                Phrase("The erasure journal cannot be written: {}.", fault.strerror),
                hint="Nothing is erased yet. Free disk space: the server repeats it every five minutes.",
            ) from None

    async def _destroy_key(self, stored: ErasureRow, *, held: bool) -> bool:
        """Destroy the key, or withdraw it; return whether its bytes are gone from the log of the key store too."""
        try:
            await self.erasure.destroy_key(stored.id, stored.tenant_id, stored.subject_id, held=held)
        except KeysBusy:
            log.warning("erased_key_not_cleared", erasure=stored.id)
            return False
        return True

    async def _plan(self, owner: DataSubject, receipt: dict[str, Any] | None) -> ErasurePlan:
        await self._settle()
        held = await self._count(owner, again=False)
        under_hold = await self._held(owner)
        if under_hold:
            held = {**held, _HELD: {each.kind: each.count for each in under_hold}}
        retained = (*await self._retained(owner, held), *_stays(under_hold, key=False))
        found = self._digest(owner, held)
        return ErasurePlan(owner.id, held, retained, found, self._signer.fingerprint, receipt)

    async def _count(self, owner: DataSubject, *, again: bool) -> Counts:
        found: dict[str, dict[str, int]] = {}
        for holding in self.holdings:
            probe = holding.remains if again else holding.find
            try:
                found[holding.area] = dict(await probe(owner))
            except Exception as fault:
                if not again:
                    raise
                log.error("erasure_probe_failed", area=holding.area, **describe_fault(fault))
                found[holding.area] = {_PROBE_FAILED: 1}
        return found

    async def _retained(self, owner: DataSubject, held: Counts) -> list[dict[str, Any]]:
        """Return what stays: parts of what is held, and documents that the law requires as they are."""
        records = {each.area: await each.records(owner) for each in self.holdings if isinstance(each, RecordsHolding)}
        return [
            {"area": holding.area, "kind": kind, "count": count, **asdict(retained)}
            for holding in self.holdings
            for kind, retained in holding.retained.items()
            if (count := {**held.get(holding.area, {}), **records.get(holding.area, {})}.get(kind, 0))
        ]

    def _digest(self, owner: DataSubject, held: Counts) -> str:
        # Without accesses: to look at the plan adds one, and what is held would no longer be what was confirmed.
        counted = {area: counts for area, counts in held.items() if area != ACCESSES}
        return digest({"tenant": owner.tenant_id, "person": owner.id, "held": cast("Any", counted)})

    async def _settle(self) -> None:
        """Wait for pending records; if that fails, looking again shows what they left behind."""
        try:
            await self.installation.settle()
        except Exception as fault:
            log.error("erasure_not_settled", **describe_fault(fault))


def _object_of(stored: ErasureRow) -> str:
    return f"erasure:{stored.id}"


def _owner_of(stored: ErasureRow) -> DataSubject:
    person_id = "" if stored.person_id == stored.subject_id else stored.person_id
    return DataSubject(stored.tenant_id, stored.subject_id, person_id, tuple(stored.extension_ids.split()))


def _stays(held: Sequence[HeldKind], *, key: bool) -> list[dict[str, Any]]:
    """Return the entries of a receipt for objects under a hold, and for the key that they need."""
    if not held:
        return []
    until = f"the hold is released; it is reviewed by {max(each.review for each in held).isoformat()}"
    kinds = [(_HELD, each.kind, each.count) for each in held]
    if key:
        kinds.append(("privacy", _KEY, 1))
    common = {"what": "Objects under a hold, with what they need to be opened.", "why": _HOLD, "until": until}
    return [{"area": area, "kind": kind, "count": count, **common} for area, kind, count in kinds]


def _receipt_of(stored: ErasureRow | None) -> dict[str, Any] | None:
    return json.loads(stored.receipt) if stored is not None and stored.receipt is not None else None
