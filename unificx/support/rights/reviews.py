"""Reviews of suspensions: requests of the suspended, decided by another person than the one who suspended them.

The request of a user is in the queue of their tenant, that of a suspended tenant in the queue of the operator. The step
`answer` lifts the suspension, `refuse` confirms it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.identity import Identity, Person, SuspendedAccount, Suspension, Tenant, Transaction
from unificx.support.rights import clocks
from unificx.support.rights.accounts import Accounts
from unificx.support.rights.schemas import NewRequest, RightsRequest
from unificx.support.rights.states import Step

REVIEW_DAYS = 7
"""Days until a review has to be decided, to the end of the last one."""
SIGN_UP_DAYS = 30
"""Days after which a sign-up that was not decided about ends."""
_DECISIONS: frozenset[Step] = frozenset({"answer", "refuse", "withdraw"})


class OwnSuspension(Forbidden):
    """The person who suspended cannot decide about the review."""

    code = "own_suspension"


class EnterReview(Protocol):
    """Enters a request into the queue."""

    async def __call__(
        self, tx: Transaction, tenant_id: str, new: NewRequest, by: str, *, without: str = ""
    ) -> RightsRequest:
        """Enter a request within `tx`; the administrator `without` is not told."""
        ...


class SuspensionReviews:
    """Enters reviews into the queue, and applies their decisions."""

    def __init__(self, enter: EnterReview, accounts: Accounts, identity: Identity) -> None:
        self._enter, self._accounts, self._identity = enter, accounts, identity

    async def ask(self, account: SuspendedAccount, text: str) -> RightsRequest:
        """Enter a request for a review. Raise Conflict if there was one, Forbidden, Invalid."""
        found = account.suspension
        if found is None:
            raise Conflict("The suspension has ended.", hint="Sign in again.")
        if found.review != "none":
            raise Conflict("You have asked for a review already.", hint="You get the answer by e-mail.")
        if not account.may_ask:
            raise Forbidden("Only administrators can ask for a review.", hint="Ask an administrator.")
        if not text.strip():
            raise Invalid("Write why the suspension should end.", field="text")
        person = await self._accounts.get(account.tenant_id, account.person_id)
        queue_id, name, person_id = account.tenant_id, person.name, person.id
        if account.whole_tenant:
            operator = self._identity.directory.operator()
            if operator is None:
                raise Conflict("This installation has no operator.")
            queue_id, person_id = operator.id, ""
            name = f"{name}, {self._identity.store.tenant(account.tenant_id).name}"
        new = NewRequest("review", text, name=name, email=person.email, person_id=person_id, due=self._due(queue_id))
        async with self._accounts.transaction() as tx:
            entered = await self._enter(tx, queue_id, new, person.id, without=found.by)
            await self._accounts.set_review(tx, found, "open", entered.id)
        return entered

    async def request_approval(self, tx: Transaction, tenant: Tenant, administrator: Person) -> None:
        """Ask the operators to approve a new organisation that `tx` creates, suspended until then."""
        operator = self._identity.directory.operator()
        found = await self._identity.suspensions.of_tenant(tx, tenant.id)
        if operator is None or found is None:
            raise Conflict("This installation has no operator.")
        new = NewRequest(
            "sign_up",
            f"{tenant.name} ({tenant.slug})",
            name=administrator.name,
            email=administrator.email,
            due=self._due(operator.id),
        )
        entered = await self._enter(tx, operator.id, new, "")
        await self._accounts.set_review(tx, found, "open", entered.id)

    async def undecided(self) -> Sequence[tuple[str, str, str]]:
        """Return the sign-ups that have waited for approval for SIGN_UP_DAYS: queue, id of the request, "" for none,
        and tenant."""
        operator = self._identity.directory.operator()
        before = self._identity.store.clock.now() - timedelta(days=SIGN_UP_DAYS)
        found = await self._identity.suspensions.undecided(before)
        return [(operator.id, review_id, tenant_id) for tenant_id, review_id in found] if operator is not None else ()

    def _due(self, queue_id: str) -> datetime:
        zone = self._identity.directory.time_zone(queue_id)
        today = clocks.local_day(self._identity.store.clock.now(), zone)
        return clocks.end_of(today + timedelta(days=REVIEW_DAYS), zone)

    async def require_other(self, request: RightsRequest, step: Step, by: str) -> Suspension | None:
        """Return the suspension in force that a step decides on. Raise Forbidden for the person who suspended."""
        if request.kind not in ("review", "sign_up") or step not in _DECISIONS:
            return None
        if request.kind == "review" and not by:
            raise Forbidden("A person has to decide about a review.", hint="Sign in as an administrator.")
        found = await self._accounts.suspension_of(request.id)
        if found is not None and found.by == by:
            raise OwnSuspension("The person who suspended cannot decide.", hint="Ask a second administrator.")
        return found

    async def apply(self, tx: Transaction, request: RightsRequest, suspension: Suspension, step: Step) -> None:
        """Lift the suspension within the transaction of the step, or note that it was confirmed or the request
        withdrawn.

        An organisation whose sign-up is refused is deleted."""
        if step == "answer":
            await self._accounts.lift(tx, suspension)
        elif step == "refuse" and request.kind == "sign_up":
            await self._accounts.delete_tenant(tx, suspension.tenant_id)
        elif step == "refuse":
            await self._accounts.set_review(tx, suspension, "refused", suspension.review_id)
        else:
            await self._accounts.set_review(tx, suspension, "none", None)
