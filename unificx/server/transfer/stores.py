"""The stores of an installation whose tenant moves, opened without a server."""

import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from unificx.audio_store import BlobStore
from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.db import Database, claim_database, exclusive_use
from unificx.db.migrations import is_current
from unificx.db.migrations.models import load_all_models
from unificx.privacy import ErasureJournal, KeyStore, erasure_journal_file, load_master
from unificx.server.blob_config import create_blob_store
from unificx.server.paths import DATABASE_VARIABLE, InstallationPaths, database_url
from unificx.server.transfer.envelope import TransferKey


@dataclass(frozen=True, slots=True)
class Stores:
    """Stores of an installation. `own_key` opens tenants that were encrypted for it."""

    database: Database
    keys: KeyStore
    journal: ErasureJournal
    blobs: BlobStore
    own_key: TransferKey


@asynccontextmanager
async def opened_stores(
    paths: InstallationPaths, environ: Mapping[str, str], clock: Clock, *, stopped: bool
) -> AsyncIterator[Stores]:
    """Open the stores; nothing is created. A server may be running, unless `stopped`. Raise StartupError."""
    if not paths.keys.exists():
        raise StartupError(
            f"There is no installation in {paths.home}.", hint=f"Start one there with `unificx up --home {paths.home}`."
        )
    if not environ.get(DATABASE_VARIABLE) and not paths.database.exists():
        raise StartupError(f"There is no database {paths.database}.", hint="Set UNIFICX_DATABASE as for the server.")
    load_all_models()
    master = load_master(paths.home, environ, create=False)
    keys = KeyStore(paths.keys, master, clock)
    database = Database(database_url(paths, environ), clock)
    interrupt = partial(signal.raise_signal, signal.SIGINT)
    try:
        async with exclusive_use(database, interrupt) if stopped else nullcontext():
            if not await is_current(database):
                raise StartupError("The database is of another version.", hint="Start the server once: it updates it.")
            await claim_database(database, keys.installation_id, keys_unused=False)
            journal = ErasureJournal(erasure_journal_file(paths.home, environ), keys.secrets.derive("erasure journal"))
            own_key = TransferKey(keys.secrets.derive("moved tenants"))
            yield Stores(database, keys, journal, create_blob_store(paths, environ), own_key)
    finally:
        await database.close()
        keys.close()
