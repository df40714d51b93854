"""Pairing of a database with its key store: only that key store opens the sealed data."""

from unificx.core.errors import StartupError
from unificx.db import repository
from unificx.db.database import Database


async def claim_database(database: Database, installation: str, *, keys_unused: bool) -> None:
    """Check that the database belongs to this installation, or claim it if both it and the key store are new.

    Raises StartupError if the database and the key store do not belong together.
    """
    async with database.begin() as uow:
        found = await repository.get_installation(uow.session)
        if found == installation:
            return
        if found is not None:
            raise StartupError(
                "The key store does not belong to this database, so its data cannot be read.",
                hint="Restore keys.db from its latest backup, or use the home directory that belongs to this database.",
            )
        if not keys_unused:
            raise StartupError(
                "The configured database is empty, but this home directory already has keys.",
                hint="Check UNIFICX_DATABASE, or restore the database from its backup.",
            )
        await repository.set_installation(uow.session, installation)
