"""Schemas of invoices and billing details."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.billing import Amount
from unificx.api.schemas.core import Input, Output

Text = Annotated[str, Field(max_length=100)]
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH, description="Year and month.", examples=["2027-02"])]


class BillingDetails(Input):
    """Billing details of a tenant, or of the seller: those of the operators' tenant. Empty texts: not given."""

    name: str = Field(max_length=100, description="Company or person; empty while nothing is stored.")
    contact: Text = Field(default="", description="Person or department to which invoices are addressed.")
    street: Text
    postcode: Text
    city: Text
    country: str = Field(max_length=2, description="ISO 3166 code.", examples=["DE"])
    vat_id: str = Field(
        default="", max_length=20, description="With the code of the country.", examples=["DE136695976"]
    )
    tax_number: str = Field(default="", max_length=30)
    email: str = Field(default="", max_length=320)
    iban: str = Field(default="", max_length=42, examples=["DE89370400440532013000"])
    bic: str = Field(default="", max_length=11)
    creditor_id: str = Field(default="", max_length=35, description="Creditor identifier (SEPA) of the seller.")
    mandate: str = Field(default="", max_length=35, description="Reference of the SEPA direct debit mandate.")
    mandate_signed: date | None = Field(default=None, description="Day on which the mandate was signed.")
    payment_days: int = Field(default=14, ge=0, le=90, description="Days until an invoice is due; set by the seller.")
    number_prefix: str = Field(default="", max_length=8, description="Begins invoice numbers; set by the seller.")
    issue_day: int = Field(
        default=0,
        ge=0,
        le=28,
        description="Day on which the invoices of the last month are issued; 0: by hand. Set by the seller.",
    )
    stop_days: int = Field(
        default=14,
        ge=0,
        le=90,
        description="Days from the last reminder on until calls outside end; 0: never. Set by the seller.",
    )


class BillingMonth(Input):
    """A month that is over."""

    month: Month
    dry_run: bool = Field(default=False, description="Show what would be issued; nothing is stored.")


class InvoiceIssue(Output):
    """An invoice that was issued now, `exists` already, or is a draft."""

    result: Literal["issued", "exists", "draft"]
    number: str = Field(description="Empty for a draft.")
    currency: str
    net: Amount
    tax: Amount
    total: Amount


class InvoiceIssues(Output):
    """Result of a run for a tenant: one invoice for each currency, none if the month costs nothing."""

    invoices: list[InvoiceIssue]
    unrated: int = Field(description="Calls of the month that have no price yet, so that they are on no invoice.")


class InvoiceRun(Output):
    """A run that issues the invoices of a month for all tenants, or a dry run, which issues none."""

    month: Month
    dry_run: bool
    started: datetime
    finished: datetime | None = Field(description="null while tenants wait.")
    total: int = Field(description="Tenants of the run.")
    done: int = Field(description="Tenants that do not wait any more.")
    refused: int = Field(description="Tenants without an invoice, for a reason that is in their outcome.")
    invoices: int = Field(description="Invoices that it has issued; in a dry run, that would be issued.")
    unrated: int = Field(description="Calls of the month that have no price yet, so that they are on no invoice.")


class InvoiceRunOutcome(Output):
    """Outcome of a run for a tenant."""

    tenant_id: str
    slug: str = Field(description="Empty for a deleted tenant.")
    name: str = Field(description="Empty for a deleted tenant.")
    problem: str = Field(description="Why it has no invoice; empty if nothing was refused.")
    invoices: list[InvoiceIssue]
    unrated: int = Field(description="Calls of the month that have no price yet.")


InvoiceState = Literal["open", "collected", "paid", "overdue", "cancelled", "credit_note"]


class DirectDebit(Output):
    """The amount of an invoice in a file of direct debits."""

    file: str = Field(description="Id of the file.")
    amount: Amount
    day: date = Field(description="Day on which the account is debited.")


class NewDirectDebits(Input):
    """The day of a collection."""

    day: date = Field(description="Day on which the accounts are debited: tomorrow, or at most 60 days later.")


class DirectDebitFile(Output):
    """A file of SEPA direct debits for the bank."""

    id: str
    day: date = Field(description="Day on which the accounts are debited.")
    created: datetime
    invoices: int = Field(description="Number of invoices.")
    total: Amount


class Invoice(Output):
    """An invoice, or a credit note about one."""

    number: str = Field(examples=["2027-00001"])
    tenant_id: str
    month: date = Field(description="First day of the month.")
    currency: str
    state: InvoiceState = Field(
        description="`collected`: in a file of direct debits, until it is paid or the debit is returned."
    )
    cancels: str = Field(description="Number of the invoice that a credit note is about; empty for an invoice.")
    partial: bool = Field(description="Whether a credit note takes back only a part.")
    issued: date
    due: date
    net: Amount
    tax: Amount
    total: Amount
    left: Amount = Field(description="Amount that is left to pay.")
    credited: Amount = Field(default=0, description="Total of the partial credit notes about it.")
    reminder: int = Field(description="Level of the reminder that is due, 1 to 3; 0 for none.")
    sent: datetime | None = Field(default=None, description="When it was queued as an e-mail.")
    reminded: int = Field(default=0, description="Level of the last reminder that was sent.")
    calls_end: date | None = Field(
        default=None, description="Announced day from which calls outside are refused, while it is overdue."
    )
    collection: DirectDebit | None = Field(
        default=None, description="The last direct debit of it that was not returned."
    )


class InvoiceLine(Output):
    """Something that was sold."""

    kind: Literal["plan", "extensions", "numbers", "storage", "calls", "earlier_calls"]
    name: str
    quantity: int | float = Field(description="Gigabytes have up to two decimals.", examples=[1])
    unit: Literal["month", "extension", "number", "gigabyte", "minute"]
    unit_price: int | None = Field(description="In millionths; null for the sum of several prices.")
    amount: Amount
    tax_rate: int = Field(description="In hundredths of a per cent.", examples=[1900])
    since: date
    until: date = Field(description="The day after the last one.")
    creditable: Amount = Field(default=0, description="Net amount that a credit note may still take back.")


class CreditedLine(Input):
    line: int = Field(ge=1, description="Number of the line, from 1 on.", examples=[1])
    amount: int | None = Field(
        default=None, gt=0, description="Net amount in millionths; null for all that is left of it.", examples=[5000000]
    )


class NewCreditNote(Input):
    """Either lines, or a net amount that is spread over all lines in proportion."""

    lines: list[CreditedLine] = Field(default=[], max_length=500)
    amount: int | None = Field(default=None, gt=0, description="Net amount in millionths.")


class InvoiceDetails(Invoice):
    """An invoice with its lines."""

    lines: list[InvoiceLine]
