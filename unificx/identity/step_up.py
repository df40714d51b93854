"""Verification of second factors: during sign-in, and step-up within a session."""

from unificx.identity import webauthn
from unificx.identity.errors import NotProved, WrongProof
from unificx.identity.factor_schemas import Options, Proof, WebOrigin
from unificx.identity.passkeys import Passkeys, ticket_over
from unificx.identity.policies import second_factor, validation
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import Owner
from unificx.identity.schemas import Arrival, Principal, SignedIn, Source
from unificx.identity.service_base import Change
from unificx.identity.sign_in import SECOND_FACTOR
from unificx.identity.tickets import Ticket


class Proving(Passkeys):
    """Second-factor verification and step-up authentication."""

    async def second_factor_options(self, ticket: str, origin: WebOrigin) -> Options:
        """Return passkey request options for a sign-in ticket. Raise TicketExpired."""
        found = self._first_proof(ticket)
        owner = self._owner(found.tenant_id, found.person_id)
        return await self._request(owner, origin, _coming_in(ticket))

    async def prove_second_factor(self, ticket: str, proof: Proof, origin: WebOrigin, arrival: Arrival) -> SignedIn:
        """Complete a sign-in with a second factor. The ticket stays valid after a wrong proof.

        Raise TicketExpired, TooManyRequests, and InvalidProof.
        """
        found = self._first_proof(ticket)
        self._slow_factor(found.person_id, arrival.source)
        async with self._changing() as change:
            account = await self._account(change, found.tenant_id, found.person_id)
            owner = Owner(account.tenant_id, account.person_id, account.subject)
            await self._use_proof(change, owner, proof, origin, _coming_in(ticket))
            if self._tickets.take(ticket, SECOND_FACTOR) is None:
                raise ticket_over()
            signed_in = await self._open(change, account, arrival, proved=True)
        self._factor_guesses.succeeded(found.person_id, arrival.source.address, self._clock.monotonic())
        return signed_in

    async def proof_options(self, principal: Principal, origin: WebOrigin) -> Options:
        """Return passkey request options for a step-up."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        return await self._request(owner, origin, _once_more(principal))

    async def prove(self, principal: Principal, proof: Proof, origin: WebOrigin, source: Source) -> None:
        """Step up the session.

        A password is accepted only from a user without second factors. Raise TooManyRequests, and StepUpFailed for a
        wrong proof.
        """
        if proof.password is not None:
            await self._prove_by_password(principal, proof.password, source)
            return
        self._slow_factor(principal.person_id, source)
        try:
            async with self._changing() as change:
                owner = self._owner(principal.tenant_id, principal.person_id)
                await self._use_proof(change, owner, proof, origin, _once_more(principal))
                await self._mark_proved(change, principal)
        except WrongProof as refusal:
            raise _not_proved(refusal.hint) from None
        self._factor_guesses.succeeded(principal.person_id, source.address, self._clock.monotonic())

    async def _prove_by_password(self, principal: Principal, password: str, source: Source) -> None:
        self._slow_down(principal.person_id, source)
        owner = self._owner(principal.tenant_id, principal.person_id)
        async with self._database.read() as session:
            account = await credentials.account(session, self._keys, owner.subject)
            kinds = await factors.kinds(session, owner.tenant_id, owner.person_id)
        right = await self._passwords.right(
            account.hash if account is not None else None, password[: validation.PASSWORD_LENGTHS[1] + 1]
        )
        if not right or kinds:
            raise _not_proved("Use your second factor." if kinds else "")
        async with self._changing() as change:
            await self._mark_proved(change, principal)
        self._guesses.succeeded(principal.person_id, source.address, self._clock.monotonic())

    async def _mark_proved(self, change: Change, principal: Principal) -> None:
        await factors.mark_proved(change.session, principal.tenant_id, principal.session_id, self._clock.now())

    def _first_proof(self, ticket: str) -> Ticket:
        found = self._tickets.look(ticket, SECOND_FACTOR)
        if found is None:
            raise ticket_over()
        return found

    async def _request(self, owner: Owner, origin: WebOrigin, purpose: str) -> Options:
        async with self._database.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        known = [each.passkey for each in found if each.passkey is not None and each.passkey.host == origin.host]
        return webauthn.request_options(origin, self._challenge(purpose), known)

    async def _use_proof(self, change: Change, owner: Owner, proof: Proof, origin: WebOrigin, purpose: str) -> None:
        """Verify and consume the proof. Raise InvalidProof, and TicketExpired for an expired passkey challenge."""
        if proof.passkey is not None:
            await self._use_passkey(change, owner, proof.passkey, origin, purpose)
        elif proof.totp is not None:
            await self._use_totp(change, owner, proof.totp)
        else:
            await self._use_recovery_code(change, owner, proof.recovery_code or "")

    async def _use_totp(self, change: Change, owner: Owner, code: str) -> None:
        for each in await factors.of_person(change.session, self._keys, owner):
            after = self._used_totp(each, code) if each.confirmed else None
            if after is not None:
                await factors.save(change.session, self._keys, owner, after)
                return
        raise WrongProof("The code is wrong.", hint="Use the code shown now; each works once.", field="totp")

    async def _use_recovery_code(self, change: Change, owner: Owner, code: str) -> None:
        left = await factors.recovery(change.session, self._keys, owner)
        digest = second_factor.recovery_digest(code)
        if digest not in left:
            raise WrongProof("The code is wrong.", hint="Each code works once.", field="recovery_code")
        rest = tuple(each for each in left if each != digest)
        await factors.set_recovery(change.session, self._keys, owner, rest, self._clock.now())
        change.afterwards.append(lambda: self._later(self._tell(owner.tenant_id, owner.person_id, "recovery_used", "")))


def _coming_in(ticket: str) -> str:
    return f"come in {ticket}"


def _once_more(principal: Principal) -> str:
    return f"prove once more {principal.session_id}"


def _not_proved(hint: str) -> NotProved:
    return NotProved("Your identity could not be confirmed.", hint=hint)
