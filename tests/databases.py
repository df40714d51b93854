"""Real databases for the tests: SQLite files, and one PostgreSQL cluster per run."""

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
from functools import cache
from itertools import count
from pathlib import Path

import asyncpg
from forked_workers import SHARED

ROOT = Path(__file__).resolve().parents[1]
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
        with open(f"{directory}/empty.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                made = Path(own) / "new.db"
                migration = [sys.executable, "-m", "unificx.db.migrations.upgrade"]
                subprocess.run(migration, input=f"sqlite:///{made}".encode(), cwd=ROOT, check=True)
                shutil.move(made, path)
        return path.read_bytes()


class Postgres:
    """PostgreSQL cluster in a temporary directory, on a Unix socket only, run by an unprivileged user."""

    def __init__(self, bin_dir: Path, home: Path, run_as: list[str]) -> None:
        self.bin_dir, self.home, self.run_as = bin_dir, home, run_as
        self._numbers = count(1)
        self._free: dict[str, str] = {}

    def run_tool(self, name: str, *args: str) -> None:
        """Run a PostgreSQL program; its output is shown on failure."""
        command = [*self.run_as, str(self.bin_dir / name), *args]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    def url(self, name: str) -> str:
        """Return the URL of a database, in the format of the settings."""
        return f"postgresql://tester@/{name}?host={self.home}"

    @asynccontextmanager
    async def connect(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(user="tester", database=database, host=str(self.home))
        try:
            yield connection
        finally:
            await connection.close()

    async def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        async with self.connect() as connection:
            await connection.execute(statement)

    async def create(self, template: str = "template1") -> str:
        """Create a database as a copy of `template`; return its name."""
        name = f"unificx_{next(self._numbers)}"
        await self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    async def borrow(self, template: str) -> tuple[str, str]:
        """Return the name and the shape of an empty copy of `template`: one that was given back, or a new one. Creating
        and dropping a database takes ten times the CPU of clearing it."""
        if self._free:
            return self._free.popitem()
        name = await self.create(template)
        async with self.connect(name) as connection:
            return name, await connection.fetchval(SHAPE)

    async def give_back(self, name: str, shape: str) -> None:
        """Clear a borrowed database, or drop it if the test has changed the definition of a table."""
        async with self.connect(name) as connection:
            await connection.execute(CLEAR)
            unchanged = await connection.fetchval(SHAPE) == shape
        if unchanged:
            self._free[name] = shape
        else:
            await self.drop(name)

    async def drop(self, name: str) -> None:
        """Drop a database despite open connections."""
        await self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


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
    data = str(home / "data")
    try:
        cluster.run_tool("initdb", "-D", data, "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "-N")
        # Durability is not under test.
        options = f"-c listen_addresses='' -k {home} -c fsync=off -c full_page_writes=off -c max_connections=60"
        cluster.run_tool("pg_ctl", "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield cluster
        finally:
            cluster.run_tool("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)
