"""Audit log: administrative and privacy acts in a Merkle tree whose heads are signed; it survives erasures."""

from unificx.privacy.audit.acts import Act, current_act, new_act
from unificx.privacy.audit.entries import AuditParty, NewAuditEntry
from unificx.privacy.audit.log import AuditEntry, AuditLog
from unificx.privacy.audit.outside import HEADS_VARIABLE, HeadFile
from unificx.privacy.audit.privacy import audit_expiries, audit_holding
from unificx.privacy.audit.repository import AuditFilter
from unificx.privacy.audit.verification import verify_export

__all__ = [
    "HEADS_VARIABLE",
    "Act",
    "AuditEntry",
    "AuditFilter",
    "AuditLog",
    "AuditParty",
    "HeadFile",
    "NewAuditEntry",
    "audit_expiries",
    "audit_holding",
    "current_act",
    "new_act",
    "verify_export",
]
