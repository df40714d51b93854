"""Fixtures of the adapters' tests."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cli_home import CliHome
from http_world import world, world_parts

__all__ = ["home", "world", "world_parts"]


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> CliHome:
    """An installation with one tenant, to be copied: creating it takes the CPU time of a command or two."""
    made = CliHome(tmp_path_factory.mktemp("home"), sqlite_template)
    made.run_json("tenant", "create", "--slug", "demo", "--domain", "demo.example", "--name", "Demo")
    return made


@pytest.fixture
def home(tmp_path: Path, sqlite_template: bytes, home_template: CliHome) -> CliHome:
    """An empty installation for the CLI, with one tenant."""
    shutil.copytree(home_template.folder, tmp_path, dirs_exist_ok=True)
    # Its clock goes on counting, as the ids that it gives are unique.
    return CliHome(tmp_path, sqlite_template, replace(home_template.clock))


@pytest.fixture
def migrated_home(tmp_path: Path, sqlite_template: bytes) -> Path:
    """A home directory in which only the database exists: migrating one takes most of the time of a first start."""
    (tmp_path / "unificx.db").write_bytes(sqlite_template)
    return tmp_path
