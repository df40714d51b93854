"""Every command failure is one line with the cause and a fix."""

import asyncio
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from cli_home import CliHome, error_line
from typer.testing import CliRunner

from unificx.cli import build
from unificx.cli.api_client import _to_error
from unificx.cli.errors import CliError
from unificx.cli.examples import EXAMPLES
from unificx.cli.new_files import new_file
from unificx.core.clock import SystemClock
from unificx.core.errors import StartupError
from unificx.server import main
from unificx.server.bootstrap import open_installation
from unificx.server.connect import connect
from unificx.server.paths import InstallationPaths, database_url


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "--nonsense",
        "tenant",
        "privacy",
        "tenant nonsense",
        "tenant create",
        "tenant create --slug a",
        "tenant show",
        "tenant show a b",
        "tenant show nobody",
        "tenant show operator/../demo",
        "tenant show .",
        "tenant show ''",
        "tenant update demo",
        "tenant update demo --state asleep",
        "tenant delete operator",
        "tenant create --slug demo --domain other.example",
        "tenant create --slug Demo --domain other.example",
        "tenant create --slug other --domain nonsense!",
        "person create --name Ada --role emperor",
        "person create --name Ada --email nonsense",
        "person show nobody@example.com",
        "person show 4711",
        "person password 4711",
        "person update 4711 --name Ada",
        "person delete nobody@example.com",
        "extension create --number 1001",
        "extension create --number 1 --name A",
        "extension create --number 112 --name A",
        "extension create --number 1001 --name A --ring-seconds soon",
        "extension create --number 1001 --name A --ring-seconds 1",
        "extension create --number 1001 --name A --tenant nobody",
        "extension show 4711",
        "extension update 4711 --name A",
        "extension update 4711",
        "extension delete 4711",
        "device create --extension 4711 --name A",
        "device show \x00\n\x1b[2J",
        "device renew 4711",
        "device delete 4711",
        "device list --extension 4711",
        "calls hangup 4711",
        "history list --limit 0",
        "history list --since yesterday",
        "history list --outcome eaten",
        "history list --extension 4711",
        "extension list --tenant nobody",
    ],
)
def test_a_wrong_command_prints_one_line(home: CliHome, line: str) -> None:
    words = [word.strip("'") for word in line.split(" ")] if line else []
    where = ["--home", str(home.folder)] if len(words) > 1 else []
    message = error_line(home.run(*words, *where))
    assert "Internal error" not in message
    assert message.rstrip().endswith((".", "`"))
    assert "/api/" not in message


def test_an_invalid_value_is_reported_by_its_option(home: CliHome) -> None:
    wrong = ("extension", "create", "--number", "1010", "--name", "A", "--ring-seconds", "1")
    message = error_line(home.run(*wrong, "--home", str(home.folder)))
    assert message.startswith("unificx: --ring-seconds must be 5 or more. ")


@pytest.mark.parametrize(
    ("line", "start"),
    [
        (
            "webhook create --name A --url https://hooks.example.com/ --events call.ended,nonsense",
            "--events nonsense must be 'call.ended', ",
        ),
        ("group create --number 6000 --members 1001,10_!", "--members 10_! "),
        (
            "menu create --number 7000 --say A --otherwise hangup --key 2=hangup --key 1=Hang",
            "The key 1 has no valid destination. Write kind:name, ",
        ),
    ],
)
def test_an_invalid_value_of_several_is_named(home: CliHome, line: str, start: str) -> None:
    message = error_line(home.run(*line.split(), "--tenant", "demo", "--home", str(home.folder)))
    assert message.startswith(f"unificx: {start}"), message


