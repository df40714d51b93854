"""Acceptance of the terms and the privacy policy."""

from unificx.core.errors import Invalid
from unificx.identity import terms
from unificx.identity.errors import AcceptanceRequired, NotOfAge
from unificx.identity.models import AcceptancePart
from unificx.identity.remembered import RememberedIds
from unificx.identity.repository import credentials
from unificx.identity.schemas import Acceptance, Principal
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import IdentityStore, Transaction


class Acceptances:
    """Records and requires acceptance of the current terms and policy."""

    def __init__(self, store: IdentityStore, closer: SessionCloser) -> None:
        self._store = store
        self._closer = closer
        self._accepted_sessions = RememberedIds()
        """Sessions whose acceptance is known: terms do not change at run time, and a refusal ends the session."""

    async def accept(self, principal: Principal, acceptance: Acceptance) -> None:
        """Accept the current terms and policy. Raise NotOfAge, which ends every session, and Invalid."""
        if acceptance.of_age:
            check_versions(acceptance)
        async with self._store.transaction() as tx:
            account = await self._store.account(tx.session, principal.tenant_id, principal.person_id)
            await self.record(tx, account, acceptance)
            if not acceptance.of_age:
                await self._closer.end(tx, principal.tenant_id, principal.person_id)
        if not acceptance.of_age:
            raise not_of_age()

    async def require(self, principal: Principal) -> None:
        """Raise AcceptanceRequired until the caller has accepted the current terms and policy."""
        if principal.session_id in self._accepted_sessions:
            return
        async with self._store.read() as session:
            acceptance = await credentials.latest_acceptance(
                session, self._store.keys, principal.tenant_id, principal.person_id
            )
        if not is_current(acceptance):
            raise AcceptanceRequired(
                "Accept the current terms and policy first.",
                hint="GET /api/v1/sign-in/options, then POST /api/v1/me/acceptances.",
            )
        self._accepted_sessions.add(principal.session_id)

    async def record(self, tx: Transaction, account: credentials.SignInAccount, acceptance: Acceptance) -> None:
        """Store the answer; of a user who is not of age nothing else."""
        part = AcceptancePart(acceptance.of_age, acceptance.terms_version, acceptance.policy_version)
        if not acceptance.of_age:
            part = AcceptancePart(False, "", "")
        clock = self._store.clock
        await credentials.add_acceptance(
            tx.session, self._store.keys, account, part, acceptance_id=clock.new_id(), at=clock.now()
        )


def check_versions(acceptance: Acceptance) -> None:
    """Raise Invalid unless the accepted versions are the current ones."""
    for field, accepted, current in (
        ("terms_version", acceptance.terms_version, terms.TERMS_VERSION),
        ("policy_version", acceptance.policy_version, terms.POLICY_VERSION),
    ):
        if accepted != current:
            raise Invalid("There is a newer version.", hint="Read and accept the current version.", field=field)


def is_current(acceptance: AcceptancePart | None) -> bool:
    """Whether the acceptance covers the current terms and policy."""
    current = (True, terms.TERMS_VERSION, terms.POLICY_VERSION)
    return (
        acceptance is not None and (acceptance.of_age, acceptance.terms_version, acceptance.policy_version) == current
    )


def not_of_age() -> NotOfAge:
    """Return the error for a user who is not of age."""
    return NotOfAge("You must be 18 or older.", hint="Only your answer was stored.")
