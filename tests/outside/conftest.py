"""Servers and phones for the tests that use the real programs."""

import os
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from _pytest._code.code import ExceptionRepr
from baresip_phone import Network, Phones
from browser import CHROMIUM, HEADLESS, Playwright, SharedPlaywright, library
from browser_log import logs_of_browsers
from client_pages import Clients, build_if_outdated
from client_phone import ClientPhone, start_client_phone
from groups import drives_browser
from network_handover import NetworkHandover
from server import Household, Server, create_household, run_and_check_log
from shared_servers import SharedServers
from sipp_phones import SippPhones
from third_party_services import ThirdPartyServices
from third_party_services import server_with_services as server_that_reaches

FAILED = pytest.StashKey[bool]()
SHARED = pytest.StashKey[SharedServers]()
PLAYWRIGHT = pytest.StashKey[SharedPlaywright]()
LOG_LINES = 30
"""Last lines of a server's log that the report of a failed test shows."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PLAYWRIGHT] = SharedPlaywright()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rerun failed tests of this folder up to twice: the timing of real programs depends on the machine.

    The summary lists them (RERUN), so that they are examined. No other tests are rerun.
    """
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))


def observations(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Yield what the machine, the browsers and the servers of a failed test show: a name and a text each."""
    yield "machine", f"load {os.getloadavg()}"
    for number, text in enumerate(logs_of_browsers(), 1):
        yield f"browser {number}", text
    fixtures = item.funcargs.values() if isinstance(item, pytest.Function) else ()
    for each in {one.log_path: one for one in fixtures if isinstance(one, Server)}.values():
        yield f"end of {each.log_path}", "\n".join(each.log().splitlines()[-LOG_LINES:])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and isinstance(report.longrepr, ExceptionRepr):
        for name, text in observations(item):
            report.longrepr.addsection(name, text)
    item.stash[FAILED] = report.failed or (report.when != "setup" and item.stash[FAILED])
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """After a failed test tear down all that its module shares, and what all modules share: servers and Playwright. So
    the next run starts afresh.

    Runs first, since the rerun plugin would keep the fixtures of the module.
    """
    with ExitStack() as last:
        if item.stash[FAILED] or not (nextitem and drives_browser(nextitem.nodeid)):
            last.callback(item.config.stash[PLAYWRIGHT].close)
        if item.stash[FAILED] and (shared := item.config.stash.get(SHARED, None)):
            last.callback(shared.discard)
        try:
            if item.stash[FAILED]:
                item.session._setupstate.teardown_exact(item.session)  # type: ignore[arg-type]  # all but the run's own
        finally:
            yield


@pytest.fixture(scope="session")
def shared_servers(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServers]:
    """Servers on SQLite which all modules of this worker share."""
    servers = pytestconfig.stash[SHARED] = SharedServers(tmp_path_factory.mktemp("shared"))
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def server(shared_servers: SharedServers) -> Iterator[Server]:
    """A tenant on the shared server, for the tests of a module."""
    with shared_servers.tenant() as server:
        yield server


@pytest.fixture(scope="module")
def phone_server(shared_servers: SharedServers, network: Network) -> Iterator[Server]:
    """A tenant on the shared server in the network of the foreign phones, for the tests of a module."""
    with shared_servers.tenant(network) as server:
        yield server


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for a module that stops or hurts it."""
    yield from run_and_check_log(Server(tmp_path_factory.mktemp("module") / "home"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test that will hurt it."""
    yield from run_and_check_log(Server(tmp_path / "home"))


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[ThirdPartyServices]:
    """A mail server and a push service."""
    found = ThirdPartyServices()
    thread = threading.Thread(target=found.run, args=(tmp_path / "mail",))
    thread.start()
    found.wait()
    yield found
    found.stop()
    thread.join()


@pytest.fixture
def public_server(outside: ThirdPartyServices, tmp_path: Path) -> Iterator[Server]:
    """A server that uses all third-party services."""
    yield from run_and_check_log(server_that_reaches(outside, tmp_path))


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The network of the foreign phones."""
    network = Network()
    yield network
    network.close()


@pytest.fixture(scope="module")
def roads(network: Network) -> Iterator[NetworkHandover | None]:
    """A client behind two links; network namespaces require root."""
    roads = NetworkHandover(network) if network.enter else None
    yield roads
    if roads:
        roads.close()


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    return create_household(server)


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[SippPhones]:
    """SIPp phones around the module's server."""
    desk = SippPhones(tmp_path, server)
    yield desk
    desk.close()


@pytest.fixture
def phones(server: Server, network: Network, tmp_path: Path) -> Iterator[Phones]:
    """baresip phones around the module's server."""
    phones = Phones(tmp_path, network, server)
    yield phones
    phones.close()


@pytest.fixture(scope="session")
def built() -> None:
    """The client, built from its present sources into the folder that the server serves."""
    build_if_outdated()


@pytest.fixture(scope="session")
def jssip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """JsSIP for the page of a browser phone."""
    return library(tmp_path_factory.mktemp("jssip"))


@pytest.fixture(scope="module")
def playwright(built: None, pytestconfig: pytest.Config) -> Playwright:
    return pytestconfig.stash[PLAYWRIGHT].start()


def browser_of(request: pytest.FixtureRequest) -> Path:
    """Return the browser of a test or module."""
    return CHROMIUM if request.node.get_closest_marker("whole_browser") else HEADLESS


@pytest.fixture
def clients(
    playwright: Playwright, server: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Clients]:
    """Clients in browsers of their own around the module's server."""
    service_workers = request.node.get_closest_marker("service_worker") is not None
    browser = browser_of(request)
    clients = Clients(playwright, tmp_path, server, browser=browser, service_workers=service_workers, blurs=False)
    yield clients
    clients.close()


@pytest.fixture(scope="module")
def pair(
    playwright: Playwright,
    server: Server,
    household: Household,
    roads: NetworkHandover | None,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[tuple[ClientPhone, ClientPhone]]:
    """Two clients shared by the tests, started after the networks."""
    directory = tmp_path_factory.mktemp("pair")
    clients = Clients(playwright, directory, server, browser=browser_of(request), blurs=False)
    anna = start_client_phone(clients, household.anna, 440, directory=directory)
    yield anna, start_client_phone(clients, household.berta, 1000, directory=directory)
    clients.close()


@pytest.fixture
def anna(pair: tuple[ClientPhone, ClientPhone]) -> Iterator[ClientPhone]:
    """Plays 440 Hz."""
    yield pair[0]
    pair[0].reset()


@pytest.fixture
def berta(pair: tuple[ClientPhone, ClientPhone]) -> Iterator[ClientPhone]:
    """Plays 1000 Hz."""
    yield pair[1]
    pair[1].reset()
