"""Step-up authentication: confirms the identity of a signed-in user once more."""

from unificx.identity.attempts import Attempts
from unificx.identity.errors import InvalidProof, StepUpFailed
from unificx.identity.factor_records import FactorRecords
from unificx.identity.factor_schemas import PasskeyOptions, Proof, WebOrigin
from unificx.identity.password_changes import PasswordStore
from unificx.identity.proofs import ProofVerifier
from unificx.identity.repository import credentials, factors, sessions
from unificx.identity.schemas import Principal, Source
from unificx.identity.store import IdentityStore, Transaction


class StepUp:
    """Step-up of a session by a second factor, or by the password of a user without one."""

    def __init__(
        self,
        store: IdentityStore,
        factors: FactorRecords,
        proofs: ProofVerifier,
        passwords: PasswordStore,
        *,
        attempts: Attempts,
        factor_attempts: Attempts,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._factors = factors
        self._proofs = proofs
        self._passwords = passwords
        self._attempts = attempts
        self._factor_attempts = factor_attempts

    async def require(self, principal: Principal) -> None:
        """Raise StepUpRequired unless the session has stepped up recently. The operator's console has no session."""
        if principal.person_id:
            async with self._store.transaction() as tx:
                await self._factors.require_step_up(tx, principal)

    async def options(self, principal: Principal, origin: WebOrigin) -> PasskeyOptions:
        """Return passkey request options for a step-up."""
        owner = self._factors.owner(principal.tenant_id, principal.person_id)
        return await self._proofs.passkey_options(owner, origin, _step_up_purpose(principal))

    async def prove(self, principal: Principal, proof: Proof, origin: WebOrigin, source: Source) -> None:
        """Step up the session.

        A password is accepted only from a user without second factors. Raise TooManyRequests, and StepUpFailed for a
        wrong proof.
        """
        if proof.password is not None:
            await self._prove_by_password(principal, proof.password, source)
            return
        attempt = await self._factor_attempts.check(principal.person_id, source)
        try:
            async with self._store.transaction() as tx:
                owner = self._factors.owner(principal.tenant_id, principal.person_id)
                await self._proofs.verify(tx, owner, proof, origin, _step_up_purpose(principal))
                await self._mark_stepped_up(tx, principal, is_own=True)
        except InvalidProof as error:
            raise _step_up_failed(error.hint) from None
        await self._factor_attempts.record_success(attempt)

    async def _prove_by_password(self, principal: Principal, password: str, source: Source) -> None:
        attempt = await self._attempts.check(principal.person_id, source)
        owner = self._factors.owner(principal.tenant_id, principal.person_id)
        async with self._store.read() as session:
            account = await credentials.account(session, self._keys, owner.subject)
            kinds = await factors.kinds(session, owner.tenant_id, owner.person_id)
        matches = await self._passwords.verify(account.hash if account is not None else None, password)
        if not matches or kinds:
            raise _step_up_failed("Use your second factor." if kinds else "")
        async with self._store.transaction() as tx:
            await self._mark_stepped_up(tx, principal, is_own=account is not None and not account.password_by)
        await self._attempts.record_success(attempt)

    async def _mark_stepped_up(self, tx: Transaction, principal: Principal, *, is_own: bool) -> None:
        """`is_own`: the proof is known to the user alone."""
        if is_own:
            await sessions.give_back(tx.session, principal.tenant_id, principal.session_id)
        await factors.mark_stepped_up(tx.session, principal.tenant_id, principal.session_id, self._clock.now())


def _step_up_purpose(principal: Principal) -> str:
    return f"step up {principal.session_id}"


def _step_up_failed(hint: str) -> StepUpFailed:
    return StepUpFailed("Your identity could not be confirmed.", hint=hint)
