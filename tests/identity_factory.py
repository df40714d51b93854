"""Identity services on a test database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fake_notifier import FakeAccountNotifier

from unificx.cluster import local_cluster
from unificx.core.clock import Clock
from unificx.db import Database
from unificx.identity import Extension, Identity, NewExtension, NewTenant, PasswordHashing, build_identity
from unificx.privacy import KeyStore


def identity_on(
    database: Database,
    keys: KeyStore,
    clock: Clock,
    *,
    passwords: PasswordHashing | None = None,
    notifier: FakeAccountNotifier | None = None,
) -> Identity:
    """Build the services without e-mail, unless `notifier` is given, and without outgoing requests."""
    return build_identity(
        database,
        keys,
        clock,
        hashing=passwords or PasswordHashing(),
        notifier=notifier or FakeAccountNotifier(can_send=False),
        fetch=_no_fetch,
        cluster=local_cluster(clock, _fail),
    )


def _fail(fault: BaseException) -> None:
    raise fault


async def _no_fetch(
    url: str, *, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None, inside: bool = False
) -> bytes:
    raise OSError("outgoing requests are disabled")


@asynccontextmanager
async def two_tenants(
    database: Database, keys: KeyStore, clock: Clock
) -> AsyncIterator[tuple[Identity, Extension, Extension]]:
    """Identity with the tenants acme and globex, and the extension 1001 of each."""
    people = identity_on(database, keys, clock)
    await people.start()
    found: list[Extension] = []
    for slug in ("acme", "globex"):
        tenant = await people.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
        found.append((await people.extensions.create(tenant.id, NewExtension("1001", "Name"))).extension)
    yield people, found[0], found[1]
    await people.join_background_tasks()
