"""Billing: rate decks, the price of calls outside, and the ledger."""

from unificx.billing.decks import RateDecks
from unificx.billing.machine.deck_csv import LineFault
from unificx.billing.machine.rates import ALWAYS, Rate
from unificx.billing.payments import Payments
from unificx.billing.privacy import billing_holding
from unificx.billing.rating import Rating
from unificx.billing.schemas import (
    Balance,
    DeckChanges,
    ImportResult,
    Payment,
    RateChange,
    RatedCall,
    RateDeck,
    Rerating,
    Simulation,
    Usage,
    UsageKey,
)
from unificx.billing.service import Billing, build_billing

__all__ = [
    "ALWAYS",
    "Balance",
    "Billing",
    "DeckChanges",
    "ImportResult",
    "LineFault",
    "Payment",
    "Payments",
    "Rate",
    "RateChange",
    "RateDeck",
    "RateDecks",
    "RatedCall",
    "Rating",
    "Rerating",
    "Simulation",
    "Usage",
    "UsageKey",
    "billing_holding",
    "build_billing",
]
