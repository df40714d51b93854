"""Real databases for the tests: SQLite files, and one PostgreSQL cluster per run."""

import asyncio
import fcntl
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import asyncpg
from forked_workers import SHARED

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "empty"
"""Database of each cluster, with all tables."""
SHAPE = """SELECT string_agg(concat_ws(' ', relname, relkind, relnatts, relchecks, relhastriggers, relfilenode), ',' ORDER BY oid)
FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
"""Differs when the definition of a table, index or sequence has changed."""
CLEAR = """
DO $$ DECLARE one text; BEGIN
  PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;  -- foreign keys do not matter
  FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP  -- a table without pages has no rows
    EXECUTE format('DELETE FROM %I', one);
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    PERFORM setval(quote_ident(one), 1, false);
  END LOOP;
END $$"""
"""Ends all other connections and leaves the tables as after the migrations, which fill none."""


@cache
def empty_database() -> bytes:
    """SQLite database with all tables, created once for all workers of a run."""
    with tempfile.TemporaryDirectory() as own:
        directory = os.environ.get(SHARED, own)
        path = Path(directory) / "empty.db"
        with locked(f"{directory}/empty.lock"):
            if not path.exists():
                made = Path(own) / "new.db"
                create_tables(f"sqlite:///{made}")
                shutil.move(made, path)
        return path.read_bytes()


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock of a file meanwhile."""
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def create_tables(url: str) -> None:
    """Create all tables in an empty database, as a first start does."""
    command = [sys.executable, "-m", "unificx.db.migrations.upgrade"]
    subprocess.run(command, input=url.encode(), cwd=ROOT, check=True)


class Postgres:
    """PostgreSQL cluster in a temporary directory, on a Unix socket only, run by an unprivileged user."""

    def __init__(self, bin_dir: Path, home: Path, run_as: list[str]) -> None:
        self.bin_dir, self.home, self.run_as = bin_dir, home, run_as
        self.data = home / "data"
        self._numbers = count(1)
        self._free: list[Copy] = []
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)

    def run_tool(self, name: str, *args: str) -> None:
        """Run a PostgreSQL program; its output is shown on failure."""
        command = [*self.run_as, str(self.bin_dir / name), *args]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    @contextmanager
    def running(self, *, discard: bool = False) -> Iterator[None]:
        """Run its server meanwhile. With `discard` the files are of no use afterwards."""
        # Durability is not under test.
        options = f"-c listen_addresses='' -k {self.home} -c fsync=off -c full_page_writes=off -c max_connections=60"
        log = str(self.home / "log")
        self.run_tool("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")
        try:
            yield
        finally:
            mode = "immediate" if discard else "fast"
            self.run_tool("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def create_cluster(self) -> None:
        """Create its files, with a database that has all tables, `TEMPLATE`."""
        self.run_tool("initdb", "-D", str(self.data), "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "-N")
        with self.running():
            asyncio.run(self.execute(f"CREATE DATABASE {TEMPLATE}"))
            create_tables(self.url(TEMPLATE))

    def url(self, name: str) -> str:
        """Return the URL of a database, in the format of the settings."""
        return f"postgresql://tester@/{name}?host={self.home}"

    @asynccontextmanager
    async def connect(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        connection = await self.open(database)
        try:
            yield connection
        finally:
            await connection.close()

    async def open(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(user="tester", database=database, host=str(self.home))

    async def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        async with self.connect() as connection:
            await connection.execute(statement)

    async def create(self, template: str = "template1") -> str:
        """Create a database as a copy of `template`; return its name."""
        name = f"unificx_{next(self._numbers)}"
        await self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """Name of an empty copy of `TEMPLATE`: one that was given back, or a new one. Creating and dropping a database takes
        ten times the CPU of clearing it, and so would a new connection for that."""
        copy = self._free.pop() if self._free else self._runner.run(self._copy())
        yield copy.name
        if self._runner.run(copy.clear()):
            self._free.append(copy)
        else:
            self._runner.run(self.drop(copy.name))

    async def _copy(self) -> "Copy":
        name = await self.create(TEMPLATE)
        connection = await self.open(name)
        return Copy(name, connection, await connection.fetchval(SHAPE))

    def close(self) -> None:
        """Close the connections to the databases that were given back."""
        for each in self._free:
            self._runner.run(each.connection.close())
        self._runner.close()

    async def drop(self, name: str) -> None:
        """Drop a database despite open connections."""
        await self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@dataclass(frozen=True)
class Copy:
    """A copy of `TEMPLATE`, with a connection that remains open."""

    name: str
    connection: asyncpg.Connection
    shape: str

    async def clear(self) -> bool:
        """Delete all rows. Return False, without the connection, if the definition of a table was changed."""
        try:
            await self.connection.execute(CLEAR)
            if await self.connection.fetchval(SHAPE) == self.shape:
                return True
        except BaseException:
            self.connection.terminate()
            raise
        await self.connection.close()
        return False


@contextmanager
def postgres_cluster() -> Iterator[Postgres]:
    """Start the latest installed PostgreSQL; stop it and remove its files at the end."""
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
    assert versions, "PostgreSQL is not installed: script/bootstrap installs it"
    home = Path(tempfile.mkdtemp(prefix="unificx-pg-"))
    run_as: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
        run_as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
    cluster = Postgres(Path(versions[-1]), home, run_as)
    try:
        provide_files(cluster)
        with cluster.running(discard=True):
            yield cluster
            cluster.close()
    finally:
        shutil.rmtree(home)


def provide_files(cluster: Postgres) -> None:
    """Create the files of a cluster: once for all workers of a run, each of which has a copy."""
    if (shared := os.environ.get(SHARED)) is None:
        cluster.create_cluster()
        return
    made = Path(shared) / "cluster"
    with locked(f"{shared}/cluster.lock"):
        if not made.exists():
            cluster.create_cluster()
            copy_files(cluster.data, own := made.with_name(f"cluster-{os.getpid()}"))
            own.rename(made)
            return
    copy_files(made, cluster.data)


def copy_files(source: Path, target: Path) -> None:
    """Copy a directory with the owners of its files."""
    subprocess.run(["cp", "-a", source, target], check=True)
