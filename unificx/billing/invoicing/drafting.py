"""The content of the invoices of a tenant for a month, before they have a number."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.charges import Charges
from unificx.billing.invoicing import repository
from unificx.billing.invoicing.repository import Books
from unificx.billing.invoicing.schemas import BillingDetails, Invoice, InvoiceDraft
from unificx.billing.machine.invoice import Account, Document, Line, Mandate, Party
from unificx.billing.machine.money import rounded
from unificx.billing.machine.months import Period, beginning, month_of
from unificx.billing.machine.taxes import TaxRate, tax_rate
from unificx.billing.schemas import Charge


@dataclass(frozen=True, slots=True)
class Parties:
    """Seller and buyer of an invoice, with the language of the buyer."""

    seller: BillingDetails
    buyer: BillingDetails
    language: str

    def tax_on(self, day: date) -> TaxRate:
        """Return the rate for a service that ends on a day. Raise Conflict if it is not known."""
        return tax_rate(self.seller.country, self.buyer.country, day, has_vat_id=bool(self.buyer.vat_id))


@dataclass(frozen=True, slots=True)
class Unbilled:
    """Prices of calls in a currency that are on no invoice: those of the month, and those of earlier months."""

    month: int = 0
    earlier: int = 0


class Drafting:
    """Collects what a month costs."""

    def __init__(self, charges: Charges) -> None:
        self._charges = charges

    async def drafts(
        self,
        session: AsyncSession,
        books: Books,
        month: Period,
        zone: tzinfo | None,
        find_parties: Callable[[], Awaitable[Parties]],
    ) -> tuple[Sequence[InvoiceDraft], Sequence[Invoice]]:
        """Return the invoices of a month that are missing, and those that are there, one for each currency.

        The parties are found only if there is something to invoice, so that others need no billing details.
        """
        issued = await repository.list_invoices(session, books, since=month.since)
        present = {each.currency: each for each in active(issued) if each.month == month.since}
        charges = (await self._charges.read(session, books.tenant_id, month.since)).charges
        unbilled = await self._unbilled(session, books.tenant_id, month, zone, issued)
        currencies = sorted(({each.currency for each in charges} | unbilled.keys()) - present.keys())
        if not currencies:
            return [], list(present.values())
        parties = await find_parties()
        drafts = [
            _draft(month, currency, parties, [each for each in charges if each.currency == currency], unbilled)
            for currency in currencies
        ]
        placed = [
            InvoiceDraft(
                each.document, each.calls, each.moved, next_position(issued, month.since, each.document.currency)
            )
            for each in drafts
            if each is not None
        ]
        return placed, list(present.values())

    async def _unbilled(
        self,
        session: AsyncSession,
        tenant_id: str,
        month: Period,
        zone: tzinfo | None,
        issued: Sequence[Invoice],
    ) -> Mapping[str, Unbilled]:
        """Return the prices of calls that are on no invoice. Those of earlier months were
        corrected after its invoice, or never had one."""
        since, until = beginning(month.since, zone), beginning(month.until, zone)
        priced = await repository.priced_between(session, tenant_id, since, until)
        sums = await repository.account_sums(session, tenant_id, "unbilled")
        found: dict[str, Unbilled] = {}
        for currency in priced.keys() | sums.keys():
            of_month, from_month_on = priced.get(currency, (0, 0))
            later = sum(each.calls for each in active(issued) if each.currency == currency and each.month > month.since)
            earlier = sums.get(currency, 0) - (from_month_on - later)
            if of_month or earlier:
                found[currency] = Unbilled(of_month, earlier)
        return found


def active(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return the invoices without those that were cancelled, and without credit notes."""
    cancelled = {each.cancels for each in invoices if not each.partial}
    return [each for each in invoices if not each.cancels and each.number not in cancelled]


def next_position(issued: Sequence[Invoice], month: date, currency: str) -> int:
    return sum(each.month == month and each.currency == currency for each in issued)


def _draft(
    month: Period, currency: str, parties: Parties, charges: Sequence[Charge], unbilled: Mapping[str, Unbilled]
) -> InvoiceDraft | None:
    calls = unbilled.get(currency, Unbilled())
    lines = [_line(each, parties) for each in charges]
    if calls.month and not any(each.kind == "calls" for each in lines):
        lines.append(_calls(month, 0, parties))  # all of them were covered
    # A credit is at most what the rest of the invoice costs; what is left of it stays for the next one.
    earlier = max(calls.earlier, -sum(each.amount for each in lines))
    if rounded(earlier, currency) == 0:
        earlier = 0
    else:
        lines.append(_earlier_calls(month, currency, earlier, parties))
    if not lines:
        return None
    seller, buyer = parties.seller, parties.buyer
    document = Document(
        kind="invoice",
        number="",
        cancels="",
        issued=month.until,
        due=month.until,
        since=month.since,
        until=month.until,
        currency=currency,
        language=parties.language,
        seller=_party(seller),
        account=Account(seller.iban, seller.bic, seller.creditor_id),
        buyer=_party(buyer),
        mandate=_mandate(seller, buyer),
        lines=tuple(lines),
    )
    return InvoiceDraft(document, calls.month, calls.month + earlier, 0)


def _line(charge: Charge, parties: Parties) -> Line:
    amount = rounded(charge.amount, charge.currency)
    tax = parties.tax_on(charge.until - timedelta(days=1))
    sold = charge.kind, charge.name, charge.quantity, charge.unit, charge.unit_price
    return Line(*sold, amount, tax, charge.since, charge.until)


def _calls(month: Period, amount: int, parties: Parties) -> Line:
    tax = parties.tax_on(month.until - timedelta(days=1))
    return Line("calls", "", 1, "month", None, amount, tax, month.since, month.until)


def _earlier_calls(month: Period, currency: str, earlier: int, parties: Parties) -> Line:
    """Return the line of calls of earlier months, taxed as at the end of the month before."""
    before = month_of(month.since - timedelta(days=1))
    tax = parties.tax_on(before.until - timedelta(days=1))
    return Line("earlier_calls", "", 1, "month", None, rounded(earlier, currency), tax, before.since, before.until)


def _party(details: BillingDetails) -> Party:
    return Party(
        name=details.name,
        contact=details.contact,
        street=details.street,
        postcode=details.postcode,
        city=details.city,
        country=details.country,
        vat_id=details.vat_id,
        tax_number=details.tax_number,
        email=details.email,
    )


def _mandate(seller: BillingDetails, buyer: BillingDetails) -> Mandate | None:
    """Return the mandate by which the seller collects, None if the buyer pays by bank transfer."""
    if not (seller.creditor_id and buyer.mandate and buyer.mandate_signed):
        return None
    return Mandate(buyer.iban, buyer.mandate, buyer.mandate_signed)
