"""The ways to start a server: what it says about the devices that can reach it is true."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from forked_program import ForkedProgram, own_namespace
from server import ROOT, Server, eventually, prepare_home, run_unificx
from test_startup_errors import failed_start

NETWORK = """
ip link set lo up
ip link add lan type veth peer name wire
ip address add 198.51.100.7/24 dev lan
ip address add 2001:db8:1::7/64 dev lan nodad
ip link set lan up
ip link set wire up
ip route add default via 198.51.100.1
ip -6 route add default via 2001:db8:1::1 dev lan
"""
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="a network namespace takes root")


class StartedServer(Server):
    """A server for the local network; only its HTTP port is chosen by the test."""

    def _addresses(self) -> list[str]:
        return ["--http", "127.0.0.1:0", "--lan"]


def run_inside(server: Server, *command: str) -> str:
    done = subprocess.run(
        ["nsenter", "--net", "--target", str(server.pid), *command], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FETCH = """
import ssl, sys, urllib.request
address, trust = sys.argv[1:]
context = ssl.create_default_context(cafile=trust)
print(urllib.request.urlopen(address, context=context).read()[:200])
"""


@needs_root
def test_the_local_network_is_served_under_the_own_addresses(tmp_path: Path) -> None:
    with own_namespace("net", NETWORK) as enter, StartedServer(tmp_path / "home", enter=enter) as server:
        assert server.ready["public"] == {"url": "https://198.51.100.7:8443", "local": False, "trusted": False}
        assert server.ready["sign_in"]["url"].startswith("https://198.51.100.7:8443/app/#sign-in=")
        assert server.sip("udp") == "127.0.0.1:5060"
        assert server.sip("tls") == "198.51.100.7:5061"
        for host in ("198.51.100.7", "[2001:db8:1::7]", "localhost"):
            for path in ("/", "/certificate", "/app/"):
                assert "html" in run_inside(
                    server, sys.executable, "-c", FETCH, f"https://{host}:8443{path}", str(server.ca)
                )
        assert run_inside(server, sys.executable, "-m", "unificx.server.main", "call", "--home", str(server.home))


@needs_root
def test_the_local_network_needs_a_network(tmp_path: Path) -> None:
    command = ["up", "--lan", "--home", str(tmp_path / "home")]
    with own_namespace("net", "ip link set lo up") as enter:
        status, shown, errors = run_unificx(command, environment=os.environ, enter=enter)
    assert (status, shown) == (2, "")
    assert errors == (
        "unificx: This machine has no address in a network. Connect it to the network, or start it without --lan.\n"
    )


CERTIFY = """
import sys
from pathlib import Path
from cryptography import x509
from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates

files = ensure_certificates(Path(sys.argv[1]), (), SystemClock())
names = x509.load_pem_x509_certificate(files.certificate.read_bytes()).extensions
print(*names.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))
"""


@needs_root
@pytest.mark.parametrize("name", ["", "a_name-", "x" * 64, "büro"])
def test_a_certificate_leaves_host_names_out_that_it_cannot_contain(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [*named(name), sys.executable, "-c", CERTIFY, tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "localhost\n", done.stderr


@needs_root
def test_any_host_name_will_do(tmp_path: Path) -> None:
    """The only start of a process of its own (`python -m`): other servers of the tests are forks of one that has imported
    the program."""
    with Server(tmp_path / "home", enter=named("büro")) as server:
        assert server.ready["public"]["local"]


def named(name: str) -> tuple[str, ...]:
    """Return a command that runs another on a host of this name."""
    script = 'python3 -c \'import os, socket; socket.sethostname(os.environb[b"NAME"])\' && exec "$@"'
    return ("env", f"NAME={name}", "unshare", "--uts", "bash", "-c", script, "_")


@pytest.mark.parametrize(
    "domain", ["", "pbx", "192.0.2.7", "https://pbx.example.com", "pbx..example.com", "-a.example"]
)
def test_a_domain_that_cannot_be_public_is_refused(tmp_path: Path, domain: str) -> None:
    line = failed_start(tmp_path / "home", "--domain", domain)
    assert "--domain must be a public domain name" in line
    assert not (tmp_path / "home").exists()


def test_local_network_and_domain_exclude_each_other(tmp_path: Path) -> None:
    assert "exclude each other" in failed_start(tmp_path / "home", "--lan", "--domain", "pbx.example.com")


def test_an_insecure_authority_is_refused(tmp_path: Path) -> None:
    line = failed_start(tmp_path / "home", "--domain", "pbx.example.com", UNIFICX_ACME="http://127.0.0.1/dir")
    assert "UNIFICX_ACME must be an https URL" in line


def started_on_terminal(
    home: Path, *options: str, close: bool = False, until: bytes = b"Ctrl-C", **environ: str
) -> str:
    """Run `unificx up` on a terminal until it shows `until`, by default when it is ready; return all that it shows. It
    ends by SIGTERM, or with the terminal."""
    terminal, side = pty.openpty()
    addresses = [
        word for name in ("http", "https", "sip-udp", "sip-tcp", "sip-tls") for word in (f"--{name}", "127.0.0.1:0")
    ]
    command = ["up", "--home", str(home), *addresses, *options]
    prepare_home(home)
    with open(side, "wb", buffering=0) as errors:
        process = ForkedProgram(
            command, directory=ROOT, environment={**os.environ, **environ}, errors=errors, on_terminal=True
        )
    process.stdout.close()
    shown, end = b"", time.monotonic() + 60
    try:
        while time.monotonic() < end and until not in shown:
            if select.select([terminal], [], [], 1)[0]:
                shown += os.read(terminal, 256)
    finally:
        if close:
            os.close(terminal)
            eventually((home / "control.sock").exists, what="the server runs")
            time.sleep(1)
        process.send_signal(signal.SIGHUP if close else signal.SIGTERM)
        assert process.wait(30) == 0
        if not close:
            os.close(terminal)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_shows_readable_lines_and_the_truth_about_reach(tmp_path: Path) -> None:
    shown = started_on_terminal(tmp_path / "home")
    assert "Only this machine can reach it: http://127.0.0.1:" in shown
    assert "in a browser on this machine" in shown
    assert re.search(r"^\d\d:\d\d:\d\d  info     rtpengine started  pid=\d+$", shown, re.M), shown
    assert '{"' not in shown
    assert re.search(r"Password +([a-z2-9]{4}-){5}[a-z2-9]{4} ", shown), shown


def test_a_server_ends_with_its_terminal_and_logs_in_json_by_setting(tmp_path: Path) -> None:
    shown = started_on_terminal(tmp_path / "home", close=True, UNIFICX_LOG="json")
    assert "Ctrl-C" in shown
    assert '"event": "rtpengine_started"' in shown


def test_a_server_whose_terminal_closes_during_the_start_ends_without_an_error(tmp_path: Path) -> None:
    assert "Ctrl-C" not in started_on_terminal(tmp_path / "home", close=True, until=b"rtpengine started")


def test_an_unknown_log_format_is_refused(tmp_path: Path) -> None:
    assert "UNIFICX_LOG must be json or text" in failed_start(tmp_path / "home", UNIFICX_LOG="yaml")


def test_the_printed_password_signs_in_as_printed(own_server: Server) -> None:
    import httpx

    admin = own_server.ready["admin"]
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){5}", admin["password"])
    answer = httpx.post(f"{own_server.ready['http']}/api/v1/sessions", json={**admin, "keep": "token"})
    assert answer.status_code == 201
