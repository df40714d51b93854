"""Consents and objections: an append-only ledger, and the question whether a purpose is allowed."""

from unificx.privacy.consents.privacy import consent_holding
from unificx.privacy.consents.repository import add_consent, delete_consents
from unificx.privacy.consents.schemas import (
    OBJECTION_PURPOSES,
    OPTIONAL_PURPOSES,
    ConsentMethod,
    ConsentRecord,
    ConsentState,
    ObjectionPurpose,
    OptionalPurpose,
)
from unificx.privacy.consents.service import Consents

__all__ = [
    "OBJECTION_PURPOSES",
    "OPTIONAL_PURPOSES",
    "ConsentMethod",
    "ConsentRecord",
    "ConsentState",
    "Consents",
    "ObjectionPurpose",
    "OptionalPurpose",
    "add_consent",
    "consent_holding",
    "delete_consents",
]
