"""One cache of compiled SQL for all databases of a test process.

Each test has a database of its own, and SQLAlchemy compiles each statement anew for each engine: a fifth of the CPU time
of the tests that use one.
"""

from functools import partial

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

from unificx.db import postgresql, sqlite

SIZE = 10_000
"""Statements of both dialects; a worker compiles fewer."""


def share_compiled_statements() -> None:
    """Let all engines that `Database` creates from now on use one cache.

    Its keys contain the dialect. Those of one class are configured alike, so they count as the same key.
    """
    for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        dialect.__eq__ = _is_alike
        dialect.__hash__ = _hash_of_class
    shared = {"compiled_cache": LRUCache(SIZE)}
    postgresql.create_async_engine = partial(create_async_engine, execution_options=shared)
    sqlite.create_async_engine = partial(create_async_engine, execution_options=shared)


def _is_alike(this: Dialect, other: object) -> bool:
    return type(this) is type(other)


def _hash_of_class(this: Dialect) -> int:
    return hash(type(this))
