"""Persistence: declared columns, the sealing codec, units of work, the outbox and the write-ahead spool."""

from unificx.store.base import Base, NeutralJson, plain, sealed_column
from unificx.store.database import Database, UnitOfWork
from unificx.store.headroom import ENOUGH_AGAIN, FLOOR, Headroom
from unificx.store.identity import claim
from unificx.store.outbox import Outbox
from unificx.store.rounds import Rounds, undisturbed
from unificx.store.sealed import CannotOpen, Codec, ErasedSubject, Gone, Key, Keys, WrongPurpose
from unificx.store.spool import Spool, SpoolFull

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
