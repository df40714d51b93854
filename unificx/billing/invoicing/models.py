"""Tables of invoices.

Their `tenant_id` is the seller, which is the tenant of the operators: an invoice is a record of the seller, sealed
under a key of the seller, and outlives the tenant that was billed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _detail(category: str) -> Any:
    return personal(category, uses=("billing",), retention="account", on_erase="delete", export=False, rectifiable=True)


@dataclass(frozen=True, slots=True)
class DetailsPart:
    """Billing details of a tenant, often a business of one person."""

    name: str = _detail("user.name")
    contact: str = _detail("user.name")
    street: str = _detail("user.contact.address")
    postcode: str = _detail("user.contact.address")
    city: str = _detail("user.contact.address")
    country: str = _detail("user.contact.address")
    vat_id: str = _detail("user.payment")
    tax_number: str = _detail("user.payment")
    email: str = _detail("user.contact.email")
    iban: str = _detail("user.financial")
    bic: str = _detail("user.financial")
    creditor_id: str = _detail("user.financial")
    mandate: str = _detail("user.financial")
    mandate_signed: str = _detail("user.financial")
    """Day in the form of ISO 8601, or nothing."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """An invoice as it was issued, with the details of seller and buyer of that day."""

    document: str = personal(
        "user.payment", uses=("billing",), retention="invoice", on_erase="keep", export=False, rectifiable=False
    )
    """JSON of `machine.invoice.Document`."""


class BillingDetailsRow(Base):
    """Billing details of a tenant; those of the operators are the seller's."""

    __tablename__ = "billing_details"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    payment_days: Mapped[int] = plain("days until an invoice is due, set by the seller")
    number_prefix: Mapped[str] = plain("beginning of invoice numbers, set by the seller")
    issue_day: Mapped[int] = plain("day of the month on which invoices are issued, 0 for none, set by the seller")
    stop_days: Mapped[int] = plain("days from the announcement on until calls outside end, 0 for never, by the seller")
    subject_id: Mapped[str] = plain("random subject id of the details, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(DetailsPart, subject="subject_id")


class InvoiceNumberRow(Base):
    """The last number that a seller has given in a year. It changes in the transaction that issues the invoice."""

    __tablename__ = "invoice_number"

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    year: Mapped[int] = plain("year of issue", primary_key=True, autoincrement=False)
    last: Mapped[int] = plain("last number")


class InvoiceRow(Base):
    """An issued invoice or credit note. It never changes.

    Positions count invoices and credit notes of a month and currency in the order of their issue.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "issued"),
    )

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    customer_id: Mapped[str] = plain("the tenant that was billed, which may be deleted earlier", primary_key=True)
    month: Mapped[date] = plain("first day of the month", primary_key=True)
    currency: Mapped[str] = plain("code of the currency", primary_key=True)
    position: Mapped[int] = plain("0, and counting on", primary_key=True, autoincrement=False)
    number: Mapped[str] = plain("number of the invoice or credit note")
    cancels: Mapped[str] = plain("number of the invoice that a credit note is about, or nothing")
    partial: Mapped[bool] = plain("whether a credit note takes back only a part")
    issued: Mapped[date] = plain("day of issue")
    due: Mapped[date] = plain("day until which it is to be paid")
    net: Mapped[int] = plain("net sum", BigInteger)
    tax: Mapped[int] = plain("tax of all lines", BigInteger)
    total: Mapped[int] = plain("sum with tax", BigInteger)
    calls: Mapped[int] = plain("unbilled prices of the calls of the month that it has charged", BigInteger)
    moved: Mapped[int] = plain("all unbilled prices that it has charged", BigInteger)
    closed: Mapped[datetime] = plain("end of the year of issue, from which its period counts")
    subject_id: Mapped[str] = plain("random subject id of the invoice, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(DocumentPart, subject="subject_id")


class DirectDebitRow(Base):
    """An amount of an invoice in a file of direct debits. The file is made again from its rows."""

    __tablename__ = "direct_debit"
    __table_args__ = (Index(None, "tenant_id", "number"), Index(None, "tenant_id", "created"))

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    file_id: Mapped[str] = plain("our own random id, which is that of the message to the bank", primary_key=True)
    number: Mapped[str] = plain("number of the invoice", primary_key=True)
    customer_id: Mapped[str] = plain("the tenant that was billed")
    amount: Mapped[int] = plain("amount that is collected", BigInteger)
    day: Mapped[date] = plain("day of the collection")
    created: Mapped[datetime] = plain("when the file was made")
    sequence: Mapped[str] = plain("FRST for the first debit of a mandate, RCUR for later ones")
    returned: Mapped[bool] = plain("whether the bank has returned it")


class InvoiceNoticeRow(Base):
    """A notice about an invoice that waits or was sent. The primary key prevents a second one."""

    __tablename__ = "invoice_notice"

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    number: Mapped[str] = plain("number of the invoice", primary_key=True)
    level: Mapped[int] = plain(
        "0: the invoice; 1 to 3: a reminder; 4: calls outside end; 5: they have ended",
        primary_key=True,
        autoincrement=False,
    )
    at: Mapped[datetime | None] = plain("when it was queued, nothing while it waits")
    calls_end: Mapped[date | None] = plain("announced first day without calls outside, nothing for reminders")


class InvoiceRunRow(Base):
    """A run of the invoices of a month for all tenants."""

    __tablename__ = "invoice_run"

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    month: Mapped[date] = plain("first day of the month", primary_key=True)
    dry_run: Mapped[bool] = plain("whether nothing is issued", primary_key=True)
    started: Mapped[datetime] = plain("when it began, the last time")
    finished: Mapped[datetime | None] = plain("when its last tenant was done, nothing before")


class InvoiceRunOutcomeRow(Base):
    """A tenant of a run: it waits, or what it led to."""

    __tablename__ = "invoice_run_outcome"
    __table_args__ = (Index(None, "tenant_id", "state"),)

    tenant_id: Mapped[str] = plain("the seller", primary_key=True)
    month: Mapped[date] = plain("first day of the month", primary_key=True)
    dry_run: Mapped[bool] = plain("whether nothing is issued", primary_key=True)
    customer_id: Mapped[str] = plain("the tenant that is billed", primary_key=True)
    state: Mapped[str] = plain("waiting, done or refused")
    problem: Mapped[str] = plain("our own text: why it was refused")
    issues: Mapped[str] = plain("numbers and sums of its invoices, as JSON")
    invoices: Mapped[int] = plain("how many invoices it has issued, or would issue")
    unrated: Mapped[int] = plain("calls of the month without a price")
