"""Call detail records (CDR)."""

from unificx.cdr.schemas import CallRecord, CdrFilter, CdrParty, PartyIdentity
from unificx.cdr.service import CdrService

__all__ = [
    "CallRecord",
    "CdrFilter",
    "CdrParty",
    "CdrService",
    "PartyIdentity",
]
