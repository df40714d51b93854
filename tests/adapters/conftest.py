"""Fixtures of the adapters' tests."""

from pathlib import Path

import pytest
from cli_home import CliHome
from http_world import world, world_parts

__all__ = ["home", "world", "world_parts"]


@pytest.fixture
def home(tmp_path: Path, sqlite_template: bytes) -> CliHome:
    """An empty installation for the CLI, with one tenant."""
    fresh = CliHome(tmp_path, sqlite_template)
    fresh.run_json("tenant", "create", "--slug", "demo", "--domain", "demo.example", "--name", "Demo")
    return fresh


@pytest.fixture
def migrated_home(tmp_path: Path, sqlite_template: bytes) -> Path:
    """A home directory in which only the database exists: migrating one takes most of the time of a first start."""
    (tmp_path / "unificx.db").write_bytes(sqlite_template)
    return tmp_path
