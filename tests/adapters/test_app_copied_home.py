"""A copy of a home directory does not open the database of the server that runs: each would have keys of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from databases import Postgres

from unificx.core.clock import SystemClock
from unificx.core.errors import StartupError
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths


@pytest.fixture
def url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    name = asyncio.run(postgres.create(postgres_template))
    yield postgres.url(name)
    asyncio.run(postgres.drop(name))


@asynccontextmanager
async def opened(home: Path, url: str) -> AsyncIterator[Container]:
    async with open_installation(InstallationPaths(home), url, {}, SystemClock()) as container:
        yield container


async def test_a_copied_home_directory_is_refused_while_the_first_one_is_in_use(url: str, tmp_path: Path) -> None:
    first, copy = tmp_path / "home", tmp_path / "copy"
    async with opened(first, url):
        pass
    for suffix in ("", ".key", ".erasures"):
        source = first.with_name(first.name + suffix)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy.with_name(copy.name + suffix))
    async with opened(first, url):
        with pytest.raises(StartupError, match="Another server is using this database"):
            async with opened(copy, url):
                pass
    async with opened(copy, url) as container:
        assert container.database.dialect == "postgresql"
