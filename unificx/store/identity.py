"""A database and a key store belong together: what one holds, only the other opens."""

from unificx.kernel.errors import CannotStart
from unificx.store import queries
from unificx.store.database import Database


async def claim(database: Database, installation: str, *, keys_unused: bool) -> None:
    """See that the database is this installation's, or make it so if both it and the key store are new.

    Raises CannotStart for a database without its key store, and for a key store without its database.
    """
    async with database.begin() as uow:
        found = await queries.installation(uow.session)
        if found == installation:
            return
        if found is not None:
            raise CannotStart(
                "The key store is not the one of this database: nothing in it could be read.",
                hint="Restore keys.db from its newest backup, or name the home that belongs to the database.",
            )
        if not keys_unused:
            raise CannotStart(
                "This home's database is another one than the empty one named now.",
                hint="Is UNIFICX_DATABASE set as it was? Otherwise restore the database from its backup.",
            )
        await queries.set_installation(uow.session, installation)
