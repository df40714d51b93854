"""Billing: plans, rate decks, the price of calls outside, charges of a month, and the ledger."""

from unificx.billing.cards.ports import ForgedReport
from unificx.billing.cards.schemas import CardOrder, CardPage, CardReport, Processor, ProcessorKeys
from unificx.billing.credit import Credit
from unificx.billing.invoicing.due_emails import InvoiceNotice
from unificx.billing.invoicing.dunning import DunningNotice
from unificx.billing.invoicing.schemas import BillingDetails, InvoiceRun, RunOutcome
from unificx.billing.machine.card_payment import Disputed, DisputeState, Paid, Refund, Refunded
from unificx.billing.machine.credit import STEP_SECONDS, is_due, is_warned
from unificx.billing.machine.money import format_amount, minor_unit
from unificx.billing.machine.rates import ALWAYS, Rate
from unificx.billing.machine.trial import TrialState
from unificx.billing.payments import is_by_card
from unificx.billing.privacy import billing_holding
from unificx.billing.rating import Rating
from unificx.billing.schemas import (
    ChargeKind,
    ChargeUnit,
    CreditCall,
    CreditRefusal,
    CreditState,
    CreditTerms,
    DeckChanges,
    NewPlan,
    Plan,
    PlanChange,
    RatedCall,
    RateDeck,
    Rerating,
    Usage,
    UsageKey,
)
from unificx.billing.service import Billing, build_billing
from unificx.billing.trials import TrialReminder

__all__ = [
    "ALWAYS",
    "STEP_SECONDS",
    "Billing",
    "BillingDetails",
    "CardOrder",
    "CardPage",
    "CardReport",
    "ChargeKind",
    "ChargeUnit",
    "Credit",
    "CreditCall",
    "CreditRefusal",
    "CreditState",
    "CreditTerms",
    "DeckChanges",
    "DisputeState",
    "Disputed",
    "DunningNotice",
    "ForgedReport",
    "InvoiceNotice",
    "InvoiceRun",
    "NewPlan",
    "Paid",
    "Plan",
    "PlanChange",
    "Processor",
    "ProcessorKeys",
    "Rate",
    "RateDeck",
    "RatedCall",
    "Rating",
    "Refund",
    "Refunded",
    "Rerating",
    "RunOutcome",
    "TrialReminder",
    "TrialState",
    "Usage",
    "UsageKey",
    "billing_holding",
    "build_billing",
    "format_amount",
    "is_by_card",
    "is_due",
    "is_warned",
    "minor_unit",
]