def test_an_option_name_that_differs_from_the_field_is_reported(home: CliHome) -> None:
    where = ("--home", str(home.folder))
    home.run_json("extension", "create", "--number", "1010", "--name", "A", "--tenant", "demo")
    for option in ("--recording", "--recording-consent"):
        message = error_line(home.run("extension", "update", "1010", option, "sometimes", "--tenant", "demo", *where))
        assert message.startswith(f"unificx: {option} must be ")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("extension show 4711", "`unificx extension list` shows them."),
        ("person show 4711", "`unificx person list` shows them."),
        ("room show 4711", "`unificx room list` shows them."),
        ("mailbox show 4711", "`unificx mailbox list` shows them."),
        ("device renew 4711", "`unificx device list` shows them."),
        ("group delete 4711", "`unificx group list` shows them."),
        (
            "hours create --name a --open never --then hangup --otherwise hangup",
            "These are not weekly hours: never. Write for example: mon-fri 09:00-17:00",
        ),
        ("queue show 4711", "`unificx queue list` shows them."),
        ("hours delete nights", "`unificx hours list` shows them."),
        ("number show +49301234500", "`unificx number list` shows them."),
        (
            "hours switch nights shut",
            "'shut' is not one of 'open', 'closed', 'auto'. See `unificx hours switch --help`.",
        ),
        ("tenant close demo --days 91", "Input should be less than or equal to 90. See `unificx tenant close --help`."),
        (
            "menu create --number 7000 --say A --otherwise hangup --key 1=",
            "The key 1 has no destination. Write it behind =, such as 1=extension:1001.",
        ),
        (
            "menu create --number 7000 --say A --otherwise hangup --key 12=",
            "Invalid key: 12=. Begin with 0 to 9, * or #, and =, such as 1=extension:1001.",
        ),
        (
            "menu create --number 7000 --say A --otherwise hangup --key 1=hangup --key 1=hangup",
            "The key 1 is given twice. Give each key once.",
        ),
        ("tenant create --slug demo --domain b.example", "`unificx tenant list` shows them."),
        (
            "room create --number 1001 --name A",
            "extensions, groups, queues, menus, rooms and mailboxes share the numbers.",
        ),
        ("extension list --tenant nobody", "`unificx tenant list` shows them."),
        ("device create --extension 4711 --name A", "`unificx extension list` shows them."),
        ("privacy policy diff 1 9999", "`unificx privacy policy versions` lists them."),
        (
            "privacy keys turn",
            "Invalid value for 'what': 'turn' is not one of 'status', 'rotate'. See `unificx privacy keys --help`.",
        ),
    ],
)
def test_an_unknown_name_hints_at_the_command_that_lists_them(home: CliHome, line: str, hint: str) -> None:
    home.run_json("extension", "create", "--number", "1001", "--name", "A")
    message = error_line(home.run(*line.split(), "--home", str(home.folder)))
    assert message.rstrip().endswith(hint), message


def test_a_refused_change_hints_at_the_next_step(home: CliHome) -> None:
    where = ("--home", str(home.folder))
    for line in (
        "extension create --number 1001 --name A --tenant demo",
        "group create --number 6000 --name A --members 1001 --otherwise hangup --tenant demo",
        "queue create --number 6500 --name A --tenant demo",
    ):
        home.run_json(*line.split())
    for line, hint in (
        ("group update 6000 --otherwise group:6000 --tenant demo", "Choose another destination."),
        ("queue move 6500 4711 --priority 9 --tenant demo", "Look at the callers of the queue again."),
    ):
        message = error_line(home.run(*line.split(), *where))
        assert message.rstrip().endswith(hint), message


def test_the_id_of_a_person_is_not_taken_for_a_telephone_number(home: CliHome, tmp_path: Path) -> None:
    where = ("--home", str(home.folder), "--tenant", "demo")
    export = ("privacy", "export", "--out", str(tmp_path / "copy.zip"), "--subject")
    for unknown, expected in (
        ("01a22d31-2792-7993-be0e-fcb1f191cd4f", "There is no such person."),
        ("0123456789", "Nothing is held about this number"),
    ):
        assert expected in error_line(home.run(*export, unknown, *where))


@pytest.mark.parametrize(
    "line",
    [
        "privacy export --subject 1001 --out",
        "privacy export --to key --out",
        "invoice pdf 2026-1 --out",
        "invoice xml 2026-1 --out",
        "invoice sepa --on 2027-03-20 --out",
        "backup",
    ],
)
def test_a_file_is_not_replaced(tmp_path: Path, line: str) -> None:
    """It is refused before the command does anything."""
    file = tmp_path / "only copy"
    file.write_bytes(b"old")
    done = CliRunner().invoke(complete_app(), [*line.split(), str(file), "--home", str(tmp_path / "none")])
    assert error_line(done) == f"unificx: {file} exists. Choose another file.\n"
    assert file.read_bytes() == b"old"


