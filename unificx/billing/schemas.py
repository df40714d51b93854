"""Input and output types of billing. Amounts are integers in micros of a currency: 1,000,000 are 1 EUR."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from unificx.billing.machine.deck_csv import LineFault
from unificx.billing.machine.rates import Rate

UsageKey = Literal["extension", "department", "country"]
ChangeKind = Literal["added", "removed", "changed"]
ChargeKind = Literal["plan", "extensions", "numbers", "storage", "calls"]
ChargeUnit = Literal["month", "extension", "number", "gigabyte", "minute"]


@dataclass(frozen=True, slots=True)
class RateDeck:
    """A rate deck. `in_force`: from when; None for a draft. `rates`: their number."""

    id: str
    tenant_id: str
    name: str
    currency: str
    created: datetime
    in_force: datetime | None = None
    rates: int = 0
    set_id: str = ""


@dataclass(frozen=True, slots=True)
class RateChange:
    """How the rates of a prefix differ: those before and after, None for one that is not there."""

    kind: ChangeKind
    prefix: str
    before: Rate | None
    after: Rate | None


@dataclass(frozen=True, slots=True)
class DeckChanges:
    """Differences from the deck in force: their numbers, and the first of them in the order of prefixes."""

    added: int
    removed: int
    changed: int
    first: tuple[RateChange, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Result of an import: the number of rates, or the first lines that were refused; then nothing was stored."""

    rates: int
    faults: tuple[LineFault, ...]
    changes: DeckChanges | None = None


@dataclass(frozen=True, slots=True)
class RatedCall:
    """The billed part of a leg to a number outside. `prefix` is "" while it has no price."""

    id: str
    tenant_id: str
    call_id: str
    extension_id: str
    trunk_id: str
    destination: str
    country: str
    answered: datetime
    seconds: int
    deck_id: str = ""
    prefix: str = ""
    group: str = ""
    billed_seconds: int = 0
    covered_seconds: int = 0
    currency: str = ""
    amount: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls outside of an extension, department or country in a currency. `unrated`: calls that have no price yet."""

    key: str
    currency: str
    calls: int
    seconds: int
    billed_seconds: int
    covered_seconds: int
    amount: int
    unrated: int

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of two, with the key of this one."""
        return Usage(
            self.key,
            self.currency,
            self.calls + other.calls,
            self.seconds + other.seconds,
            self.billed_seconds + other.billed_seconds,
            self.covered_seconds + other.covered_seconds,
            self.amount + other.amount,
            self.unrated + other.unrated,
        )


@dataclass(frozen=True, slots=True)
class Simulation:
    """Cost of the calls of a period, had a deck been in force, and their actual cost.

    `unmatched`: calls for which it has no rate.
    """

    calls: int
    unmatched: int
    currency: str
    amount: int
    amount_before: int
    """Of the calls that were rated in the same currency."""


@dataclass(frozen=True, slots=True)
class Rerating:
    """Result of a new rating: the calls that were rated, those whose price changed, and by how much, in micros by
    currency. Currencies whose sum stays the same are left out."""

    calls: int
    changed: int
    differences: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Payment:
    """A received payment, or a refund (negative amount) of the payment with the reference `refund_of`."""

    reference: str
    refund_of: str
    currency: str
    amount: int
    at: datetime
    """When it was recorded."""
    invoice: str = ""
    """Number of the invoice that it names."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of a tenant in a currency. `owed` = `sold` - `received`; negative: credit that is left.

    `sold` includes the tax of invoices. `unbilled` is the part of what is owed that is on no invoice yet.
    """

    currency: str
    sold: int
    received: int
    owed: int
    unbilled: int = 0


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """How much a tenant may owe: `limit`, 0 if it is `prepaid`. Administrators are notified once when less than
    `warn_below` is available, and `warned` until there is more again."""

    prepaid: bool
    currency: str
    limit: int
    warn_below: int = 0
    warned: bool = False


@dataclass(frozen=True, slots=True)
class CreditState:
    """The credit of a tenant at this moment: `available` = limit - `owed` - `reserved` for calls in progress."""

    terms: CreditTerms
    owed: int
    reserved: int

    @property
    def available(self) -> int:
        return self.terms.limit - self.owed - self.reserved


CreditRefusal = Literal["no_credit", "no_price", "trial_ended", "unpaid"]
"""`no_price`: there is no rate for the number in the currency of the credit, so its price cannot be reserved.
`trial_ended`: and nothing was decided about the plan after it. `unpaid`: an invoice is overdue, and the announced day
has come; it refuses new calls only."""


