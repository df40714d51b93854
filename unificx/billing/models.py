"""Models of rate decks, rated calls, the ledger and credit. Amounts are in micros of the currency.

None of them names a person: a rated call has the id of an extension and the beginning of the number called.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped

from unificx.db import Base, plain


class RateDeckRow(Base):
    """A rate deck. Its rates are those of its set, which an import replaces as a whole."""

    __tablename__ = "rate_deck"
    __table_args__ = (Index(None, "tenant_id", "in_force"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    name: Mapped[str] = plain("text of the operator that names a rate deck, not a person")
    currency: Mapped[str] = plain("code of the currency")
    created: Mapped[datetime] = plain("creation time")
    in_force: Mapped[datetime | None] = plain("from when it is in force")
    rates: Mapped[int] = plain("number of rates")
    set_id: Mapped[str] = plain("random id of its set of rates, or nothing")
    loading_id: Mapped[str] = plain("random id of the set that an import is loading, or nothing")


class RateRow(Base):
    """A rate of a set."""

    __tablename__ = "rate"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    set_id: Mapped[str] = plain("random id of the set", primary_key=True)
    prefix: Mapped[str] = plain("beginning of numbers, from a price list", primary_key=True)
    line: Mapped[int] = plain("line of the file it comes from", primary_key=True, autoincrement=False)
    price: Mapped[int] = plain("price per minute", BigInteger)
    first: Mapped[int] = plain("first increment in seconds")
    next: Mapped[int] = plain("further increments in seconds")
    connection: Mapped[int] = plain("connection fee", BigInteger)
    minimum: Mapped[int] = plain("minimum price of a call", BigInteger)
    valid_from: Mapped[int] = plain("first day, as an ordinal")
    valid_until: Mapped[int] = plain("day after the last one, as an ordinal")
    name: Mapped[str] = plain("name of the destination, from a price list")
    group: Mapped[str] = plain("group of destinations for included minutes, or nothing")


class RatedCallRow(Base):
    """The billed part of an answered leg to a number outside. The id is the call's id and a position."""

    __tablename__ = "rated_call"
    __table_args__ = (
        Index(None, "tenant_id", "answered", "id"),
        Index(None, "tenant_id", "extension_id", "answered"),
        Index(None, "tenant_id", "call_id"),
    )

    id: Mapped[str] = plain("the call's random id and a position", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    call_id: Mapped[str] = plain("the call; no foreign key, because its record may end earlier")
    extension_id: Mapped[str] = plain("id of the extension for which it is billed, or nothing")
    trunk_id: Mapped[str] = plain("the trunk")
    destination: Mapped[str] = plain("beginning of the number called, without its last four digits")
    country: Mapped[str] = plain("code of the country called, or nothing")
    answered: Mapped[datetime] = plain("when it was answered")
    seconds: Mapped[int] = plain("seconds that have begun")
    deck_id: Mapped[str] = plain("the rate deck, or nothing")
    prefix: Mapped[str] = plain("prefix of the rate, or nothing: it has no price yet")
    group: Mapped[str] = plain("group of the rate, or nothing")
    billed_seconds: Mapped[int] = plain("seconds in whole increments")
    covered_seconds: Mapped[int] = plain("billed seconds covered by included minutes")
    currency: Mapped[str] = plain("code of the currency, or nothing")
    amount: Mapped[int] = plain("price of the call", BigInteger)
    revision: Mapped[int] = plain("how often the price has changed")


class LedgerEntryRow(Base):
    """A posting of a transaction. Those of a reference add up to zero."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "tenant_id", "currency", "account"), Index(None, "tenant_id", "at"))

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    reference: Mapped[str] = plain(
        "what is posted: a call and its revision, an invoice, or the reference of a payment in a bank statement",
        primary_key=True,
    )
    account: Mapped[str] = plain("unbilled, customer, revenue, tax or payments", primary_key=True)
    kind: Mapped[str] = plain("call, correction, invoice, credit_note, payment or refund")
    currency: Mapped[str] = plain("code of the currency")
    amount: Mapped[int] = plain("amount, positive for a debit", BigInteger)
    at: Mapped[datetime] = plain("time of the posting")
    invoice: Mapped[str] = plain("number of the invoice that a payment names, or nothing")


class PlanRow(Base):
    """A plan of the operator, for all tenants of the installation."""

    __tablename__ = "plan"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    name: Mapped[str] = plain("text of the operator that names a plan, not a person", unique=True)
    currency: Mapped[str] = plain("code of the currency")
    created: Mapped[datetime] = plain("creation time")
    archived: Mapped[bool] = plain("whether it is not assigned to further tenants")
    trial_days: Mapped[int] = plain("days that are free for a tenant whose first plan it is", default=0)
    sign_up: Mapped[bool] = plain("whether organisations that sign up get it", default=False)


class PlanTermsRow(Base):
    """Prices of a plan from a day on. Amounts are per month."""

    __tablename__ = "plan_terms"

    plan_id: Mapped[str] = plain("the plan", ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[date] = plain("first day", primary_key=True)
    price: Mapped[int] = plain("price of the tenant", BigInteger)
    extension_price: Mapped[int] = plain("price of an extension", BigInteger)
    number_price: Mapped[int] = plain("price of a number", BigInteger)
    included: Mapped[str] = plain("included minutes by group of rates, such as =100,mobile=50")
    storage_price: Mapped[int] = plain("price of a gigabyte above the included ones", BigInteger, default=0)
    storage_gb: Mapped[int] = plain("included gigabytes of the tenant", default=0)
    extension_storage_gb: Mapped[int] = plain("included gigabytes of an extension", default=0)


class PlanAssignmentRow(Base):
    """The plan of a tenant from a day on."""

    __tablename__ = "plan_assignment"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    since: Mapped[date] = plain("first day", primary_key=True)
    plan_id: Mapped[str | None] = plain("the plan, or none", ForeignKey("plan.id"), index=True)


class TrialRow(Base):
    """The trial of a tenant: it has at most one."""

    __tablename__ = "trial"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    since: Mapped[date] = plain("first day")
    until: Mapped[date] = plain("day after the last one")
    charged_since: Mapped[date | None] = plain("first day on which the plan is charged, or not decided")
    reminded: Mapped[int | None] = plain("days before the end of the last reminder")


class ChargedCountRow(Base):
    """Greatest number of extensions and of public numbers that a tenant had on a day."""

    __tablename__ = "charged_count"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    day: Mapped[date] = plain("day in the time zone of the tenant", primary_key=True)
    extensions: Mapped[int] = plain("number of extensions")
    numbers: Mapped[int] = plain("number of public numbers")


class MeasuredStorageRow(Base):
    """Bytes that were stored for a tenant on a day, measured once. Days without a row were not measured."""

    __tablename__ = "measured_storage"
    __table_args__ = (Index(None, "day"),)

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    day: Mapped[date] = plain("day in the time zone of the tenant", primary_key=True)
    size: Mapped[int] = plain("bytes of sealed audio and of files in chats", BigInteger)


class CreditRow(Base):
    """How much a tenant may owe. Without a row there is no limit."""

    __tablename__ = "credit"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    prepaid: Mapped[bool] = plain("whether it pays before it calls")
    currency: Mapped[str] = plain("code of the currency")
    limit: Mapped[int] = plain("what it may owe at most; 0 if it is prepaid", BigInteger)
    warn_below: Mapped[int] = plain("available credit below which administrators are notified", BigInteger)
    warned: Mapped[bool] = plain("whether they were notified since it was last above")


class CreditReservationRow(Base):
    """Credit that is reserved for a call outside that is in progress, or that is not rated yet."""

    __tablename__ = "credit_reservation"
    __table_args__ = (Index(None, "tenant_id", "call_id"),)

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    id: Mapped[str] = plain("the call's random id and the name of its leg", primary_key=True)
    call_id: Mapped[str] = plain("the call under whose id it will be recorded")
    amount: Mapped[int] = plain("reserved amount", BigInteger)
    until: Mapped[datetime] = plain("when it ends unless it is renewed or the call is rated before")
