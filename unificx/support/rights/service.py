"""The queue of requests about personal data: entry, steps, time limits, reminders."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, Expired, Invalid, NotFound
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase
from unificx.db import Page, PageById, UnitOfWork, lock_scope, log_and_continue
from unificx.identity import Transaction, checked_name
from unificx.support.rights import clocks, repository, states
from unificx.support.rights.accounts import Accounts
from unificx.support.rights.corrections import NameCorrections, require_correction
from unificx.support.rights.deadlines import deadlines
from unificx.support.rights.dependencies import RightsDependencies
from unificx.support.rights.queues import provider_queue, queues_of
from unificx.support.rights.retention import RequestRetention
from unificx.support.rights.reviews import SuspensionReviews
from unificx.support.rights.schemas import (
    GENERAL_KINDS,
    Kind,
    NewRequest,
    Origin,
    OwnKind,
    Proof,
    Recipient,
    RequestFilter,
    RequestHistory,
    RightsRequest,
    State,
    StepRecord,
)
from unificx.support.rights.subjects import EMAIL_ALIAS, RequestSubjects

REMIND_BEFORE, REMIND_EVERY = timedelta(days=7), timedelta(days=1)
MAX_OPEN = 20
"""Open requests per user."""
MAX_TEXT, MAX_TOPIC, MAX_ATTACHMENT = 10_000, 200, 64 << 10
"""Characters of a text, of a subject line and of an attached report."""
ALL_OPEN = RequestFilter()
_CHECKED_BY_STAFF: frozenset[Kind] = frozenset({"authority", "breach", "minor"})
_ERASING: frozenset[Kind] = frozenset({"deletion", "minor"})
LIFTED = "The suspension has ended. / Die Sperre wurde aufgehoben."
NOT_DECIDED = "The sign-up was not decided about in time. / Über die Anmeldung wurde nicht rechtzeitig entschieden."


@dataclass(frozen=True, slots=True)
class _Entry:
    """How a request was received. `by`: id of the person who entered it, who may be limited to `most` open ones."""

    origin: Origin
    state: State
    proof: Proof
    by: str
    most: int | None = None


class RightsRequests:
    """The requests of all tenants."""

    def __init__(self, deps: RightsDependencies) -> None:
        self.deps, self.notifier, self.accounts = deps, deps.notifier, Accounts(deps.identity)
        self._database, self._keys, self._identity = deps.database, deps.keys, deps.identity
        self._clock = deps.database.clock
        self.retention = RequestRetention(deps)
        self.subjects = RequestSubjects(deps.keys, deps.outside_numbers, self.accounts)
        self.corrections = NameCorrections(deps, self.accounts)
        self.reviews = SuspensionReviews(self.enter_review, self.accounts, deps.identity)

    # ---- entry

    async def submit_own(
        self,
        tenant_id: str,
        person_id: str,
        kind: OwnKind,
        text: str,
        *,
        topic: str = "",
        attachment: str = "",
        to: Recipient = "organisation",
    ) -> RightsRequest:
        """Enter a request of a signed-in user. A user who reports to be a minor is suspended at once. `attachment`: a
        report that the user has seen.

        Raise Conflict if too many are open, Invalid, NotFound."""
        person = await self.accounts.get(tenant_id, person_id)
        queue_id = provider_queue(self._identity.directory, tenant_id, kind) if to == "provider" else tenant_id
        new = NewRequest(kind, text, topic, attachment, name=person.name, email=person.email, person_id=person_id)
        new = replace(new, sender_tenant=tenant_id if to == "provider" else "")
        return await self._enter(queue_id, new, _Entry("account", "proved", "account", person_id, MAX_OPEN))

    async def enter(self, tenant_id: str, new: NewRequest, by: str) -> RightsRequest:
        """Enter a request that an administrator has received. The account of a reported minor is suspended at once.

        Raise Invalid, NotFound."""
        checked, general = new.kind in _CHECKED_BY_STAFF, new.kind in GENERAL_KINDS
        state: State = "proved" if checked or general else "received"
        return await self._enter(tenant_id, new, _Entry("staff", state, "staff" if checked else "", by))

    async def enter_review(
        self, tx: Transaction, tenant_id: str, new: NewRequest, by: str, *, without: str = ""
    ) -> RightsRequest:
        """Enter, within `tx`, the request for a review of a suspension or for the approval of a sign-up. The
        administrator `without` is not told of it. Raise Invalid."""
        return await self._insert(tx.uow, tenant_id, new, _Entry("account", "proved", "account", by), without)

    async def enter_public(self, tenant_id: str, new: NewRequest) -> RightsRequest:
        """Enter a request from the public form. Administrators are told once its sender is proved, or at once if no
        code can be sent. Raise Invalid."""
        return await self._enter(tenant_id, new, _Entry("public", "received", "", ""))

    async def enter_received(self, uow: UnitOfWork, tenant_id: str, new: NewRequest) -> RightsRequest:
        """Enter an inquiry that came by e-mail, within `uow`. Its sender is not proved. Raise Invalid."""
        return await self._insert(uow, tenant_id, new, _Entry("mail", "proved", "", ""))

    async def prove_email(self, tenant_id: str, request_id: str) -> None:
        """Note that the sender of a public request can read its e-mail address. A request about a telephone number
        stays received until an administrator has called that number. Raise Expired."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            request = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if request is None or request.state != "received":
                raise Expired("The request is closed.")
            request = replace(request, proof="email", confirmed=self._clock.now())
            if not request.number or request.kind in GENERAL_KINDS:
                about = self._keys.find(tenant_id, EMAIL_ALIAS, request.email)
                request = replace(request, state="proved", about=about)
            await repository.save(uow.session, self._keys, request)
            await self.add_record(uow, request, self._record("prove_email", "", ""))
            await self.alert(uow, tenant_id, [request])

    async def _enter(self, tenant_id: str, new: NewRequest, entry: _Entry) -> RightsRequest:
        if new.kind != "minor":
            async with self._database.begin() as uow:
                return await self._insert(uow, tenant_id, new, entry)
        if not new.person_id:
            raise Invalid("Name the account of the minor.", field="person_id")
        async with self.accounts.transaction() as tx:
            await self.accounts.suspend_minor(tx, tenant_id, new.person_id)
            return await self._insert(tx.uow, tenant_id, new, entry)

    async def _insert(
        self, uow: UnitOfWork, tenant_id: str, new: NewRequest, entry: _Entry, without: str = ""
    ) -> RightsRequest:
        text, topic = new.text.strip(), _one_line(new.topic)
        if len(text) > MAX_TEXT:
            raise Invalid(Phrase("Use at most {} characters.", MAX_TEXT), field="text")
        if len(topic) > MAX_TOPIC:
            raise Invalid(Phrase("Use at most {} characters.", MAX_TOPIC), field="topic")
        if len(new.attachment) > MAX_ATTACHMENT:
            raise Invalid(Phrase("Use at most {} characters.", MAX_ATTACHMENT), field="attachment")
        if entry.most is not None:
            await lock_scope(uow.session, "requests of", entry.by)
            if await repository.count_open(uow.session, tenant_id, entry.by) >= entry.most:
                raise Conflict("You have many open requests.", hint="Wait for their answers.")
        about = await self.subjects.of_new(tenant_id, new) if entry.origin in ("account", "staff") else None
        now, own = self._clock.now(), entry.origin == "account"
        request = _with_limits(self.deps, tenant_id, replace(new, text=text, topic=topic), now)
        request = replace(request, origin=entry.origin, state=entry.state, proof=entry.proof)
        request = replace(request, about=about, confirmed=now if own else None)
        await repository.insert(uow.session, self._keys, request)
        await self.add_record(uow, request, self._record("receive", "", entry.by))
        if new.attachment:
            await self.add_record(uow, request, self._record("attach", new.attachment, entry.by))
        if entry.origin != "public" or not self.notifier.can_send:
            await self.alert(uow, tenant_id, [request], without)
        return request

    # ---- lists

    async def page(
        self, tenant_id: str, wanted: RequestFilter = ALL_OPEN, *, cursor: str | None = None, limit: int = 100
    ) -> Page[RightsRequest]:
        """List open or closed requests, oldest first. Raise Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._database.read() as session:
            found = await repository.page(session, self._keys, tenant_id, request, wanted)
        return request.of_rows(found, lambda each: each.id)

    async def count_due(self, tenant_id: str) -> tuple[int, int]:
        """Return how many requests are open, and how many of them are overdue."""
        async with self._database.read() as session:
            return await repository.count_due(session, tenant_id, self._clock.now())

    async def get(self, tenant_id: str, request_id: str) -> RequestHistory:
        """Return a request with its steps. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.find(session, self._keys, tenant_id, request_id)
            if found is None:
                raise _not_found()
            return RequestHistory(found, await repository.steps(session, self._keys, tenant_id, request_id))

    async def own(self, tenant_id: str, person_id: str) -> Sequence[RightsRequest]:
        """Return the latest requests that a user has sent, newest first."""
        async with self._database.read() as session:
            found = [
                request
                for queue_id in queues_of(self._identity.directory, tenant_id)
                for request in await repository.of_person(session, self._keys, queue_id, person_id)
            ]
        return sorted(found, key=lambda each: each.id, reverse=True)

    # ---- steps

    async def take(
        self, tenant_id: str, request_id: str, step: states.Step, note: str, by: str, *, corrected_name: str = ""
    ) -> RightsRequest:
        """Take a step. `note` is the answer, the reply, the reasons or how the identity was proved; the person is told
        answers, replies, refusals and extensions. The answer to a correction carries `corrected_name` into the account,
        or the records about a number. Raise NotFound, Conflict, Invalid."""
        note, corrected = note.strip(), checked_name(corrected_name, "corrected_name") if corrected_name else ""
        if len(note) > MAX_TEXT:
            raise Invalid(Phrase("Use at most {} characters.", MAX_TEXT), field="note")
        renamed = False
        if corrected:
            open_request = (await self.get(tenant_id, request_id)).request
            require_correction(open_request, step)
            self._after(open_request, step, note)
            renamed = await self.corrections.rename(open_request, corrected)
        async with self.accounts.transaction() as tx:
            uow = tx.uow
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if before is None:
                raise _not_found()
            suspension = await self.reviews.require_other(before, step, by)
            request = replace(self._after(before, step, note), corrected=corrected or before.corrected)
            await repository.save(uow.session, self._keys, request)
            await self.add_record(uow, request, self._record(step, note, by))
            if corrected and not renamed:
                self.corrections.publish(uow, request)
            if suspension is not None:
                await self.reviews.apply(tx, request, suspension, step)
            if step == "refuse" and request.kind == "minor" and request.person_id:
                await self.accounts.resume_minor(tx, tenant_id, request.person_id)
            if step in ("answer", "refuse", "extend", "reply"):
                await self.notifier.send(request, "request_answer", note, uow)
        return request

    async def close_lifted(self, uow: UnitOfWork, queue_id: str, review_id: str) -> None:
        """Close the request for a review of a suspension that has ended otherwise, if it is open. The person gets an
        e-mail about the end of the suspension, and none about the request."""
        await lock_scope(uow.session, "rights request", review_id)
        before = await repository.find(uow.session, self._keys, queue_id, review_id)
        if before is None or before.state in states.FINAL:
            return
        await repository.save(uow.session, self._keys, self._after(before, "answer", LIFTED))
        await self.add_record(uow, before, self._record("answer", LIFTED, ""))

    async def expire_sign_ups(self) -> None:
        """Refuse the sign-ups that operators have not decided about: their organisations are deleted, and the
        applicants are told. To be called periodically."""
        for queue_id, review_id, tenant_id in await self.reviews.undecided():
            with log_and_continue("sign_up_not_refused", tenant=tenant_id):
                await self._expire_sign_up(queue_id, review_id, tenant_id)

    async def _expire_sign_up(self, queue_id: str, review_id: str, tenant_id: str) -> None:
        async with self._database.read() as session:
            request = await repository.find(session, self._keys, queue_id, review_id) if review_id else None
        if request is None or request.state in states.FINAL:
            async with self.accounts.transaction() as tx:
                await self.accounts.delete_undecided(tx, tenant_id)
        else:
            await self.take(queue_id, review_id, "refuse", NOT_DECIDED, "")

    def _after(self, before: RightsRequest, step: states.Step, note: str) -> RightsRequest:
        now = self._clock.now()
        if step == "extend" and before.extendable is None:
            raise Conflict("This time limit cannot be extended.")
        state = states.after(before.state, step, note=note, due=before.due, now=now)
        if step == "answer":
            self._require_erased(before)
        request = replace(before, state=state)
        match step:
            case "prove":
                return replace(
                    request, proof="phone" if request.number else "staff", about=self.subjects.of_proved(before)
                )
            case "begin" | "reply":
                return replace(request, confirmed=request.confirmed or now)
            case "extend" if before.extendable is not None:
                return replace(request, due=before.extendable, extendable=None)
            case "answer" | "refuse":
                return replace(request, answer=note, closed=now, confirmed=request.confirmed or now)
            case _:
                return replace(request, closed=now)

    def _require_erased(self, request: RightsRequest) -> None:
        """Raise Conflict for the answer to a deletion before the subject is erased."""
        if request.kind not in _ERASING or request.about is None:
            return
        if not self._keys.is_destroyed(request.tenant_id, request.about):
            raise Conflict(
                "The data is not erased yet.", hint="Erase the person or number first, or refuse with reasons."
            )

    async def add_record(self, uow: UnitOfWork, request: RightsRequest, record: StepRecord) -> str:
        """Add a step to the history of a request; return its id."""
        step_id = self._clock.new_id()
        await repository.add_step(uow.session, self._keys, request, record, step_id)
        return step_id

    def _record(self, step: str, note: str, by: str) -> StepRecord:
        return StepRecord(self._clock.now(), step, by, note)

    # ---- reminders

    async def remind(self) -> None:
        """Remind the administrators of requests that are due soon or overdue. To be called periodically."""
        with stating(Access("requests", "reminders")):
            await self._remind(self._clock.now())

    async def _remind(self, now: datetime) -> None:
        async with self._database.read() as session:
            due = await repository.to_remind(session, now + REMIND_BEFORE, now - REMIND_EVERY)
        found: defaultdict[str, list[str]] = defaultdict(list)
        for tenant_id, request_id in due:
            found[tenant_id].append(request_id)
        for tenant_id, request_ids in found.items():
            with log_and_continue("requests_not_reminded", tenant=tenant_id):
                async with self._database.begin() as uow:
                    if requests := [each async for each in self._reminded(uow, tenant_id, request_ids, now)]:
                        await self.alert(uow, tenant_id, requests)

    async def _reminded(
        self, uow: UnitOfWork, tenant_id: str, request_ids: Sequence[str], now: datetime
    ) -> AsyncIterator[RightsRequest]:
        for request_id in sorted(request_ids):  # one order of the locks in all processes
            await lock_scope(uow.session, "rights request", request_id)
            request = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if request is not None and request.closed is None:
                await repository.save(uow.session, self._keys, replace(request, reminded=now))
                yield request

    async def alert(
        self, uow: UnitOfWork, tenant_id: str, requests: Sequence[RightsRequest], without: str = ""
    ) -> None:
        """Tell the administrators kind and last day of these requests, `without` one of them, once `uow` is stored."""
        zone = self._identity.directory.time_zone(tenant_id)
        days = [clocks.last_day(each.due, zone) for each in requests]
        detail = "; ".join(f"{each.kind}, {day}" for each, day in zip(requests, days, strict=True))
        await self.notifier.alert_administrators(tenant_id, detail, without=without, uow=uow)


def _with_limits(deps: RightsDependencies, tenant_id: str, new: NewRequest, now: datetime) -> RightsRequest:
    regime, confirm_due, due, extendable = deadlines(deps.identity.directory, tenant_id, new.kind, now)
    found = min(new.found or now, now)
    return RightsRequest(
        id=deps.database.clock.new_id(),
        tenant_id=tenant_id,
        kind=new.kind,
        regime=regime,
        origin="staff",
        state="received",
        proof="",
        received=found if new.kind == "breach" else now,
        confirm_due=confirm_due,
        confirmed=None,
        due=clocks.breach_due(found) if new.kind == "breach" else new.due or due,
        extendable=None if new.kind in ("authority", "breach", "review", "sign_up") else extendable,
        closed=None,
        reminded=None,
        person_id=new.person_id or None,
        about=None,
        subject=deps.database.clock.new_id(),
        name=new.name,
        email=new.email,
        number=new.number,
        text=new.text,
        topic=new.topic,
        basis=new.basis,
        sender_tenant=new.sender_tenant or None,
    )


def _one_line(text: str) -> str:
    return " ".join("".join(each if is_printable(each) else " " for each in text).split())


def _not_found() -> NotFound:
    return NotFound("There is no such request.")
