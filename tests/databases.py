"""Real databases for the tests: SQLite files, and one PostgreSQL cluster per run."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg


class Postgres:
    """PostgreSQL cluster in a temporary directory, on a Unix socket only, run by an unprivileged user."""

    def __init__(self, bin_dir: Path, home: Path, run_as: list[str]) -> None:
        self.bin_dir, self.home, self.run_as = bin_dir, home, run_as
        self._numbers = count(1)

    def run_tool(self, name: str, *args: str) -> None:
        """Run a PostgreSQL program; its output is shown on failure."""
        command = [*self.run_as, str(self.bin_dir / name), *args]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    def url(self, name: str) -> str:
        """Return the URL of a database, in the format of the settings."""
        return f"postgresql://tester@/{name}?host={self.home}"

    async def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        connection = await asyncpg.connect(user="tester", database="postgres", host=str(self.home))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def create(self, template: str = "template1") -> str:
        """Create a database as a copy of `template`; return its name."""
        name = f"unificx_{next(self._numbers)}"
        await self.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

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
