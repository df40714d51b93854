"""Consistent copies of databases that are in use: SQLite by its backup interface, PostgreSQL by pg_dump; and
databases to restore into."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from unificx.core.errors import StartupError

_REVISION = "SELECT version_num FROM alembic_version"


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database as of one moment; its writers go on. Raise StartupError."""
    if not source.exists():
        raise StartupError(f"There is no database {source}.", hint="Set UNIFICX_DATABASE as for the server.")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as opened,
            closing(sqlite3.connect(target)) as copy,
        ):
            opened.backup(copy, pages=-1)  # in one step, under one read lock
    except sqlite3.Error as fault:
        raise StartupError(f"{source} cannot be copied: {fault}.", hint="Run this as the server's user.") from None


def schema_of(copy: Path) -> str:
    """Return the revision of a copied database. Raise StartupError."""
    with closing(sqlite3.connect(copy)) as opened:
        try:
            return str(opened.execute(_REVISION).fetchone()[0])
        except (sqlite3.Error, TypeError):
            raise StartupError("The database is not one of UnifiCX.", hint="See `unificx doctor`.") from None


def dump_postgresql(url: str, target: Path) -> None:
    """Write a dump of a PostgreSQL database. Raise StartupError."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)


def load_postgresql(url: str, dump: Path) -> None:
    """Load a dump into an empty PostgreSQL database, wholly or not at all. Raise StartupError."""
    _run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(dump))


@contextmanager
def temporary_postgresql(url: str) -> Iterator[str]:
    """Create an empty database on the server of `url`, and drop it at the end; yield its URL. Raise StartupError."""
    name = f"unificx_drill_{os.urandom(8).hex()}"
    hint = "Check UNIFICX_DATABASE. Its user needs the right to create databases: ALTER ROLE … CREATEDB."
    _run("createdb", url, name, to="--maintenance-db", hint=hint)
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        _run("dropdb", url, "--force", name, to="--maintenance-db")


def _run(tool: str, url: str, *options: str, to: str = "--dbname", hint: str = "Check UNIFICX_DATABASE.") -> None:
    """Run a tool of PostgreSQL. The password is in its environment, as other users see command lines."""
    program = shutil.which(tool)
    if program is None:
        raise StartupError(f"{tool} is missing.", hint="Install the client programs of PostgreSQL.")
    parsed = make_url(url).set(drivername="postgresql")
    environ = {**os.environ, **({"PGPASSWORD": str(parsed.password)} if parsed.password else {})}
    place = parsed._replace(password=None).render_as_string()
    done = subprocess.run(
        [program, f"{to}={place}", *options],
        env=environ,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        reason = lines[0].removeprefix(f"{tool}: ").removeprefix("error: ").rstrip(".")
        raise StartupError(f"{tool} failed: {reason}.", hint=hint)
