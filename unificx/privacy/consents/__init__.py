"""Consents: an append-only ledger, and the question whether a purpose is allowed."""

from unificx.privacy.consents.privacy import consent_holding
from unificx.privacy.consents.repository import add_consent, delete_consents
from unificx.privacy.consents.schemas import (
    OPTIONAL_PURPOSES,
    ConsentMethod,
    ConsentRecord,
    ConsentState,
    OptionalPurpose,
)
from unificx.privacy.consents.service import Consents

__all__ = [
    "OPTIONAL_PURPOSES",
    "ConsentMethod",
    "ConsentRecord",
    "ConsentState",
    "Consents",
    "OptionalPurpose",
    "add_consent",
    "consent_holding",
    "delete_consents",
]