def test_a_file_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"

    def write(path: Path, meanwhile: Callable[[], object]) -> None:
        with new_file(path) as part:
            part.write(b"ours")
            meanwhile()

    with pytest.raises(ZeroDivisionError):
        write(file, lambda: 1 // 0)
    with pytest.raises(CliError, match="exists"):
        write(file, lambda: file.write_bytes(b"of another program"))
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"of another program"]
    with pytest.raises(CliError, match="cannot be written"):
        write(tmp_path / "missing" / "copy.zip", lambda: None)


def test_an_option_is_named_as_it_is_typed() -> None:
    error = _to_error(
        httpx.Response(
            409,
            json={
                "detail": "There are messages.",
                "hint": "Set old_messages to keep, put_away or erase.",
                "field": "old_messages",
            },
        ),
        "/extensions/1003/voicemail",
        {"enabled": "enabled", "old_messages": "old_messages"},
    )
    assert error.hint == "Set --old-messages to keep, put_away or erase."


def test_an_option_is_named_that_must_be_something_else() -> None:
    problem = {"detail": "Must be between 10 and 3600.", "field": "check_seconds"}
    error = _to_error(httpx.Response(422, json=problem), "/trunks", {"check_seconds": "check_seconds"})
    assert str(error) == "--check-seconds must be between 10 and 3600."


@pytest.mark.parametrize(
    ("seconds", "hint"), [("3600", "Try again in 60 minutes."), ("90", "Try again in 2 minutes."), ("5", "Try again.")]
)
def test_a_limit_of_requests_says_when_to_repeat_one(seconds: str, hint: str) -> None:
    response = httpx.Response(429, json={"detail": "Too many tests."}, headers={"Retry-After": seconds})
    assert _to_error(response, "/emails/test", {}).hint == hint


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@cache
def complete_app() -> typer.Typer:
    return build(
        connect, main.up, main.describe_installation, SystemClock(), {"call": main.call}, operation=main.OPERATIONS
    )


def complete_cli() -> Any:
    return typer.main.get_command(complete_app())


def test_each_command_says_in_a_few_words_what_it_does() -> None:
    for name, command in commands(complete_cli()):
        first = (command.help or "").partition("\n\n")[0]
        assert 0 < len(" ".join(first.split())) <= 45, name
        assert first.endswith("."), name


def test_each_command_has_examples_that_are_valid() -> None:
    found = dict(commands(complete_cli()))
    assert found.keys() == EXAMPLES.keys()
    for name, command in found.items():
        assert "Examples:" in (command.epilog or ""), name
        for line in EXAMPLES[name]:
            words = shlex.split(line)
            assert words[: len(name.split())] == name.split()
            command.make_context(name, words[len(name.split()) :], obj=connect).close()


def test_an_empty_home_is_not_the_current_directory(home: CliHome) -> None:
    for command in (("tenant", "list"), ("doctor",)):
        assert "the directory is empty" in error_line(home.run(*command, "--home", ""))


def test_a_missing_audio_file_is_named(home: CliHome, tmp_path: Path) -> None:
    for file in (tmp_path / "waltz.mp3", tmp_path):
        wrong = ("sound", "set", "music/hold", "--file", str(file), "--home", str(home.folder))
        assert f"{file} cannot be read: " in error_line(home.run(*wrong))


async def test_a_command_waits_for_another_process(tmp_path: Path) -> None:
    """The other process may be a server that is not ready yet."""
    site = InstallationPaths(tmp_path / "home")
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as rooms:
        await rooms.identity.initial_setup.create_operator()
        waiting = asyncio.create_task(tenant_slugs(site.home))
        done, _ = await asyncio.wait((waiting,), timeout=0.5)
        assert not done
    assert await waiting == ["operator"]


async def test_a_trunk_is_tested_by_a_running_server_only(tmp_path: Path) -> None:
    site = InstallationPaths(tmp_path / "home")
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as container:
        await container.identity.initial_setup.create_operator()
    demo, trunk = {"slug": "demo", "name": "Demo", "domain": "demo.example"}, {"name": "carrier", "server": "192.0.2.1"}
    async with connect(site.home) as client:
        assert (await client.post("/api/v1/tenants", json=demo)).status_code == 201
        assert (await client.post("/api/v1/trunks?tenant=demo", json=trunk)).status_code == 201
        refused = await client.post("/api/v1/trunks/carrier/test?tenant=demo")
    assert (refused.status_code, refused.json()["detail"]) == (503, "The server is not running.")


async def tenant_slugs(home: Path) -> list[str]:
    async with connect(home) as client:
        return [one["slug"] for one in (await client.get("/api/v1/tenants")).json()["items"]]


