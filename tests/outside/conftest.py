"""Servers and phones for the tests that use the real programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from baresip_phone import Network, Phones
from desk import Desk
from server import Login, Server


def watched(server: Server) -> Iterator[Server]:
    """Runs a server for a test, and afterwards reads what it wrote while it ran."""
    with server:
        yield server
    assert not server.complaints(), "\n".join(server.complaints()[:20])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on SQLite which the tests of a module share."""
    yield from watched(Server(tmp_path_factory.mktemp("shared") / "home"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test that will hurt it."""
    yield from watched(Server(tmp_path / "home"))


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Where the foreign phones live."""
    network = Network()
    yield network
    network.close()


@dataclass(frozen=True)
class Household:
    """Three extensions whose numbers, names and addresses must not turn up in any log."""

    anna: Login
    berta: Login
    clara: Login


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    return settle(server)


def settle(server: Server) -> Household:
    return Household(
        server.extension("710071", "Annarosa Quellmalz"),
        server.extension("720072", "Bertalina Oxenfurt"),
        server.extension("730073", "Claramunde Zwiebach"),
    )


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """SIPp phones around the module's server."""
    desk = Desk(tmp_path, server)
    yield desk
    desk.close()


@pytest.fixture
def phones(server: Server, network: Network, tmp_path: Path) -> Iterator[Phones]:
    """baresip phones around the module's server."""
    phones = Phones(tmp_path, network, server)
    yield phones
    phones.close()
