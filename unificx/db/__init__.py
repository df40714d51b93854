"""Persistence: declared columns, the sealing codec, units of work, the outbox and the write-ahead spool."""

from unificx.db.base import Base, NeutralJson, plain, sealed_column
from unificx.db.database import Database, UnitOfWork
from unificx.db.disk_guard import ENOUGH_AGAIN, FLOOR, Headroom
from unificx.db.installation import claim
from unificx.db.outbox import Outbox
from unificx.db.polling_worker import Rounds, undisturbed
from unificx.db.sealed import CannotOpen, Codec, ErasedSubject, Gone, Key, Keys, WrongPurpose
from unificx.db.spool import Spool, SpoolFull

__all__ = [
    "ENOUGH_AGAIN",
    "FLOOR",
    "Base",
    "CannotOpen",
    "Codec",
    "Database",
    "ErasedSubject",
    "Gone",
    "Headroom",
    "Key",
    "Keys",
    "NeutralJson",
    "Outbox",
    "Rounds",
    "Spool",
    "SpoolFull",
    "UnitOfWork",
    "WrongPurpose",
    "claim",
    "plain",
    "sealed_column",
    "undisturbed",
]
