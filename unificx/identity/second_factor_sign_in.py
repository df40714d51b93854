"""Second step of a sign-in: a ticket of the first step and a second factor."""

from unificx.identity.attempts import Attempts
from unificx.identity.challenges import ticket_expired
from unificx.identity.factor_records import FactorRecords
from unificx.identity.factor_schemas import PasskeyOptions, Proof, WebOrigin
from unificx.identity.first_factor import SECOND_FACTOR
from unificx.identity.proofs import ProofVerifier
from unificx.identity.repository.factors import FactorOwner
from unificx.identity.schemas import SignedIn, SignInContext
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import IdentityStore
from unificx.identity.tickets import Ticket, TicketStore


class SecondFactorSignIn:
    """Completes sign-ins that wait for a second factor."""

    def __init__(
        self,
        store: IdentityStore,
        factors: FactorRecords,
        proofs: ProofVerifier,
        tickets: TicketStore,
        *,
        attempts: Attempts,
        opener: SessionOpener,
    ) -> None:
        self._store = store
        self._factors = factors
        self._proofs = proofs
        self._tickets = tickets
        self._attempts = attempts
        self._opener = opener

    async def options(self, ticket: str, origin: WebOrigin) -> PasskeyOptions:
        """Return passkey request options for a sign-in ticket. Raise TicketExpired."""
        found = await self._pending_sign_in(ticket)
        owner = self._factors.owner(found.tenant_id, found.person_id)
        return await self._proofs.passkey_options(owner, origin, _sign_in_purpose(ticket))

    async def complete(self, ticket: str, proof: Proof, origin: WebOrigin, context: SignInContext) -> SignedIn:
        """Complete a sign-in with a second factor. The ticket stays valid after a wrong proof.

        Raise TicketExpired, TooManyRequests, and InvalidProof.
        """
        pending = await self._pending_sign_in(ticket)
        attempt = await self._attempts.check(pending.person_id, context.source)
        async with self._store.transaction() as tx:
            account = await self._store.account(tx.session, pending.tenant_id, pending.person_id)
            owner = FactorOwner(account.tenant_id, account.person_id, account.subject)
            await self._proofs.verify(tx, owner, proof, origin, _sign_in_purpose(ticket))
            if await self._tickets.consume(ticket, SECOND_FACTOR) is None:
                raise ticket_expired()
            signed_in = await self._opener.open(tx, account, context, stepped_up=True)
        await self._attempts.record_success(attempt)
        return signed_in

    async def _pending_sign_in(self, ticket: str) -> Ticket:
        found = await self._tickets.peek(ticket, SECOND_FACTOR)
        if found is None:
            raise ticket_expired()
        return found


def _sign_in_purpose(ticket: str) -> str:
    return f"second factor of {ticket}"
