"""Erasures of people as the server composes them, with a fixed signing key."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cdr import CALL_TARGET
from unificx.db import Database
from unificx.privacy import (
    AuditLog,
    DataSubject,
    Erasure,
    Holding,
    Holds,
    KeyStore,
    PersonErasureDependencies,
    PersonErasures,
    ReceiptSigner,
)
from unificx.privacy.erasing import Installation
from unificx.recording import RECORDING_TARGET
from unificx.voicemail import MESSAGE_TARGET


class Alone:
    """An installation without other areas, which admits each erasure."""

    async def check(self, owner: DataSubject) -> None:
        del owner

    async def admit(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        del session, owner, leaving

    async def settle(self) -> None:
        return

    def extensions(self, owner: DataSubject) -> tuple[str, ...]:
        return tuple(owner.extension_ids)


def person_erasures(
    database: Database,
    keys: KeyStore,
    erasure: Erasure,
    holdings: Sequence[Holding] = (),
    installation: Installation | None = None,
) -> PersonErasures:
    """Return the erasures of an installation."""
    signer, targets = ReceiptSigner(bytes(32)), (CALL_TARGET, RECORDING_TARGET, MESSAGE_TARGET)
    holds = Holds(database, keys, database.clock, targets)
    audit = AuditLog(database, keys, signer, keys.installation_id)
    deps = PersonErasureDependencies(database, erasure, signer, keys.installation_id, holds, audit)
    return PersonErasures(deps, holdings, installation or Alone())
