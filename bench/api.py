"""CPU time of the server for a page of 50 rows of the API, in a tenant with 100,000 calls, contacts and acts."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench import Metric, Process, cpu_ns, metric
from tests.outside.server import Server
from unificx.calls.events import CallEnded, CallParty
from unificx.contacts import AddressBook, ContactDetails, NewContact
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.identity import Role, Tenant
from unificx.privacy import AuditParty, NewAuditEntry
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url

ROWS, CONTACTS, PEOPLE = 100_000, 20_000, 2_000
OUTSIDERS = 1_000
BATCH, IMPORTED = 1_000, 500
PAGE, READS = 50, 200
PASSWORD = "a-password-of-the-benchmark"
LISTS = {
    "/history": f"{ROWS:,} calls",
    "/history?outcome=missed": f"the missed of {ROWS:,} calls",
    "/contacts": f"{CONTACTS:,} contacts, the most of an address book",
    "/contacts?search=person+99": f"found contacts of {CONTACTS:,}",
    "/audit/entries": f"{ROWS:,} acts in the audit log",
    "/people": f"{PEOPLE:,} people with extensions",
    "/extensions": f"{PEOPLE:,} extensions",
}


def run() -> list[Metric]:
    with tempfile.TemporaryDirectory(prefix="unificx-bench-") as directory:
        home = Path(directory) / "home"
        home.mkdir(mode=0o700)
        asyncio.run(_fill(home))
        # Through a command, not forked from this process, whose memory it would share.
        with Server(home, enter=["env"], chooses_media_ports=True) as server, _signed_in(server) as http:
            Process(server.pid).wait_until_idle()  # it still delivers the events of all that was made
            return [metric(f"a page of {name}", _read(server, http, path), "ms", 3) for path, name in LISTS.items()]


async def _fill(home: Path) -> None:
    paths = InstallationPaths(home)
    with stating(Access("administration", "bench")):
        async with open_installation(paths, database_url(paths, {}), {}, SystemClock()) as container:
            demo = await container.identity.initial_setup.create_demo_tenant()
            assert demo is not None
            await _people(container, demo.tenant)
            await _calls(container, demo.tenant)
            await _contacts(container, demo.tenant)
            await _acts(container, demo.tenant)


async def _people(container: Container, tenant: Tenant) -> None:
    for batch in _batches(PEOPLE, IMPORTED):
        lines = [f"Person {at},person{at}@example.com,{20_000 + at}" for at in batch]
        file = "\n".join(["name,email,number", *lines]).encode()
        await container.identity.imports.run(tenant.id, file, lambda role, _: role is Role.USER)


async def _calls(container: Container, tenant: Tenant) -> None:
    extensions = list(container.identity.directory.extensions(tenant.id))
    start = datetime.now(UTC) - timedelta(days=100)
    for batch in _batches(ROWS, BATCH):
        for at in batch:
            own = extensions[at % len(extensions)]
            caller = CallParty("caller", own.subject, own.id, number=own.number, name=own.name, address="192.0.2.1")
            callee = CallParty("callee", number=f"+4930{1_000_000 + at % OUTSIDERS}")
            began = start + timedelta(seconds=80 * at)
            ended = began + timedelta(seconds=60)
            outcome = "missed" if at % 50 == 0 else "answered"
            new_id = container.clock.new_id()
            call = CallEnded(new_id, tenant.id, "outbound", began, began, ended, outcome, 16, (caller, callee))
            container.history.record(call)
        await container.spool.drain()


async def _contacts(container: Container, tenant: Tenant) -> None:
    contacts, book = container.routing.contacts, AddressBook(tenant.id)
    for batch in _batches(CONTACTS, BATCH):
        await contacts.store(book, [NewContact(ContactDetails(f"Person {at}")) for at in batch])


async def _acts(container: Container, tenant: Tenant) -> None:
    person = next(iter(container.identity.directory.extensions(tenant.id)))
    actor = AuditParty(tenant.id, person.subject, person.person_id or "", "tenant_admin")
    act = NewAuditEntry(tenant.id, "update_trunk", "trunk:1", actor)
    for batch in _batches(ROWS, BATCH):
        async with container.database.begin() as uow:
            for _ in batch:
                await container.audit.record(uow, act)


def _batches(size: int, of: int) -> Iterator[range]:
    for start in range(0, size, of):
        yield range(start, min(start + of, size))


@contextmanager
def _signed_in(server: Server) -> Iterator[httpx.Client]:
    """Yield a client with the rights of an administrator of the tenant."""
    email = "admin@bench.example"
    person = {"name": "Administrator", "email": email, "password": PASSWORD, "role": "tenant_admin"}
    with server.rest() as operator:
        operator.post("/api/v1/persons", params={"tenant": server.ready["tenant"]}, json=person).raise_for_status()
    with httpx.Client(base_url=server.ready["http"] + "/api/v1", timeout=60) as http:
        proof = {"email": email, "password": PASSWORD, "keep": "token"}
        session = http.post("/sessions", json=proof).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {session['token']}"
        options = http.get("/sign-in/options").raise_for_status().json()
        versions = {name: options[name] for name in ("terms_version", "policy_version")}
        http.post("/me/acceptances", json={"of_age": True, **versions}).raise_for_status()
        yield http


def _read(server: Server, http: httpx.Client, path: str) -> float:
    """Return the median CPU milliseconds of a request, by the scheduler's clock."""
    rows = http.get(path).raise_for_status().json()["items"]
    assert len(rows) == PAGE, (path, len(rows))
    costs: list[float] = []
    for _ in range(READS):
        before = cpu_ns(server.pid)
        http.get(path).raise_for_status()
        time.sleep(0.002)  # work after the response counts too
        costs.append(cpu_ns(server.pid) - before)
    return statistics.median(costs) / 1e6
