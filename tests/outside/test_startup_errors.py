"""Startup errors: one line on stderr with a hint, exit code 2, no traceback."""

import base64
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from forked_program import own_namespace
from server import Server, prepare_home, run_unificx

from unificx.core.clock import SystemClock
from unificx.privacy import KeyStore

FREE = ("--http", "--https", "--sip-udp", "--sip-tcp", "--sip-tls")


def failed_start(home: Path, *extra: str, enter: Sequence[str] = (), **environ: str) -> str:
    """Try to start; return the line on stderr."""
    arguments = ["up", "--home", str(home)]
    for option in FREE:
        if option not in extra:
            arguments += [option, "127.0.0.1:0"]
    status, shown, text = run_unificx([*arguments, *extra], environment={**os.environ, **environ}, enter=enter)
    lines = [line for line in text.splitlines() if not line.startswith("{")]
    assert (status, shown) == (2, ""), text
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


@pytest.mark.parametrize(("option", "kind"), [("--sip-udp", socket.SOCK_DGRAM), ("--http", socket.SOCK_STREAM)])
def test_port_in_use(tmp_path: Path, option: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        if kind == socket.SOCK_STREAM:
            other.listen()
        assert f"Port {port} is taken by another program: " in failed_start(
            prepare_home(tmp_path / "home"), option, f"127.0.0.1:{port}"
        )


def test_port_in_use_is_the_only_message_and_creates_no_operator(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        options = [word for option in FREE if option != "--https" for word in (option, "127.0.0.1:0")]
        command = ["up", "--home", str(prepare_home(tmp_path / "home")), "--https", taken, *options]
        status, _, errors = run_unificx(command, environment=os.environ)
        assert (status, errors.count("\n")) == (2, 1), errors
    with Server(tmp_path / "home") as server:
        assert server.ready["admin"]["password"]


def test_rtpengine_missing(tmp_path: Path) -> None:
    """Run in a mount namespace without the program, or without it on PATH where that is enough."""
    program = shutil.which("rtpengine", path="/usr/bin:/usr/sbin:/usr/local/sbin")
    assert program is not None
    if os.getuid() != 0:
        line = failed_start(tmp_path / "home", PATH=str(tmp_path))
    else:
        hidden = tmp_path / "nothing"
        hidden.touch(mode=0o644)
        with own_namespace("mount", f"mount --bind {hidden} {program}") as enter:
            line = failed_start(prepare_home(tmp_path / "home"), enter=enter)
    assert "rtpengine" in line
    assert "install" in line


def test_second_server_with_the_same_home(tmp_path: Path) -> None:
    import fcntl

    home = tmp_path / "home"
    home.mkdir()
    with (home / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another UnifiCX process is using" in failed_start(home)


def test_home_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be used" in failed_start(tmp_path / "file" / "home")


def test_master_key_missing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "keys.db").touch()
    assert "master key" in failed_start(home)


@pytest.mark.promise("T2")
@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        ("another", "does not open the key store"),
        ("short", "is not 32 bytes in base64"),
        ("empty", "is not 32 bytes in base64"),
        ("everybody", "is world-readable"),
        ("directory", "cannot be read"),
        ("inside", "is inside the home directory"),
    ],
)
def test_invalid_master_key_writes_nothing(tmp_path: Path, spoil: str, expected: str) -> None:
    """No data may be written unsealed or sealed with another key."""
    home, key = tmp_path / "home", tmp_path / "master.key"
    home.mkdir()
    KeyStore(home / "keys.db", bytes(32), SystemClock()).close()
    key.write_bytes(base64.b64encode(b"x" * 32 if spoil == "another" else bytes(20) if spoil == "short" else bytes(32)))
    key.chmod(0o644 if spoil == "everybody" else 0o600)
    if spoil == "empty":
        key.write_bytes(b"")
    if spoil == "directory":
        key.unlink()
        key.mkdir()
    if spoil == "inside":
        key = key.rename(home / "master.key")
    before = {path: path.read_bytes() for path in home.iterdir()}
    assert expected in failed_start(home, UNIFICX_MASTER_KEY_FILE=str(key))
    after = {path: path.read_bytes() for path in home.iterdir() if path.name != "lock"}
    assert {path: data for path, data in after.items() if data} == before


def test_invalid_address(tmp_path: Path) -> None:
    assert "HOST:PORT" in failed_start(tmp_path / "home", "--http", "nowhere")


def test_database_unreachable(tmp_path: Path) -> None:
    line = failed_start(tmp_path / "home", UNIFICX_DATABASE="postgresql://nobody@127.0.0.1:1/none")
    assert "database" in line.lower()


def test_unsupported_database(tmp_path: Path) -> None:
    line = failed_start(tmp_path / "home", UNIFICX_DATABASE="mysql://root:canary@127.0.0.1/unificx")
    assert "SQLite or PostgreSQL" in line
    assert "canary" not in line


def test_damaged_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "unificx.db").write_bytes(b"this is no database at all" * 100)
    assert f"{home}/unificx.db is damaged. Restore it from a backup." in failed_start(home)


@pytest.mark.skipif(os.getuid() != 0, reason="a small file system takes root to mount")
def test_disk_full(tmp_path: Path) -> None:
    home = tmp_path / "small"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(home)], check=True)
    try:
        line = failed_start(home / "home")
    finally:
        subprocess.run(["umount", str(home)], check=True)
    assert "space" in line or "full" in line


def test_key_store_of_another_database(tmp_path: Path) -> None:
    """The database exists but keys.db is missing: sealed data would be unreadable."""
    home = tmp_path / "home"
    with Server(home) as server:
        assert server.ready["ready"]
    (home / "keys.db").unlink()
    assert "keys.db" in failed_start(home)


def test_command_does_not_create_an_installation(tmp_path: Path) -> None:
    home = tmp_path / "mistyped"
    status, _, errors = run_unificx(["tenant", "list", "--home", str(home)], environment=os.environ)
    assert status == 2
    assert "no installation" in errors
    assert not home.exists()
