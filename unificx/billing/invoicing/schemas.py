"""Input and output types of invoices. Amounts are integers in micros of a currency."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from unificx.billing.machine.dunning import DEFAULT_STOP_DAYS
from unificx.billing.machine.invoice import Document
from unificx.billing.machine.receivables import InvoiceState

DebitSequence = Literal["FRST", "RCUR"]
"""`FRST`: the first debit of a mandate; `RCUR`: a later one (SEPA Direct Debit Core Rulebook, AT-21)."""
RunOutcomeState = Literal["waiting", "done", "refused"]
DEFAULT_PAYMENT_DAYS = 14


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """Name, address and bank account of a tenant. Those of the operators' tenant are the details of the seller.

    `iban`: from which a tenant pays by direct debit with `mandate`, or to which it pays the seller, who collects by
    `creditor_id`. `payment_days` and all that follow are used of the seller only. `issue_day`: on that day of each
    month the invoices of the last one are issued by themselves, with 0 by hand. `stop_days`: after that many days from
    the last reminder on calls outside of a tenant end, with 0 never.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    contact: str = ""
    vat_id: str = ""
    tax_number: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""
    creditor_id: str = ""
    mandate: str = ""
    mandate_signed: date | None = None
    payment_days: int = DEFAULT_PAYMENT_DAYS
    number_prefix: str = ""
    issue_day: int = 0
    stop_days: int = DEFAULT_STOP_DAYS


@dataclass(frozen=True, slots=True)
class Invoice:
    """An issued invoice or credit note. `left` is to be paid; it is 0 for a cancelled invoice and a credit note."""

    number: str
    tenant_id: str
    month: date
    currency: str
    position: int
    cancels: str
    partial: bool
    issued: date
    due: date
    net: int
    tax: int
    total: int
    calls: int
    moved: int
    state: InvoiceState = "open"
    left: int = 0
    credited: int = 0
    """Total of its partial credit notes."""
    reminder: int = 0
    """Level of the reminder that is due."""
    sent: datetime | None = None
    """When it was queued as an e-mail."""
    reminded: int = 0
    """Level of the last reminder that was sent."""
    calls_end: date | None = None
    """Announced first day without calls outside, while it is overdue."""
    collection: "DirectDebit | None" = None
    """The last direct debit of it that was not returned."""


@dataclass(frozen=True, slots=True)
class DirectDebit:
    """The amount of an invoice in a file of direct debits."""

    file: str
    number: str
    tenant_id: str
    amount: int
    day: date
    created: datetime
    """When the file was made."""
    sequence: DebitSequence = "RCUR"


@dataclass(frozen=True, slots=True)
class DirectDebitFile:
    """A file of direct debits in EUR: the number of its invoices, and their sum."""

    id: str
    day: date
    created: datetime
    invoices: int
    total: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Result of a run for a tenant, month and currency: an invoice that was issued now or `exists` already, or a
    `draft` of a dry run, which has no number."""

    result: Literal["issued", "exists", "draft"]
    number: str
    currency: str
    net: int
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class InvoiceRun:
    """A run for all tenants. `finished`: None while tenants wait; `invoices`: how many were issued, in a dry run how
    many would be; `unrated`: calls of the month without a price."""

    month: date
    dry_run: bool
    started: datetime
    finished: datetime | None
    total: int
    done: int
    refused: int
    invoices: int
    unrated: int


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Outcome of a run for a tenant. `problem`: why it was refused."""

    tenant_id: str
    state: RunOutcomeState
    problem: str = ""
    issues: tuple[Issue, ...] = ()
    unrated: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice before it has a number."""

    document: Document
    calls: int
    moved: int
    position: int
