"""Schemas of billing."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.api.schemas.times import Time

Amount = Annotated[
    int, Field(description="In millionths of the main unit of the currency: 1000000 is 1 EUR.", examples=[12000])
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.", examples=["EUR"])]


class RateDeck(Output):
    """A rate deck: prices of calls by the beginning of the number."""

    id: str
    tenant_id: str
    name: str
    currency: str
    created: datetime
    in_force: datetime | None = Field(description="From when it is in force, until the next one is; null for a draft.")
    rates: int = Field(description="Number of rates.")
    state: Literal["draft", "planned", "in_force", "replaced"]


class NewRateDeck(Input):
    name: str = Field(min_length=1, max_length=60, examples=["Carrier 2027"])
    currency: Currency = "EUR"


class RateDeckStart(Input):
    in_force: Time | None = Field(
        default=None, description="Now by default. A time in the past is for corrections: rate the calls again then."
    )


class Rate(Output):
    """Price of calls to numbers with a prefix."""

    prefix: str = Field(
        description="Digits of the international form without +; `short:` and a short number of the country.",
        examples=["4930"],
    )
    name: str
    group: str = Field(description="Group of destinations for included minutes; may be empty.")
    price: Amount = Field(description="Per minute, in millionths.")
    connection: Amount
    minimum: Amount
    first: int = Field(description="First increment in seconds.")
    next: int = Field(description="Further increments in seconds.")
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="The day after the last one.")


class NumberedRate(Rate):
    """A rate with the line of the file that it comes from."""

    line: int


class RateChange(Output):
    """How the rates of a prefix differ from the deck in force."""

    kind: Literal["added", "removed", "changed"]
    prefix: str
    before: Rate | None
    after: Rate | None


class RateDeckChanges(Output):
    """Differences from the deck in force."""

    added: int
    removed: int
    changed: int
    first: list[RateChange] = Field(description="The first 100, by prefix.")


class LineFault(Output):
    """A line that was refused."""

    line: int
    problem: str


class RateDeckImport(Output):
    """Result of an import. With faults, nothing was stored."""

    rates: int
    faults: list[LineFault] = Field(description="The first 100.")
    changes: RateDeckChanges | None


class Simulation(Output):
    """Cost of the calls of a period, had a deck been in force."""

    calls: int
    unmatched: int = Field(description="Calls for which the deck has no rate.")
    currency: str
    amount: Amount
    amount_before: Amount = Field(description="Their actual cost in the same currency.")


class RatingPeriod(Input):
    """A period of at most a year."""

    since: Time = Field(description="Calls answered at or after this time.")
    until: Time = Field(description="Calls answered before this time.")


class PriceDifference(Output):
    """Sum by which the prices of calls change."""

    currency: str
    amount: Amount


class Rerating(Output):
    """Result of rating calls again, or its preview."""

    calls: int
    changed: int = Field(description="Calls whose price changes.")
    differences: list[PriceDifference] = Field(description="By currency; without those that stay the same.")


class Usage(Output):
    """Calls outside in a period, of an extension or a department or to a country, in a currency."""

    key: str = Field(description="Id of the extension, name of the department or code of the country; empty for none.")
    number: str | None = Field(default=None, description="Number of the extension, while it exists.")
    name: str | None = Field(default=None, description="Name of the extension, while it exists.")
    currency: str = Field(description="Empty for calls without a price.")
    calls: int
    unrated: int = Field(description="Calls that have no price yet, because no rate matches.")
    seconds: int = Field(description="Talk time; seconds that have begun.")
    billed_seconds: int
    covered_seconds: int = Field(description="Billed seconds that included minutes cover.")
    amount: Amount


Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=28,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        description="Number of the transaction in the bank statement; no name of a person.",
        examples=["2027-03-0042"],
    ),
]
Paid = Annotated[
    int,
    Field(
        gt=0,
        le=1_000_000_000_000,
        description="In millionths of the main unit of the currency, a whole number of its minor unit.",
        examples=[49_900_000],
    ),
]


class NewPayment(Input):
    """A payment received by bank transfer."""

    reference: Reference
    currency: Currency = "EUR"
    amount: Paid
    invoice: str = Field(
        default="",
        max_length=20,
        description="Number of the invoice that it pays. One without pays the oldest ones that are open.",
    )


class NewRefund(Input):
    """A refund of a payment, in its currency."""

    payment: Reference
    reference: Reference
    amount: Paid


class Payment(Output):
    """A received payment, or a refund."""

    reference: str
    refund_of: str = Field(description="Reference of the payment that was refunded; empty for a payment.")
    currency: str
    amount: Amount = Field(description="In millionths; negative for a refund.")
    at: datetime = Field(description="When it was recorded.")
    invoice: str = Field(description="Number of the invoice that it names; empty for none.")


class Balance(Output):
    """Sums of a tenant in a currency."""

    currency: str
    sold: Amount = Field(description="With the tax of invoices, in millionths.")
    received: Amount = Field(description="Payments less refunds, in millionths.")
    owed: Amount = Field(description="Sold less received, in millionths; negative: credit that is left.")
    unbilled: Amount = Field(description="Part of what is owed that is on no invoice yet.")
