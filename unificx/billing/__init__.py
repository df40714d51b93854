"""Billing: plans, rate decks, the price of calls outside, charges of a month, and the ledger."""

from unificx.billing.cards.ports import CardGateway, ForgedReport
from unificx.billing.cards.schemas import CardOrder, CardPage, CardPayment, CardReport, Processor, ProcessorKeys
from unificx.billing.cards.service import CardPayments
from unificx.billing.charges import Charges
from unificx.billing.credit import Credit
from unificx.billing.decks import RateDecks
from unificx.billing.invoicing.due_emails import InvoiceNotice
from unificx.billing.invoicing.dunning import DunningNotice
from unificx.billing.invoicing.schemas import BillingDetails, Invoice, InvoiceRun, Issue, RunOutcome
from unificx.billing.machine.card_payment import CardState, Disputed, DisputeState, Paid, Refund, Refunded
from unificx.billing.machine.credit import STEP_SECONDS, is_due, is_warned
from unificx.billing.machine.deck_csv import LineFault
from unificx.billing.machine.money import format_amount, minor_unit
from unificx.billing.machine.rates import ALWAYS, Rate
from unificx.billing.machine.trial import Trial, TrialState
from unificx.billing.payments import Payments, is_by_card
from unificx.billing.plans import Plans
from unificx.billing.privacy import billing_holding
from unificx.billing.rating import Rating
from unificx.billing.schemas import (
    Assignment,
    Balance,
    Charge,
    ChargeKind,
    ChargeUnit,
    CreditCall,
    CreditRefusal,
    CreditState,
    CreditTerms,
    DeckChanges,
    ImportResult,
    IncludedUse,
    MonthCosts,
    NewPlan,
    Payment,
    Plan,
    PlanChange,
    PlanTerms,
    RateChange,
    RatedCall,
    RateDeck,
    Rerating,
    Simulation,
    StorageUse,
    Usage,
    UsageKey,
)
from unificx.billing.service import Billing, build_billing
from unificx.billing.trials import TrialReminder, Trials

__all__ = [
    "ALWAYS",
    "STEP_SECONDS",
    "Assignment",
    "Balance",
    "Billing",
    "BillingDetails",
    "CardGateway",
    "CardOrder",
    "CardPage",
    "CardPayment",
    "CardPayments",
    "CardReport",
    "CardState",
    "Charge",
    "ChargeKind",
    "ChargeUnit",
    "Charges",
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
    "ImportResult",
    "IncludedUse",
    "Invoice",
    "InvoiceNotice",
    "InvoiceRun",
    "Issue",
    "LineFault",
    "MonthCosts",
    "NewPlan",
    "Paid",
    "Payment",
    "Payments",
    "Plan",
    "PlanChange",
    "PlanTerms",
    "Plans",
    "Processor",
    "ProcessorKeys",
    "Rate",
    "RateChange",
    "RateDeck",
    "RateDecks",
    "RatedCall",
    "Rating",
    "Refund",
    "Refunded",
    "Rerating",
    "RunOutcome",
    "Simulation",
    "StorageUse",
    "Trial",
    "TrialReminder",
    "TrialState",
    "Trials",
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