@dataclass(frozen=True, slots=True)
class CreditCall:
    """A leg to a number outside for which credit is reserved. `id` is stable while it lives; `call_id` is that of its
    record; `destination` as in the record; `answered` None while it rings. `is_free`: callers do not pay for this
    number, unless the deck has a rate for it."""

    id: str
    call_id: str
    destination: str
    answered: datetime | None = None
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """Prices of a plan per month, in micros, and its included minutes by group of rates ("": for calls of any group).

    In force from the day `since` until that of the next terms of the plan.
    """

    since: date
    price: int
    """Of the tenant."""
    extension_price: int = 0
    """Of each extension."""
    number_price: int = 0
    """Of each number of the public network."""
    included: Mapping[str, int] = field(default_factory=dict[str, int])
    storage_price: int = 0
    """Of each gigabyte (10^9 bytes) that is stored above the included ones."""
    storage_gb: int = 0
    """Included gigabytes of the tenant."""
    extension_storage_gb: int = 0
    """Further included gigabytes for each extension."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that the operator sells. `terms`: in the order of their first days. An archived plan is not assigned to
    further tenants."""

    id: str
    name: str
    currency: str
    created: datetime
    archived: bool
    terms: tuple[PlanTerms, ...]
    trial_days: int = 0
    """Free days of a tenant whose first plan it is."""
    sign_up: bool = False
    """Whether organisations that sign up get it; at most one plan."""

    def terms_on(self, day: date) -> PlanTerms:
        """Return the terms in force on a day. The first ones are so before their first day too."""
        return max(
            (each for each in self.terms if each.since <= day), key=lambda each: each.since, default=self.terms[0]
        )


@dataclass(frozen=True, slots=True)
class Assignment:
    """The plan of a tenant from a day on, in the time zone of the tenant; None: no plan."""

    since: date
    plan_id: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """Something that is charged for days of a month. `amount`: net, in micros, rounded only to a micro.

    `name` is that of the plan; for calls the group of rates, or the ISO 3166 code of the country called ("" if there is
    none). `unit_price`: per month, in micros; None for calls, whose prices differ. `until` is exclusive.
    """

    kind: ChargeKind
    name: str
    quantity: int | Decimal
    """For calls: billed minutes that included minutes do not cover, rounded up; for storage: gigabytes above the
    included ones, with up to two decimals, rounded down."""
    unit: ChargeUnit
    unit_price: int | None
    amount: int
    currency: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class IncludedUse:
    """Included minutes of a period of a month: those of a group ("": for calls of any group) and the seconds used."""

    group: str
    since: date
    until: date
    included_seconds: int
    used_seconds: int


@dataclass(frozen=True, slots=True)
class StorageUse:
    """Storage in a period of a month in which the plan has a price for it, in bytes. `price`: of a gigabyte above the
    included ones, per month."""

    since: date
    until: date
    last: int
    """On the last day that was measured."""
    mean: int
    """Of the days that were measured."""
    included: int
    price: int
    currency: str


@dataclass(frozen=True, slots=True)
class MonthCosts:
    """Charges of a tenant for a month, so far. `unrated`: calls that have no price yet."""

    charges: tuple[Charge, ...]
    included: tuple[IncludedUse, ...]
    unrated: int
    storage: tuple[StorageUse, ...] = ()


@dataclass(frozen=True, slots=True)
class CallSum:
    """Sum of calls of a group of rates and a country in a currency ("": calls that have no price yet)."""

    group: str
    country: str
    currency: str
    calls: int
    seconds: int
    """Billed ones."""
    amount: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """Greatest number of extensions and of numbers of the public network that a tenant had on a day."""

    day: date
    extensions: int
    numbers: int


@dataclass(frozen=True, slots=True)
class DaySize:
    """Bytes that were stored for a tenant on a day."""

    day: date
    size: int


@dataclass(frozen=True, slots=True)
class NewPlan:
    """Values of a new plan. Prices are per month, in micros."""

    name: str
    currency: str
    price: int
    extension_price: int = 0
    number_price: int = 0
    included: Mapping[str, int] = field(default_factory=dict[str, int])
    trial_days: int = 0
    sign_up: bool = False
    storage_price: int = 0
    storage_gb: int = 0
    extension_storage_gb: int = 0


@dataclass(frozen=True, slots=True)
class PlanChange:
    """None leaves a value unchanged. `since`: first day of other prices and minutes; by default that of next month."""

    name: str | None = None
    archived: bool | None = None
    price: int | None = None
    extension_price: int | None = None
    number_price: int | None = None
    included: Mapping[str, int] | None = None
    since: date | None = None
    trial_days: int | None = None
    sign_up: bool | None = None
    storage_price: int | None = None
    storage_gb: int | None = None
    extension_storage_gb: int | None = None
