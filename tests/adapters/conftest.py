"""Fixtures of the adapters' tests."""

from pathlib import Path

import pytest
from cli_home import Home
from http_world import world

__all__ = ["home", "world"]


@pytest.fixture
def home(tmp_path: Path, sqlite_template: bytes) -> Home:
    """An empty installation for the CLI, with one tenant."""
    fresh = Home(tmp_path, sqlite_template)
    fresh.told("tenant", "create", "--slug", "demo", "--domain", "demo.example", "--name", "Demo")
    return fresh
