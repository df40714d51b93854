"""Call detail records (CDR)."""

from unificx.cdr.erasing import CallErasure, call_id_of
from unificx.cdr.outside import destination_of
from unificx.cdr.privacy import call_record_holding
from unificx.cdr.retention import call_record_expiries
from unificx.cdr.retention_repository import CALL_TARGET
from unificx.cdr.schemas import CallRecord, CdrFilter, CdrParty, CdrStep, PartyIdentity
from unificx.cdr.service import CdrService
from unificx.cdr.usage import FrequentParty, uses_of

__all__ = [
    "CALL_TARGET",
    "CallErasure",
    "CallRecord",
    "CdrFilter",
    "CdrParty",
    "CdrService",
    "CdrStep",
    "FrequentParty",
    "PartyIdentity",
    "call_id_of",
    "call_record_expiries",
    "call_record_holding",
    "destination_of",
    "uses_of",
]
