"""The queue of requests about personal data: entry, steps, time limits, reminders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, Expired, Invalid, NotFound
from unificx.db import Page, PageById, UnitOfWork, lock_scope
from unificx.identity import NewSuspension, PersonChange
from unificx.support.rights import clocks, repository, states
from unificx.support.rights.accounts import Accounts
from unificx.support.rights.parts import RightsParts
from unificx.support.rights.ports import NoNotifier, RequestNotifier
from unificx.support.rights.retention import RequestRetention
from unificx.support.rights.reviews import SuspensionReviews
from unificx.support.rights.schemas import (
    Kind,
    NewRequest,
    Origin,
    OwnKind,
    Proof,
    RequestFilter,
    RequestHistory,
    RightsRequest,
    State,
    StepRecord,
)

REMIND_BEFORE, REMIND_EVERY = timedelta(days=7), timedelta(days=1)
MAX_OPEN = 20
"""Open requests per user."""
MAX_TEXT = 10_000
ALL_OPEN = RequestFilter()
_ERASING: frozenset[Kind] = frozenset({"deletion", "minor"})
LIFTED = "The suspension has ended. / Die Sperre wurde aufgehoben."
NOT_DECIDED = "The sign-up was not decided about in time. / Über die Anmeldung wurde nicht rechtzeitig entschieden."
NUMBER_ALIAS, EMAIL_ALIAS = "number", "email"


class RightsRequests:
    """The requests of all tenants. `notifier` is set by the composition root."""

    def __init__(self, parts: RightsParts) -> None:
        self.notifier: RequestNotifier = NoNotifier()
        self.parts, self.accounts = parts, Accounts(parts.identity)
        self._database, self._keys, self._identity = parts.database, parts.keys, parts.identity
        self._clock = parts.database.clock
        self.retention = RequestRetention(parts)
        self.reviews = SuspensionReviews(self, self.accounts, parts.identity)

    # ---- entry

    async def submit_own(self, tenant_id: str, person_id: str, kind: OwnKind, text: str) -> RightsRequest:
        """Enter a request of a signed-in user about themselves. A user who reports to be a minor is suspended at once.

        Raise Conflict if too many are open, Invalid, NotFound."""
        person = await self.accounts.get(tenant_id, person_id)
        async with self._database.read() as session:
            if await repository.count_open(session, tenant_id, person_id) >= MAX_OPEN:
                raise Conflict("You have many open requests.", hint="Wait for their answers.")
        new = NewRequest(kind, text, name=person.name, email=person.email, person_id=person_id)
        return await self._enter(tenant_id, new, "account", state="proved", proof="account", by=person_id)

    async def enter(self, tenant_id: str, new: NewRequest, by: str, *, without: str = "") -> RightsRequest:
        """Enter a request that an administrator has received, or for a suspended person the review of the suspension,
        of which the administrator `without` is not told. The account of a reported minor is suspended at once.

        Raise Invalid, NotFound."""
        if new.kind in ("review", "sign_up"):
            return await self._enter(tenant_id, new, "account", state="proved", proof="account", by=by, without=without)
        state: State = "proved" if new.kind in ("authority", "breach", "minor") else "received"
        return await self._enter(
            tenant_id, new, "staff", state=state, proof="staff" if state == "proved" else "", by=by
        )

    async def enter_public(self, tenant_id: str, new: NewRequest) -> RightsRequest:
        """Enter a request from the public form. Administrators are told once its sender is proved, or at once if no
        code can be sent. Raise Invalid."""
        return await self._enter(tenant_id, new, "public", state="received", proof="", by="")

    async def prove_email(self, tenant_id: str, request_id: str) -> None:
        """Note that the sender of a public request can read its e-mail address. A request about a telephone number
        stays received until an administrator has called that number. Raise Expired."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            request = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if request is None or request.state != "received":
                raise Expired("The request is closed.")
            request = replace(request, proof="email", confirmed=self._clock.now())
            if not request.number:
                about = self._keys.find(tenant_id, EMAIL_ALIAS, request.email)
                request = replace(request, state="proved", about=about)
            await repository.save(uow.session, self._keys, request)
            await self.add_record(uow, request, self._record("prove_email", "", ""))
        await self._alert(tenant_id, [request])

    async def _enter(
        self,
        tenant_id: str,
        new: NewRequest,
        origin: Origin,
        *,
        state: State,
        proof: Proof,
        by: str,
        without: str = "",
    ) -> RightsRequest:
        text = new.text.strip()
        if len(text) > MAX_TEXT:
            raise Invalid(f"Use at most {MAX_TEXT} characters.", field="text")
        if new.kind == "minor" and not new.person_id:
            raise Invalid("Name the account of the minor.", field="person_id")
        about = await self._subject(tenant_id, new) if origin != "public" else None
        now, own = self._clock.now(), origin == "account"
        request = self._with_limits(tenant_id, replace(new, text=text), now)
        request = replace(request, origin=origin, state=state, proof=proof, about=about, confirmed=now if own else None)
        if new.kind == "minor":
            await self._suspend(tenant_id, new.person_id)
        async with self._database.begin() as uow:
            await repository.insert(uow.session, self._keys, request)
            await self.add_record(uow, request, self._record("receive", "", by))
        if origin != "public" or not self.notifier.can_send:
            await self._alert(tenant_id, [request], without)
        return request

    async def _subject(self, tenant_id: str, new: NewRequest) -> str | None:
        """Return the data subject that a request is about, if it is known here. Raise NotFound for another account."""
        if new.person_id:
            return (await self.accounts.get(tenant_id, new.person_id)).subject
        if new.number:
            return self._keys.find(tenant_id, NUMBER_ALIAS, new.number)
        return self._keys.find(tenant_id, EMAIL_ALIAS, new.email.lower()) if new.email else None

    def subject_of_number(self, tenant_id: str, number: str) -> str | None:
        """Return the data subject of a number outside (E.164) if anything is held about it."""
        return self._keys.find(tenant_id, NUMBER_ALIAS, number)

    def _with_limits(self, tenant_id: str, new: NewRequest, now: datetime) -> RightsRequest:
        tenant, zone = self._identity.directory.tenant(tenant_id), self._identity.directory.time_zone(tenant_id)
        country = tenant.country if tenant is not None else ""
        regime = clocks.regime_of(country)
        limits = clocks.time_limits(regime, country, clocks.local_day(now, zone))
        due, extendable = clocks.end_of(limits.answer, zone), clocks.end_of(limits.extended, zone)
        found = min(new.found or now, now)
        return RightsRequest(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            kind=new.kind,
            regime=regime,
            origin="staff",
            state="received",
            proof="",
            received=found if new.kind == "breach" else now,
            confirm_due=clocks.end_of(limits.confirm, zone) if limits.confirm is not None else None,
            confirmed=None,
            due=clocks.breach_due(found) if new.kind == "breach" else new.due or due,
            extendable=None if new.kind in ("authority", "breach", "review", "sign_up") else extendable,
            closed=None,
            reminded=None,
            person_id=new.person_id or None,
            about=None,
            subject=self._clock.new_id(),
            name=new.name,
            email=new.email,
            number=new.number,
            text=new.text,
            basis=new.basis,
        )

    async def _suspend(self, tenant_id: str, person_id: str) -> None:
        change = PersonChange(state="suspended", suspension=NewSuspension("minor"))
        await self.accounts.change(tenant_id, person_id, change)

    # ---- lists

    async def page(
        self, tenant_id: str, wanted: RequestFilter = ALL_OPEN, *, cursor: str | None = None, limit: int = 100
    ) -> Page[RightsRequest]:
        """List open or closed requests, oldest first. Raise Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        async with self._database.read() as session:
            found = await repository.page(session, self._keys, tenant_id, request, wanted)
        return request.of_rows(found, lambda each: each.id)

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
            return await repository.of_person(session, self._keys, tenant_id, person_id)

    # ---- steps

    async def take(self, tenant_id: str, request_id: str, step: states.Step, note: str, by: str) -> RightsRequest:
        """Take a step. `note` is the answer, the reasons or how the identity was proved; the person is told answers,
        refusals and extensions. Raise NotFound, Conflict, Invalid."""
        note = note.strip()
        if len(note) > MAX_TEXT:
            raise Invalid(f"Use at most {MAX_TEXT} characters.", field="note")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "rights request", request_id)
            before = await repository.find(uow.session, self._keys, tenant_id, request_id)
            if before is None:
                raise _not_found()
            suspension = await self.reviews.require_other(before, step, by)
            request = self._after(before, step, note)
            await repository.save(uow.session, self._keys, request)
            await self.add_record(uow, request, self._record(step, note, by))
        if suspension is not None:
            await self.reviews.apply(request, suspension, step)
        if step == "refuse" and request.kind == "minor" and request.person_id:
            await self.accounts.change(tenant_id, request.person_id, PersonChange(state="active"))
        if step in ("answer", "refuse", "extend"):
            await self.notifier.send(request, "request_answer", note)
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
            async with self._database.read() as session:
                request = await repository.find(session, self._keys, queue_id, review_id) if review_id else None
            if request is None or request.state in states.FINAL:
                await self.accounts.delete_tenant(tenant_id)
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
                return replace(request, proof="phone" if request.number else "staff", about=self._about(before))
            case "begin":
                return replace(request, confirmed=request.confirmed or now)
            case "extend" if before.extendable is not None:
                return replace(request, due=before.extendable, extendable=None)
            case "answer" | "refuse":
                return replace(request, answer=note, closed=now, confirmed=request.confirmed or now)
            case _:
                return replace(request, closed=now)

    def _about(self, request: RightsRequest) -> str | None:
        """Return the subject of a request whose sender is proved now, if it is known here."""
        if request.about is not None:
            return request.about
        kind, value = (NUMBER_ALIAS, request.number) if request.number else (EMAIL_ALIAS, request.email.lower())
        return self._keys.find(request.tenant_id, kind, value) if value else None

    def _require_erased(self, request: RightsRequest) -> None:
        """Raise Conflict for the answer to a deletion before the subject is erased."""
        if request.kind not in _ERASING or request.about is None:
            return
        if not self._keys.is_destroyed(request.tenant_id, request.about):
            raise Conflict(
                "The data is not erased yet.", hint="Erase the person or number first, or refuse with reasons."
            )

    async def add_record(self, uow: UnitOfWork, request: RightsRequest, record: StepRecord) -> None:
        """Add a step to the history of a request."""
        await repository.add_step(uow.session, self._keys, request, record, self._clock.new_id())

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
        found: defaultdict[str, list[RightsRequest]] = defaultdict(list)
        for tenant_id, request_id in due:
            async with self._database.begin() as uow:
                await lock_scope(uow.session, "rights request", request_id)
                request = await repository.find(uow.session, self._keys, tenant_id, request_id)
                if request is None or request.closed is not None:
                    continue
                await repository.save(uow.session, self._keys, replace(request, reminded=now))
            found[tenant_id].append(request)
        for tenant_id, requests in found.items():
            await self._alert(tenant_id, requests)

    async def _alert(self, tenant_id: str, requests: Sequence[RightsRequest], without: str = "") -> None:
        """Tell the administrators kind and last day of these requests, `without` one of them."""
        zone = self._identity.directory.time_zone(tenant_id)
        days = [clocks.local_day(each.due - timedelta(seconds=1), zone) for each in requests]
        detail = "; ".join(f"{each.kind}, {day}" for each, day in zip(requests, days, strict=True))
        await self.notifier.alert_administrators(tenant_id, detail, without=without)


def _not_found() -> NotFound:
    return NotFound("There is no such request.")
