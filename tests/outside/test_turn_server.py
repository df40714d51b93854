"""TURN with a real coturn: the check of `unificx doctor`, and calls of browsers that can only use a relay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import BrowserPhones, Playwright
from coturn import Coturn, coturn
from server import Server, create_household, eventually, run_and_check_log

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import Certificates, ensure_certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return ensure_certificates(tmp_path_factory.mktemp("tls"), ["localhost", "127.0.0.1"], SystemClock())


@pytest.fixture(scope="module")
def turn(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn"), certificates.certificate, certificates.key) as turn:
        yield turn


def turn_check(home: Path, settings: dict[str, str]) -> dict[str, str]:
    """Return the result of the TURN check of `unificx doctor`."""
    server = Server(home, settings=settings)
    checks = server.cli("doctor", check=False)
    return next(one for one in (checks["checks"] if isinstance(checks, dict) else checks) if one["name"] == "turn")


@pytest.mark.promise("T1")
def test_doctor_allocates_a_relay_on_every_server(turn: Coturn, certificates: Certificates, tmp_path: Path) -> None:
    urls = [f"turn:127.0.0.1:{turn.port}?transport=udp", f"turn:127.0.0.1:{turn.port}?transport=tcp"]
    urls += [f"turns:localhost:{turn.tls}?transport=tcp", f"stun:127.0.0.1:{turn.port}"]
    found = turn_check(tmp_path, turn.settings(*urls) | {"SSL_CERT_FILE": str(certificates.authority)})
    assert found["state"] == "ok", found
    assert found["detail"].count("relays from 127.0.0.1") == 3
    assert found["detail"].endswith("reports our address as 127.0.0.1")


def test_doctor_reports_the_problem(turn: Coturn, tmp_path: Path) -> None:
    url = f"turn:127.0.0.1:{turn.port}?transport=tcp"
    found = turn_check(tmp_path, turn.settings(url, secret="quite another secret"))
    assert found["state"] == "fail"
    assert "UNIFICX_TURN_SECRET" in found["do"]
    found = turn_check(tmp_path, turn.settings(f"turns:localhost:{turn.tls}"))
    assert (found["state"], "not trusted" in found["detail"]) == ("fail", True), found
    found = turn_check(tmp_path, turn.settings("turn:127.0.0.1:9?transport=udp"))
    assert (found["state"], "does not respond" in found["detail"]) == ("fail", True), found
    assert turn_check(tmp_path, {})["state"] == "ok"


@pytest.fixture(params=["udp", "tcp"])
def telephones(
    request: pytest.FixtureRequest, turn: Coturn, playwright: Playwright, jssip: str, tmp_path: Path
) -> Iterator[BrowserPhones]:
    """Browsers of a server that uses coturn over one transport only."""
    url = f"turn:127.0.0.1:{turn.port}?transport={request.param}"
    for server in run_and_check_log(Server(tmp_path / "home", settings=turn.settings(url))):
        telephones = BrowserPhones(playwright, tmp_path, server, jssip)
        yield telephones
        telephones.close()


@pytest.mark.promise("U1", "T1")
def test_browsers_behind_restrictive_firewalls_hear_each_other(telephones: BrowserPhones) -> None:
    household = create_household(telephones.server)
    anna = telephones(440).register(household.anna).relay_only()
    berta = telephones(1000).register(household.berta).relay_only().auto_answer()
    anna.dial(household.berta.number)
    anna.wait_for_event("confirmed")
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="audio through the relay")
    assert anna.candidate_type() == berta.candidate_type() == "relay"
