"""Records of suspensions, written and deleted within the transaction that changes the state."""

from functools import partial

from unificx.core.clock import random_id
from unificx.core.errors import Conflict
from unificx.identity.repository import suspensions
from unificx.identity.store import IdentityStore, Transaction
from unificx.identity.suspension_schemas import NewSuspension, Suspension


def require_other_author(new: NewSuspension, person_id: str) -> None:
    """Raise Conflict for a person's suspension of their own account."""
    if new.by == person_id:
        raise Conflict("You cannot suspend yourself.", hint="Ask another administrator, or close your account.")


async def begin_suspension(
    store: IdentityStore, tx: Transaction, tenant_id: str, new: NewSuspension, person: tuple[str, str] = ("", "")
) -> None:
    """Store a suspension. `person`: id and subject of the suspended person; none for the tenant itself, whose record
    has a key of its own."""
    person_id, subject = person
    begun = Suspension(
        id=store.clock.new_id(),
        tenant_id=tenant_id,
        person_id=person_id,
        reason=new.reason,
        by=new.by,
        since=store.clock.now(),
        until=new.until,
        review="none",
        review_id=None,
        subject=subject or random_id(store.clock),
        text=new.text,
        erases=new.erases,
    )
    await suspensions.add(tx.session, store.keys, begun)


async def end_suspension(store: IdentityStore, tx: Transaction, tenant_id: str, person_id: str) -> str:
    """Delete a suspension, if there is one; with "" that of the tenant itself, with its key. Return the id of the
    request for its review, "" for none."""
    removed = await suspensions.remove(tx.session, tenant_id, person_id)
    if not person_id:
        tx.on_commit += [partial(store.keys.destroy_unused, tenant_id, subject) for subject, _ in removed]
    return next((review_id for _, review_id in removed if review_id), "")
