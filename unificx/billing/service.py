"""Billing: its parts, and the end of its data."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.billing import credit_repository, deck_repository, plan_repository, repository, storage, trial_repository
from unificx.billing.cards import repository as card_repository
from unificx.billing.cards.ports import CardGateway
from unificx.billing.cards.processors import Processors
from unificx.billing.cards.service import CardPayments
from unificx.billing.charges import Charges
from unificx.billing.counts import Counts
from unificx.billing.credit import Credit
from unificx.billing.decks import RateDecks
from unificx.billing.invoicing import debit_repository
from unificx.billing.invoicing import repository as invoice_repository
from unificx.billing.invoicing.credit_notes import CreditNotes
from unificx.billing.invoicing.details import Details
from unificx.billing.invoicing.direct_debits import DirectDebits
from unificx.billing.invoicing.drafting import Drafting
from unificx.billing.invoicing.due_emails import InvoiceNotices
from unificx.billing.invoicing.dunning import Dunning
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.runs import InvoiceRuns
from unificx.billing.payments import Payments
from unificx.billing.plans import Plans
from unificx.billing.ports import CountNumbers
from unificx.billing.rating import Rating
from unificx.billing.storage import StorageMeter
from unificx.billing.trials import Trials
from unificx.db import Database, Keys, UnitOfWork
from unificx.identity import DirectoryCache
from unificx.identity.events import TenantDeleted
from unificx.privacy import Expiry, Period

INVOICE_PERIOD = Period(years=8)
"""After the end of the year of issue: § 147 (3) AO, § 14b (1) UStG."""


@dataclass(frozen=True, slots=True)
class Billing:
    """The services of billing."""

    database: Database
    decks: RateDecks
    rating: Rating
    payments: Payments
    cards: CardPayments
    credit: Credit
    plans: Plans
    trials: Trials
    charges: Charges
    counts: Counts
    storage: StorageMeter
    details: Details
    invoices: Invoices
    credit_notes: CreditNotes
    direct_debits: DirectDebits
    invoice_notices: InvoiceNotices
    dunning: Dunning
    runs: InvoiceRuns

    @property
    def expiries(self) -> Sequence[Expiry]:
        """Rated calls end with the call history, whose limits are those of the law for both."""
        return (
            Expiry("history", "rated calls", repository.ended_calls, self._drop_calls),
            Expiry(
                "invoice",
                "invoices",
                invoice_repository.ended_invoices,
                self._drop_invoices,
                lambda _: INVOICE_PERIOD,
            ),
        )

    async def _drop_calls(self, tenant_id: str, ids: Sequence[str]) -> None:
        async with self.database.begin() as uow:
            await repository.delete_calls(uow.session, tenant_id, ids)

    async def _drop_invoices(self, seller_id: str, numbers: Sequence[str]) -> None:
        async with self.database.begin() as uow:
            await invoice_repository.delete_invoices(uow.session, seller_id, numbers)
            await debit_repository.delete_of_invoices(uow.session, seller_id, numbers)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the data of a deleted tenant. Its invoices are records of the seller and stay. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        await card_repository.delete_of_tenant(uow.session, event.tenant)
        await credit_repository.delete_of_tenant(uow.session, event.tenant)
        await deck_repository.delete_of_tenant(uow.session, event.tenant)
        await plan_repository.delete_of_tenant(uow.session, event.tenant)
        await storage.delete_of_tenant(uow.session, event.tenant)
        await trial_repository.delete_of_tenant(uow.session, event.tenant)
        await invoice_repository.delete_details(uow.session, event.tenant)


def build_billing(
    database: Database, keys: Keys, directory: DirectoryCache, count_numbers: CountNumbers, gateway: CardGateway
) -> Billing:
    """Return the services of billing."""
    counts = Counts(database, directory, count_numbers)
    charges = Charges(database, directory, counts)
    details = Details(database, keys, directory)
    invoices = Invoices(database, keys, directory, Drafting(charges))
    dunning = Dunning(database, directory, invoices)
    return Billing(
        database,
        RateDecks(database),
        Rating(database, directory),
        Payments(database, invoices),
        CardPayments(database, Processors(database, keys, directory, gateway), invoices),
        Credit(database, directory, dunning),
        Plans(database, counts),
        Trials(database, counts),
        charges,
        counts,
        StorageMeter(database, directory, counts),
        details,
        invoices,
        CreditNotes(database, keys, invoices),
        DirectDebits(database, directory, details, invoices),
        InvoiceNotices(database, directory, details, invoices),
        dunning,
        InvoiceRuns(database, directory, details, invoices),
    )
