"""Input and output types of billing. Amounts are integers in micros of a currency: 1,000,000 are 1 EUR."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from unificx.billing.machine.deck_csv import LineFault
from unificx.billing.machine.rates import Rate

UsageKey = Literal["extension", "country"]
ChangeKind = Literal["added", "removed", "changed"]


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
    """Calls outside of an extension or country in a currency. `unrated`: calls that have no price yet."""

    key: str
    currency: str
    calls: int
    seconds: int
    billed_seconds: int
    covered_seconds: int
    amount: int
    unrated: int


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
    """Result of a new rating: the calls that were rated, those whose price changed, and by how much in sum."""

    calls: int
    changed: int
    difference: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A received payment, or a refund (negative amount) of the payment with the reference `refund_of`."""

    reference: str
    refund_of: str
    currency: str
    amount: int
    at: datetime
    """When it was recorded."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of a tenant in a currency. `owed` = `sold` - `received`; negative: credit that is left."""

    currency: str
    sold: int
    received: int
    owed: int