@asynccontextmanager
async def disk_full(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    raise StartupError("The disk is full.", hint="Make room.")
    yield


@asynccontextmanager
async def permission_denied(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    raise PermissionError(13, "Permission denied", str(home))
    yield


@asynccontextmanager
async def directory_missing(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    raise FileNotFoundError(2, "No such file or directory", "/nowhere")
    yield


@asynccontextmanager
async def timed_out(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    raise TimeoutError
    yield


@asynccontextmanager
async def internal_error(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    raise KeyError("canary-value")
    yield


def responding(response: httpx.Response | Exception):
    """A server that gives this response to every request."""

    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    @asynccontextmanager
    async def connect(home: Path) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://unificx") as client:
            yield client

    return connect


@pytest.mark.parametrize(
    ("connect", "words"),
    [
        (disk_full, "The disk is full. Make room."),
        (permission_denied, "Run this as the server's user."),
        (directory_missing, "No such file or directory: /nowhere. Check the path; a directory has to exist."),
        (timed_out, "The operation timed out. Run `unificx doctor`"),
        (internal_error, "Internal error: KeyError at unificx.cli.api_client:"),
        (responding(httpx.ConnectError("gone")), "does not answer (ConnectError)"),
        (responding(httpx.ReadTimeout("slow")), "does not answer (ReadTimeout)"),
        (responding(httpx.Response(502, text="<html>")), "answered 502"),
        (responding(httpx.Response(500, json=[])), "answered 500"),
        (responding(httpx.Response(500, json={"detail": "Broken.", "incident": "0815"})), "incident 0815"),
        (responding(httpx.Response(409, json={"detail": "Two\nlines\x1b.", "hint": "Do it."})), "Two lines?. Do it."),
        (responding(httpx.Response(200, text="no JSON")), "Internal error: JSONDecodeError"),
    ],
)
def test_connection_and_server_errors_print_one_line(home: CliHome, connect: object, words: str) -> None:
    home.connect = connect
    message = error_line(home.run("tenant", "list", "--home", str(home.folder)))
    assert words in message
    assert "canary" not in message


def test_a_rate_deck_is_sent_without_a_time_limit_and_removed_if_that_fails(home: CliHome, tmp_path: Path) -> None:
    file, seen = tmp_path / "rates.csv", list[tuple[str, str]]()
    file.write_text("prefix,price\n49,0.1\n")

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path))
        if request.method == "PUT":
            assert set(request.extensions["timeout"].values()) == {None}
            return httpx.Response(408, json={"detail": "The body did not arrive in time."})
        return httpx.Response(201, json={"id": "deck"})

    @asynccontextmanager
    async def connected(_: Path) -> AsyncIterator[httpx.AsyncClient]:
        yield httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://unificx", timeout=30)

    home.connect = connected
    wrong = home.run("rate", "import", str(file), "--name", "Carrier", "--tenant", "demo")
    assert "did not arrive in time" in error_line(wrong)
    decks = "/api/v1/billing/rate-decks"
    assert seen == [("POST", decks), ("PUT", f"{decks}/deck/rates"), ("DELETE", f"{decks}/deck")]


def test_several_tenants_require_the_tenant_option(home: CliHome) -> None:
    home.run_json("tenant", "create", "--slug", "acme", "--domain", "acme.example")
    message = error_line(home.run("extension", "create", "--number", "1001", "--name", "A", "--home", str(home.folder)))
    assert "--tenant demo" in message


def test_without_a_tenant_the_first_step_is_shown(home: CliHome) -> None:
    home.run_json("tenant", "delete", "demo")
    message = error_line(home.run("extension", "create", "--number", "1001", "--name", "A", "--home", str(home.folder)))
    assert "unificx tenant create" in message
    assert home.run_json("extension", "list") == []


BUILD = """
import sys
from pathlib import Path
from unificx.cli import build
from unificx.core.clock import SystemClock
app = build(None, lambda: None, None, SystemClock(), {})
"""


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'httpx', 'rich', 'fastapi', 'sqlalchemy', 'cryptography', 'asyncio'}"
    code = f"{BUILD}\ntry:\n    app(['extension', 'create', '--help'])\nfinally:\n    assert not {heavy} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--number" in done.stdout


def test_a_closed_pipe_is_not_an_error() -> None:
    code = f"{BUILD}\nsys.argv = ['unificx', '--help']\napp()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
