"""`unificx doctor`: each check finds what is wrong and says what to do, with a running server and without."""

import asyncio
import base64
import json
import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cli_home import CliHome, error_line
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from http_world import open_installation

from unificx.api import ComponentState
from unificx.api.middleware import as_operator
from unificx.cli import Listener
from unificx.cli.doctor import components, host, listeners, report_lines, run_checks, services
from unificx.cli.doctor.check import Check
from unificx.cli.doctor.database import database
from unificx.cli.doctor.report import name_of
from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.notifications import Vapid, new_private_key
from unificx.privacy import MasterKey, sealed_file
from unificx.server.main import describe_installation
from unificx.server.notification_settings import (
    load_notification_settings,
    push_check,
    push_contact,
    smtp_check,
    smtp_server,
)
from unificx.server.paths import InstallationPaths as AppSite
from unificx.sip.message import parse

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def by_name(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in report["checks"]}


def certificate(path: Path, begins: datetime, ends: datetime) -> Path:
    """A certificate in force from `begins` to `ends`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, ends)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [(-10, 100, "ok"), (-10, 10, "warn"), (-10, -1, "fail"), (1, 100, "fail")],
)
def test_an_expired_certificate_fails(tmp_path: Path, begins: int, ends: int, state: str) -> None:
    path = certificate(tmp_path / "server.pem", NOW + timedelta(begins), NOW + timedelta(ends))
    check = components.certificate(path, NOW)
    assert check.state == state
    assert bool(check.do) == (state != "ok")


def test_a_configured_certificate_is_checked_instead_of_that_of_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "tls").mkdir(parents=True)
    path = certificate(tmp_path / "home" / "fullchain.pem", NOW - timedelta(10), NOW - timedelta(1))
    monkeypatch.setenv("UNIFICX_TLS_CERTIFICATE", str(path))

    def check() -> Check:
        checks = run_checks(describe_installation(tmp_path / "home"), ManualClock(NOW))
        [found] = [each for each in checks if each.name.startswith("certificate")]
        return found

    assert (check().state, check().do) == ("fail", f"Replace {path}, then send SIGHUP to the server.")
    path.unlink()
    assert check().state == "fail"


def test_an_unreadable_certificate_fails(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("rubbish")
    (tmp_path / "folder.pem").mkdir()
    assert components.certificate(tmp_path / "none.pem", NOW).state == "warn"
    assert components.certificate(tmp_path / "bad.pem", NOW).state == "fail"
    assert components.certificate(tmp_path / "folder.pem", NOW).state == "fail"


@pytest.mark.parametrize(("transport", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
def test_a_port_is_free_or_in_use(transport: Any, kind: int) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if transport == "tcp":
            other.listen()
        listener = Listener(transport, "127.0.0.1", other.getsockname()[1], "--sip")
        taken = host.port(listener)
    assert (taken.state, "--sip HOST:PORT" in taken.do) == ("fail", True)
    assert host.port(listener).state == "ok"
    assert host.port(Listener(transport, "127.0.0.1", 0, "--sip")).state == "ok"
    assert host.port(Listener(transport, "203.0.113.99", 5060, "--sip")).state == "fail"


def test_rtpengine_is_found_or_the_package_is_named() -> None:
    missing = host.rtpengine("no-such-program-anywhere")
    assert (missing.state, "apt-get install" in missing.do) == ("fail", True)
    assert host.rtpengine("/bin/sh").state == "ok"


@pytest.mark.parametrize(("free", "state"), [(100 << 20, "fail"), (1 << 30, "warn"), (50 << 30, "ok")])
def test_disk_space_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, state: str) -> None:
    monkeypatch.setattr(host.shutil, "disk_usage", lambda place: type("Usage", (), {"free": free}))
    assert host.disk(tmp_path / "not" / "made" / "yet").state == state


def test_the_clock_is_checked(tmp_path: Path) -> None:
    assert host.clock(datetime(1970, 1, 1, tzinfo=UTC), tmp_path).state == "fail"
    written = tmp_path / "unificx.db"
    written.touch()
    os.utime(written, (NOW.timestamp(), NOW.timestamp()))
    assert host.clock(NOW, tmp_path).state == "ok"
    assert host.clock(NOW - timedelta(hours=1), tmp_path).state == "fail"


@pytest.mark.parametrize(("soft", "hard", "state"), [(256, 65_536, "warn"), (256, 256, "warn"), (65_536, -1, "ok")])
def test_the_limit_of_open_files_is_checked(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, state: str) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (soft, hard))
    assert host.limits().state == state


def test_the_database_is_checked(tmp_path: Path) -> None:
    clock = ManualClock()
    assert database(f"sqlite:///{tmp_path}/none.db", clock).state == "ok"
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "bad.db").write_bytes(b"this is no database at all" * 100)
    assert database(f"sqlite:///{tmp_path}/bad.db", clock).state == "fail"
    gone = database("postgresql://canary@127.0.0.1:1/unificx", clock)
    odd = database("mysql://canary@127.0.0.1/unificx", clock)
    for found in (gone, odd, database("canary", clock)):
        assert found.state == "fail"
        assert found.do
        assert "canary" not in found.detail + found.do


@pytest.mark.promise("T4")
def test_without_a_server_the_requirements_are_checked(home: CliHome) -> None:
    home.clock.at = datetime.fromtimestamp((home.folder / "unificx.db").stat().st_mtime, UTC)
    found = by_name(home.run_json("doctor"))
    assert found.keys() >= {"server", "rtpengine", "database", "disk", "clock", "limits", "mail", "push"}
    assert found["server"]["do"] == "Start it with `unificx up`."
    assert (found["mail"]["state"], found["mail"]["detail"]) == ("warn", "not configured")
    assert "UNIFICX_SMTP" in found["mail"]["do"]
    assert all(check["do"] for check in found.values() if check["state"] != "ok")
    assert "not configured" in home.run_text("doctor")


def test_sign_up_needs_a_mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def state(**settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        found = describe_installation(tmp_path)
        return services.mail(found.mail, sign_up=found.sign_up).state

    assert [state(UNIFICX_SIGN_UP=mode) for mode in ("closed", "open", "approval")] == ["warn", "fail", "fail"]


def test_a_failed_check_exits_with_1(home: CliHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "EARLIEST_TIME", datetime(2100, 1, 1, tzinfo=UTC))
    result = home.run("doctor", "--home", str(home.folder))
    assert (result.exit_code, result.stderr) == (1, "")
    assert "failure" in result.stdout
    assert home.run("doctor", "--home", str(home.folder), "--json").exit_code == 1
    assert "--help" in error_line(home.run("doctor", "--nonsense"))


@pytest.fixture
def running(home: CliHome) -> Iterator[CliHome]:
    """The installation with a server at its control socket, one part of it broken."""
    home.control = home.folder / "c"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(home.control))
    listener.listen()
    stop = threading.Event()

    async def serve() -> None:
        async with open_installation(home.folder, home.template, home.clock) as world:
            world.readiness.components = [
                ComponentState("database", True),
                ComponentState("rtpengine", False, "It is gone. Restart it."),
                ComponentState("erasures", True, "1 unfinished. Read the log"),
            ]
            app = as_operator(world.app)
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await task

    thread = threading.Thread(target=copy_context().run, args=(lambda: asyncio.run(serve()),))
    thread.start()
    yield home
    stop.set()
    thread.join()
    listener.close()


def test_a_running_server_reports_its_components(running: CliHome) -> None:
    result = running.run("doctor", "--home", str(running.folder))
    assert result.exit_code == 1
    assert "It is gone" in result.stdout
    assert "Restart it." in result.stdout
    assert any(line.split()[:3] == ["ok", "Server", "running"] for line in result.stdout.splitlines()), result.stdout
    assert "port " not in result.stdout
    assert "warning  Erasures of people        1 unfinished" in result.stdout, "the server is ready all the same"


def test_ports_of_a_running_server_are_tested(tmp_path: Path) -> None:
    ready, clock = tmp_path / "ready.json", ManualClock()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone, socket.create_server(("127.0.0.1", 0)) as stream:
        phone.bind(("127.0.0.1", 0))
        datagrams, streams = phone.getsockname()[1], stream.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as gone:
            unreachable = gone.getsockname()[1]
        sip = {
            "udp": f"127.0.0.1:{datagrams}",
            "tls": f"127.0.0.1:{unreachable}",
            "ws": f"ws://127.0.0.1:{streams}/sip",
        }
        http = {"http": f"http://127.0.0.1:{streams}", "https": f"https://127.0.0.1:{streams}"}
        ready.write_text(json.dumps({**http, "sip": sip}))
        asked: list[bytes] = []

        def answer() -> None:
            request, peer = phone.recvfrom(4096)
            asked.append(request)
            phone.sendto(b"SIP/2.0 200 OK\r\n\r\n", peer)

        thread = threading.Thread(target=answer)
        thread.start()
        found = {check.name: check for check in listeners.addresses(ready, clock.new_id())}
        thread.join()
    assert parse(asked[0]).first("cseq") == "1 OPTIONS"
    well = {f"port {streams}/http", f"port {streams}/https", f"port {streams}/ws", f"port {datagrams}/udp"}
    assert {name for name, check in found.items() if check.state == "ok"} == well
    assert found.keys() == well | {f"port {unreachable}/tls"}
    assert "Connection refused" in found[f"port {unreachable}/tls"].detail


def test_a_silent_port_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(listeners, "TIMEOUT_SECONDS", 0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        here = f"127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "ready.json").write_text(
            json.dumps({"http": f"http://{here}", "https": f"https://{here}", "sip": {"udp": here}})
        )
        *_, check = listeners.addresses(tmp_path / "ready.json", "a")
    assert (check.state, "no response" in check.detail) == ("fail", True)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"http": "x", "https": "y", "sip": {}}', '{"http": 1}'])
def test_a_server_that_does_not_report_its_ports(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "ready.json").write_text(text)
    (check,) = listeners.addresses(tmp_path / "ready.json", "a")
    assert (check.name, check.state, bool(check.do)) == ("addresses", "warn", True)


def test_another_program_at_the_control_socket_is_reported(home: CliHome) -> None:
    home.control = home.folder / "c"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(home.control))
        listener.listen()

        def hang_up() -> None:
            for _ in range(2):
                listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        result = home.run("doctor", "--home", str(home.folder))
        thread.join()
    assert result.exit_code == 1
    assert "gives no valid response" in result.stdout


def test_mail_and_push_are_tested_and_reported(home: CliHome) -> None:
    def refuse() -> str:
        raise StartupError("mail.example.com:587 is not reached.", hint="Check its address.")

    assert services.mail(lambda: "takes letters") == Check("mail", "ok", "takes letters")
    assert services.mail(refuse) == Check("mail", "fail", "mail.example.com:587 is not reached", "Check its address.")
    assert services.push(refuse).state == "fail"


def test_the_push_key_is_checked(tmp_path: Path) -> None:
    site, environ = AppSite(tmp_path / "home"), {"UNIFICX_MASTER_KEY": base64.b64encode(bytes(32)).decode()}
    site.home.mkdir()
    trial = push_check(site, environ)
    assert trial() == "the key will be created at the first start"
    made = sealed_file(site.push_key, MasterKey(bytes(32)), "push", new_private_key)
    assert trial() == "the key is readable; contact for push services: none"
    report = push_check(site, {**environ, "UNIFICX_PUSH_CONTACT": "mailto:admin@example.com"})()
    assert report.endswith("contact for push services: mailto:admin@example.com")
    assert (
        load_notification_settings(site, environ, MasterKey(bytes(32))).vapid.public
        == Vapid(made, "mailto:a@example.com").public
    )
    site.push_key.write_bytes(b"rubbish")
    assert services.push(trial).state == "fail"
    assert services.push(push_check(site, {**environ, "UNIFICX_PUSH_CONTACT": "canary"})).state == "fail"


def test_the_push_contact_is_checked() -> None:
    mail = smtp_server({"UNIFICX_SMTP": "smtp://mail.example.com?from=pbx@example.com"})
    assert push_contact({}, mail) == "mailto:pbx@example.com"
    assert push_contact({"UNIFICX_PUBLIC_URL": "https://pbx.example.com"}, None) == "https://pbx.example.com"
    assert smtp_server({}) is None
    assert smtp_check({}) is None


def test_an_unreachable_mail_server_is_reported() -> None:
    found = services.mail(smtp_check({"UNIFICX_SMTP": "smtp://canary:canary@127.0.0.1:1?from=pbx@example.com"}))
    assert (found.state, found.detail) == ("fail", "127.0.0.1:1 is not reachable")
    assert "canary" not in found.do


def test_the_report_for_people_is_narrow_and_names_one_action_for_each_finding() -> None:
    long = "Set UNIFICX_SMTP=smtp://user:password@mail.example.com?from=pbx@example.com; pass on links by hand."
    checks = [
        Check("rtpengine", "ok", "works", "An action that is not needed."),
        Check("port 8443/https", "fail", "does not answer on 127.0.0.1: Connection refused", "Check the log."),
        Check("mail", "warn", "not configured " + "word " * 40, long),
        Check("certificate pbx.example.com", "ok", "valid until 2027-02-25"),
    ]
    lines = list(report_lines(checks))
    assert max(map(len, lines)) <= 100
    assert "An action" not in "\n".join(lines)
    assert lines[0].split() == ["ok", "Sound", "and", "video", "works"]
    assert lines[1].startswith("failure  Pages over TLS 8443")
    assert lines[2] == "       > Check the log."
    assert lines[-1] == "2 ok, 1 warning, 1 failure."
    assert "smtp://user:password@mail.example.com?from=pbx@example.com;" in "\n".join(lines)


def test_names_of_the_report_are_words() -> None:
    for name in ("spool", "outbox", "turn", "push", "limits", "disk", "server"):
        assert name_of(name) != name
        assert name_of(name)[0].isupper()
