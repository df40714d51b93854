"""Acceptance of the terms and the privacy policy."""

from collections.abc import Sequence

from unificx.core.errors import Conflict, Invalid
from unificx.identity import terms
from unificx.identity.errors import AcceptanceRequired, ConsentRequired, NotOfAge
from unificx.identity.models import AcceptancePart
from unificx.identity.remembered import RememberedIds
from unificx.identity.repository import credentials
from unificx.identity.schemas import CONSOLE, Acceptance, PolicyAnswer, PolicyStatus, Principal
from unificx.identity.session_closer import SessionCloser
from unificx.identity.store import IdentityStore, Transaction
from unificx.privacy import ConsentMethod, ConsentRecord, ConsentState, add_consent


class Acceptances:
    """Records and requires acceptance of the current terms and policy."""

    def __init__(self, store: IdentityStore, closer: SessionCloser) -> None:
        self._store = store
        self._closer = closer
        self._accepted_sessions = RememberedIds()
        """Sessions whose acceptance is known: versions do not change at run time, and a refusal ends the session."""
        self._sessions_without_question = RememberedIds()
        """Sessions for which no significant version is unanswered, although the terms may be."""

    async def accept(self, principal: Principal, acceptance: Acceptance) -> None:
        """Accept the current terms and policy. Raise NotOfAge, which ends every session, and Invalid."""
        if acceptance.of_age:
            check_versions(acceptance)
        async with self._store.transaction() as tx:
            account = await self._store.account(tx.session, principal.tenant_id, principal.person_id)
            await self.record(tx, account, acceptance, by=principal.by)
            if not acceptance.of_age:
                await self._closer.end(tx, principal.tenant_id, principal.person_id)
        if not acceptance.of_age:
            raise not_of_age()

    async def policy_status(self, principal: Principal) -> PolicyStatus:
        """Return what the user has to be told or asked about the policy."""
        acceptance = await self._latest(principal)
        return PolicyStatus(terms.standing(acceptance), terms.policy_version(), tuple(terms.policy_changes(acceptance)))

    async def behind(self, tenant_id: str, person_ids: Sequence[str]) -> set[str]:
        """Return those of these users who have accepted an earlier version of the policy, and not the current one."""
        found: set[str] = set()
        async with self._store.read() as session:
            for person_id in person_ids:
                latest = await credentials.latest_acceptance(session, self._store.keys, tenant_id, person_id)
                if latest is not None and latest.of_age and terms.policy_changes(latest):
                    found.add(person_id)
        return found

    async def answer_policy(self, principal: Principal, version: str, answer: PolicyAnswer, locale: str) -> None:
        """Record the answer to a new version of the policy: consent, going on after the notice, or refusal.

        Raise Invalid for another version than the current one; Conflict if the terms have not been accepted, or for
        going on although the version needs consent.
        """
        if version != terms.policy_version():
            raise Invalid("There is a newer version.", hint="Read the current version.", field="version")
        async with self._store.transaction() as tx:
            account = await self._store.account(tx.session, principal.tenant_id, principal.person_id)
            latest = await credentials.latest_acceptance(
                tx.session, self._store.keys, principal.tenant_id, principal.person_id, principal.by
            )
            now = terms.standing(latest)
            if latest is None or now == "missing":
                raise Conflict("Accept the terms first.", hint="POST /api/v1/me/acceptances.")
            if now == "current" or (answer == "refused" and principal.is_substitute):
                return
            if answer == "refused":
                await self._add_to_ledger(tx, account, self._decision("refused", version, "form", locale))
            elif answer == "continued" and now == "consent":
                raise Conflict("This version needs consent.", hint="Answer `agreed` or `refused`.", field="answer")
            else:
                acceptance = Acceptance(True, latest.terms_version, version)
                method = "form" if answer == "agreed" else "continued_use"
                await self.record(tx, account, acceptance, method=method, locale=locale, by=principal.by)

    async def require(self, principal: Principal) -> None:
        """Raise AcceptanceRequired until the caller has accepted the current terms and policy, ConsentRequired if a
        significant version of the policy is unanswered."""
        access = f"{principal.session_id} {principal.by}"
        if access in self._accepted_sessions:
            return
        standing = terms.standing(await self._latest(principal))
        if standing == "consent":
            raise _consent_required()
        if standing == "missing":
            raise AcceptanceRequired(
                "Accept the current terms and policy first.",
                hint="GET /api/v1/sign-in/options, then POST /api/v1/me/acceptances.",
            )
        self._accepted_sessions.add(access)

    async def require_consent(self, principal: Principal) -> None:
        """Raise ConsentRequired if the caller has accepted an earlier policy and a significant version since is
        unanswered."""
        access = f"{principal.session_id} {principal.by}"
        if access in self._sessions_without_question:
            return
        if terms.standing(await self._latest(principal)) == "consent":
            raise _consent_required()
        self._sessions_without_question.add(access)

    async def record(
        self,
        tx: Transaction,
        account: credentials.SignInAccount,
        acceptance: Acceptance,
        *,
        method: ConsentMethod = "form",
        locale: str = "",
        by: str = "",
    ) -> None:
        """Store the answer; of a user who is not of age nothing else.

        With an access that another person has made (`by`, see `Principal`) the user has not consented: the answer is
        not in the ledger and counts for such access only.
        """
        part = AcceptancePart(acceptance.of_age, acceptance.terms_version, acceptance.policy_version)
        if not acceptance.of_age:
            part = AcceptancePart(False, "", "")
        clock = self._store.clock
        await credentials.add_acceptance(
            tx.session, self._store.keys, account, part, acceptance_id=clock.new_id(), at=clock.now(), by=by
        )
        if acceptance.of_age and by in ("", CONSOLE):
            given = self._decision("given", acceptance.policy_version, method, locale)
            await self._add_to_ledger(tx, account, given)

    async def _add_to_ledger(self, tx: Transaction, account: credentials.SignInAccount, record: ConsentRecord) -> None:
        await add_consent(tx.session, self._store.keys, account.tenant_id, account.subject, record)

    def _decision(self, state: ConsentState, version: str, method: ConsentMethod, locale: str) -> ConsentRecord:
        clock = self._store.clock
        return ConsentRecord(clock.new_id(), "terms", state, version, method, locale, clock.now())

    async def _latest(self, principal: Principal) -> AcceptancePart | None:
        async with self._store.read() as session:
            return await credentials.latest_acceptance(
                session, self._store.keys, principal.tenant_id, principal.person_id, principal.by
            )


def check_versions(acceptance: Acceptance) -> None:
    """Raise Invalid unless the accepted versions are the current ones."""
    for field, accepted, current in (
        ("terms_version", acceptance.terms_version, terms.TERMS_VERSION),
        ("policy_version", acceptance.policy_version, terms.policy_version()),
    ):
        if accepted != current:
            raise Invalid("There is a newer version.", hint="Read and accept the current version.", field=field)


def not_of_age() -> NotOfAge:
    """Return the error for a user who is not of age."""
    return NotOfAge("You must be 18 or older.", hint="Only your answer was stored.")


def _consent_required() -> ConsentRequired:
    return ConsentRequired(
        "The privacy policy has changed significantly. Answer it first.",
        hint="GET /api/v1/me/policy, then POST /api/v1/me/policy-acceptances.",
    )
