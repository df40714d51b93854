"""Erasures of people as the server composes them, with a fixed signing key."""

from unificx.db import Database
from unificx.privacy import AuditLog, Erasure, Holds, KeyStore, PersonErasures, ReceiptSigner


def person_erasures(database: Database, keys: KeyStore, erasure: Erasure) -> PersonErasures:
    """Return the erasures of an installation, without holdings yet."""
    signer, holds = ReceiptSigner(bytes(32)), Holds(database, keys, database.clock)
    audit = AuditLog(database, keys, signer, keys.installation_id)
    return PersonErasures(database, erasure, signer, keys.installation_id, holds=holds, audit=audit)
