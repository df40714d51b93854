"""Persistence: declared columns, the sealing codec, units of work, the outbox and the write-ahead spool."""

from unificx.db.base import Base, plain, sealed_column
from unificx.db.bulk_insert import BulkInsert, DeferredInsert, insert_into, insert_new
from unificx.db.conditions import one_of, owned_by
from unificx.db.database import Database, Reader, UnitOfWork, is_full, is_overloaded, is_unreachable
from unificx.db.disk_guard import MIN_FREE_BYTES, RESUME_FREE_BYTES, DiskGuard
from unificx.db.exclusive_use import exclusive_use
from unificx.db.installation import claim_database
from unificx.db.locks import lock_scope
from unificx.db.memory_copy import MemoryCopy
from unificx.db.outbox import Outbox
from unificx.db.pagination import Page, PageById, PageByTime, invalid_cursor, is_id_cursor, newest_first, time_cursor
from unificx.db.pending_work import PendingWork
from unificx.db.polling_worker import PollingWorker, shield_until_done
from unificx.db.postgresql import DatabaseUnreachable
from unificx.db.sealed import Erased, ErasedSubject, Key, Keys, SealedCodec, UnsealError
from unificx.db.short_steps import in_short_steps
from unificx.db.spool import Spool, SpoolFull
from unificx.db.sweeping import log_and_continue

__all__ = [
    "MIN_FREE_BYTES",
    "RESUME_FREE_BYTES",
    "Base",
    "BulkInsert",
    "Database",
    "DatabaseUnreachable",
    "DeferredInsert",
    "DiskGuard",
    "Erased",
    "ErasedSubject",
    "Key",
    "Keys",
    "MemoryCopy",
    "Outbox",
    "Page",
    "PageById",
    "PageByTime",
    "PendingWork",
    "PollingWorker",
    "Reader",
    "SealedCodec",
    "Spool",
    "SpoolFull",
    "UnitOfWork",
    "UnsealError",
    "claim_database",
    "exclusive_use",
    "in_short_steps",
    "insert_into",
    "insert_new",
    "invalid_cursor",
    "is_full",
    "is_id_cursor",
    "is_overloaded",
    "is_unreachable",
    "lock_scope",
    "log_and_continue",
    "newest_first",
    "one_of",
    "owned_by",
    "plain",
    "sealed_column",
    "shield_until_done",
    "time_cursor",
]
