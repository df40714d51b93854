"""Erasures of people as the server composes them, with a fixed signing key."""

from unificx.cdr import CALL_TARGET
from unificx.db import Database
from unificx.privacy import AuditLog, Erasure, Holds, KeyStore, PersonErasures, ReceiptSigner
from unificx.recording import RECORDING_TARGET
from unificx.voicemail import MESSAGE_TARGET


def person_erasures(database: Database, keys: KeyStore, erasure: Erasure) -> PersonErasures:
    """Return the erasures of an installation, without holdings yet."""
    signer, targets = ReceiptSigner(bytes(32)), (CALL_TARGET, RECORDING_TARGET, MESSAGE_TARGET)
    holds = Holds(database, keys, database.clock, targets)
    audit = AuditLog(database, keys, signer, keys.installation_id)
    return PersonErasures(database, erasure, signer, keys.installation_id, holds=holds, audit=audit)
