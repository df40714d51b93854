"""Hand-over from the first factor of a sign-in to a session or to the second factor."""

from unificx.identity.factor_records import FactorRecords
from unificx.identity.repository import credentials
from unificx.identity.schemas import SecondFactorRequired, SignInContext, SignInResult
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import Transaction
from unificx.identity.tickets import TicketStore

SECOND_FACTOR = "second_factor"
"""Purpose of a ticket issued after the first factor."""


class FirstFactor:
    """End of the first step of a sign-in. Every way to sign in with one factor ends here."""

    def __init__(self, factors: FactorRecords, opener: SessionOpener, tickets: TicketStore) -> None:
        self._factors = factors
        self._opener = opener
        self._tickets = tickets

    async def finish(
        self,
        tx: Transaction,
        account: credentials.SignInAccount,
        context: SignInContext,
        *,
        stepped_up: bool = True,
        by: str = "",
    ) -> SignInResult:
        """Open a session, or issue a ticket if the user has a second factor, which proves that it is them.

        `stepped_up`: the user authenticated themselves just now, which counts as step-up. `by`: see `Principal`.
        """
        kinds = await self._factors.kinds(tx.session, account.tenant_id, account.person_id)
        if not kinds:
            return await self._opener.open(tx, account, context, stepped_up=stepped_up, by=by)
        ticket = await self._tickets.issue(SECOND_FACTOR, account.tenant_id, account.person_id)
        return SecondFactorRequired(kinds, ticket.expires, ticket.code)
