"""Verification of second factors: during sign-in, and step-up within a session."""

from unificx.identity import webauthn
from unificx.identity.errors import InvalidProof, StepUpFailed
from unificx.identity.factor_schemas import PasskeyOptions, Proof, WebOrigin
from unificx.identity.passkeys import Passkeys, ticket_expired
from unificx.identity.policies import second_factor, validation
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import FactorOwner
from unificx.identity.schemas import Principal, SignedIn, SignInContext, Source
from unificx.identity.service_base import Transaction
from unificx.identity.sign_in import SECOND_FACTOR
from unificx.identity.tickets import Ticket


class StepUp(Passkeys):
    """Second-factor verification and step-up authentication."""

    async def second_factor_options(self, ticket: str, origin: WebOrigin) -> PasskeyOptions:
        """Return passkey request options for a sign-in ticket. Raise TicketExpired."""
        found = self._pending_sign_in(ticket)
        owner = self._owner(found.tenant_id, found.person_id)
        return await self._passkey_options(owner, origin, _sign_in_purpose(ticket))

    async def prove_second_factor(
        self, ticket: str, proof: Proof, origin: WebOrigin, context: SignInContext
    ) -> SignedIn:
        """Complete a sign-in with a second factor. The ticket stays valid after a wrong proof.

        Raise TicketExpired, TooManyRequests, and InvalidProof.
        """
        pending = self._pending_sign_in(ticket)
        self._check_factor_throttle(pending.person_id, context.source)
        async with self._transaction() as tx:
            account = await self._account(tx, pending.tenant_id, pending.person_id)
            owner = FactorOwner(account.tenant_id, account.person_id, account.subject)
            await self._verify_proof(tx, owner, proof, origin, _sign_in_purpose(ticket))
            if self._tickets.consume(ticket, SECOND_FACTOR) is None:
                raise ticket_expired()
            signed_in = await self._open_session(tx, account, context, stepped_up=True)
        self._factor_throttle.record_success(pending.person_id, context.source.address, self._clock.monotonic())
        return signed_in

    async def proof_options(self, principal: Principal, origin: WebOrigin) -> PasskeyOptions:
        """Return passkey request options for a step-up."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        return await self._passkey_options(owner, origin, _step_up_purpose(principal))

    async def prove(self, principal: Principal, proof: Proof, origin: WebOrigin, source: Source) -> None:
        """Step up the session.

        A password is accepted only from a user without second factors. Raise TooManyRequests, and StepUpFailed for a
        wrong proof.
        """
        if proof.password is not None:
            await self._prove_by_password(principal, proof.password, source)
            return
        self._check_factor_throttle(principal.person_id, source)
        try:
            async with self._transaction() as tx:
                owner = self._owner(principal.tenant_id, principal.person_id)
                await self._verify_proof(tx, owner, proof, origin, _step_up_purpose(principal))
                await self._mark_stepped_up(tx, principal)
        except InvalidProof as error:
            raise _step_up_failed(error.hint) from None
        self._factor_throttle.record_success(principal.person_id, source.address, self._clock.monotonic())

    async def _prove_by_password(self, principal: Principal, password: str, source: Source) -> None:
        self._check_throttle(principal.person_id, source)
        owner = self._owner(principal.tenant_id, principal.person_id)
        async with self._database.read() as session:
            account = await credentials.account(session, self._keys, owner.subject)
            kinds = await factors.kinds(session, owner.tenant_id, owner.person_id)
        matches = await self._passwords.verify(
            account.hash if account is not None else None, password[: validation.PASSWORD_LENGTHS[1] + 1]
        )
        if not matches or kinds:
            raise _step_up_failed("Use your second factor." if kinds else "")
        async with self._transaction() as tx:
            await self._mark_stepped_up(tx, principal)
        self._throttle.record_success(principal.person_id, source.address, self._clock.monotonic())

    async def _mark_stepped_up(self, tx: Transaction, principal: Principal) -> None:
        await factors.mark_stepped_up(tx.session, principal.tenant_id, principal.session_id, self._clock.now())

    def _pending_sign_in(self, ticket: str) -> Ticket:
        found = self._tickets.peek(ticket, SECOND_FACTOR)
        if found is None:
            raise ticket_expired()
        return found

    async def _passkey_options(self, owner: FactorOwner, origin: WebOrigin, purpose: str) -> PasskeyOptions:
        async with self._database.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        known = [each.passkey for each in found if each.passkey is not None and each.passkey.host == origin.host]
        return webauthn.request_options(origin, self._new_challenge(purpose), known)

    async def _verify_proof(
        self, tx: Transaction, owner: FactorOwner, proof: Proof, origin: WebOrigin, purpose: str
    ) -> None:
        """Verify and consume the proof. Raise InvalidProof, and TicketExpired for an expired passkey challenge."""
        if proof.passkey is not None:
            await self._verify_passkey(tx, owner, proof.passkey, origin, purpose)
        elif proof.totp is not None:
            await self._verify_totp(tx, owner, proof.totp)
        else:
            await self._verify_recovery_code(tx, owner, proof.recovery_code or "")

    async def _verify_totp(self, tx: Transaction, owner: FactorOwner, code: str) -> None:
        for each in await factors.of_person(tx.session, self._keys, owner):
            updated = self._accept_totp(each, code) if each.confirmed else None
            if updated is not None:
                await factors.save(tx.session, self._keys, owner, updated)
                return
        raise InvalidProof("The code is wrong.", hint="Use the code shown now; each works once.", field="totp")

    async def _verify_recovery_code(self, tx: Transaction, owner: FactorOwner, code: str) -> None:
        unused = await factors.recovery_digests(tx.session, self._keys, owner)
        digest = second_factor.recovery_digest(code)
        if digest not in unused:
            raise InvalidProof("The code is wrong.", hint="Each code works once.", field="recovery_code")
        remaining = tuple(each for each in unused if each != digest)
        await factors.replace_recovery_codes(tx.session, self._keys, owner, remaining, self._clock.now())
        tx.on_commit.append(
            lambda: self._run_in_background(self._notify(owner.tenant_id, owner.person_id, "recovery_used", ""))
        )


def _sign_in_purpose(ticket: str) -> str:
    return f"come in {ticket}"


def _step_up_purpose(principal: Principal) -> str:
    return f"prove once more {principal.session_id}"


def _step_up_failed(hint: str) -> StepUpFailed:
    return StepUpFailed("Your identity could not be confirmed.", hint=hint)
