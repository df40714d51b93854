"""Master key: created once, outside the home directory, never replaced silently."""

import base64
import os
from pathlib import Path
from typing import IO, Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, StartupError
from unificx.privacy import KeyStore, MasterKey, load_master, master_key_file

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.promise("T2")
def test_key_is_created_next_to_the_home_directory_for_its_owner_only(home: Path) -> None:
    made = load_master(home, {}, create=True)
    path = home.with_name("home.key")
    assert master_key_file(home, {}) == path
    assert (len(base64.b64decode(path.read_bytes())), path.stat().st_mode & 0o777) == (32, 0o600)
    assert load_master(home, {}, create=True).id == load_master(home, {}, create=False).id == made.id
    assert list(home.iterdir()) == []


def test_key_may_be_elsewhere_or_in_the_environment(home: Path, tmp_path: Path) -> None:
    elsewhere = {"UNIFICX_MASTER_KEY_FILE": str(tmp_path / "deep" / "er" / "key")}
    assert load_master(home, elsewhere, create=True).id == load_master(home, elsewhere, create=False).id
    assert load_master(home, {"UNIFICX_MASTER_KEY": TEXT}, create=False).id == MasterKey(KEY).id


def test_missing_key_is_not_replaced_after_the_first_start(home: Path) -> None:
    with pytest.raises(StartupError, match="is missing") as fault:
        load_master(home, {}, create=False)
    assert "cannot be read" in fault.value.hint
    assert not master_key_file(home, {}).exists()


@pytest.mark.parametrize("text", ["", "short", TEXT[:-4], TEXT + TEXT, f"{TEXT}\n{TEXT[:-4]}", "!" * 44, "\xff" * 32])
def test_malformed_key_is_rejected_and_not_shown(home: Path, text: str) -> None:
    path = master_key_file(home, {})
    path.write_text(text, "latin-1")
    path.chmod(0o600)
    with pytest.raises(StartupError, match="not 32 bytes in base64") as fault:
        load_master(home, {}, create=True)
    assert not text or text not in str(fault.value)
    if text:
        with pytest.raises(StartupError, match="UNIFICX_MASTER_KEY is not 32 bytes"):
            load_master(home, {"UNIFICX_MASTER_KEY": text}, create=True)


def test_world_readable_key_is_rejected(home: Path) -> None:
    load_master(home, {}, create=True)
    master_key_file(home, {}).chmod(0o644)
    with pytest.raises(StartupError, match="world-readable"):
        load_master(home, {}, create=True)


def test_key_inside_the_home_directory_is_rejected(home: Path) -> None:
    for inside in (home / "key", home / "sub" / ".." / "key"):
        with pytest.raises(StartupError, match="part of every backup"):
            load_master(home, {"UNIFICX_MASTER_KEY_FILE": str(inside)}, create=True)


def test_unreadable_or_unwritable_path_is_reported(home: Path, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be read: Is a directory"):
        load_master(home, {"UNIFICX_MASTER_KEY_FILE": str(tmp_path)}, create=True)
    (tmp_path / "file").touch()
    with pytest.raises(StartupError, match="cannot be"):
        load_master(home, {"UNIFICX_MASTER_KEY_FILE": str(tmp_path / "file" / "key")}, create=True)
    with pytest.raises(StartupError, match="cannot be created"):
        load_master(home, {"UNIFICX_MASTER_KEY_FILE": "/proc/unificx/key"}, create=True)


def test_derived_secrets_differ_by_purpose_and_stay_those_of_former_versions(tmp_path: Path) -> None:
    """Former versions derived them from the master key directly, by HKDF (RFC 5869)."""
    keys, other = (KeyStore(tmp_path / f"{at}.db", bytes([at]) * 32, ManualClock()) for at in range(2))
    found = [keys.secrets.derive("one"), keys.secrets.derive("two"), other.secrets.derive("one")]
    assert found[0] == HKDF(SHA256(), 32, salt=None, info=b"unificx one").derive(bytes(32))
    assert (len(set(found)), found[0]) == (3, keys.secrets.derive("one"))
    keys.close()
    other.close()


def command(tmp_path: Path, script: str) -> dict[str, str]:
    path = tmp_path / "key command"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"UNIFICX_MASTER_KEY_COMMAND": f"'{path}' --name unificx", "PATH": os.environ["PATH"]}


@pytest.mark.promise("T2")
def test_a_command_prints_the_key_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    environ = command(tmp_path, f'[ "$1" = --name ] && echo {TEXT}')
    master = load_master(home, environ, create=True)
    assert (master.id, master.can_change) == (MasterKey(KEY).id, False)
    assert TEXT not in "".join(path.read_text() for path in tmp_path.iterdir() if path.name.endswith(".key"))
    with pytest.raises(Conflict, match="does not come from a file") as refused:
        master.begin_rotation()
    assert "line before it" in refused.value.hint


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo starting >&2; echo access denied >&2; exit 3", "failed with status 3: access denied"),
        ("exit 1", "failed with status 1: no reason given"),
        ("echo secret-but-short", "is not 32 bytes in base64"),
        (f"echo {TEXT}; echo and a word", "is not 32 bytes in base64"),
        ("exec sleep 9", "has not ended within 0 seconds"),
    ],
)
def test_a_command_that_fails_is_reported_without_its_output(
    home: Path, tmp_path: Path, script: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in script:
        monkeypatch.setattr("unificx.privacy.master_source.COMMAND_SECONDS", 0.01)
    with pytest.raises(StartupError, match=expected) as fault:
        load_master(home, command(tmp_path, script), create=True)
    assert "secret" not in str(fault.value)
    assert TEXT not in str(fault.value)
    assert not master_key_file(home, {}).exists()


@pytest.mark.parametrize("text", ["/missing/program", "'", " "])
def test_a_command_that_cannot_be_run_is_reported(home: Path, text: str) -> None:
    with pytest.raises(StartupError, match="cannot be run"):
        load_master(home, {"UNIFICX_MASTER_KEY_COMMAND": text}, create=True)


@pytest.mark.promise("T2")
def test_a_new_key_is_in_the_file_before_it_is_used_and_the_old_one_goes_at_the_end(home: Path) -> None:
    master = load_master(home, {}, create=True)
    path, old = master_key_file(home, {}), master.id
    with path.open("rb") as former:
        master.begin_rotation()
        assert not former.read().strip(b"\0"), "the bytes of the replaced file are overwritten"
    master.begin_rotation()
    assert (len(path.read_text().split()), master.ids - {old}) == (2, {master.id})
    again = load_master(home, {}, create=False)
    assert (again.ids, again.id, again.is_rotating) == (master.ids, master.id, True)
    assert master.end_rotation()
    assert (load_master(home, {}, create=False).ids, path.stat().st_mode & 0o777) == ({master.id}, 0o600)
    assert {each.name for each in home.parent.iterdir()} == {"home", "home.key"}


def test_a_key_file_that_cannot_be_replaced_is_reported_and_nothing_changes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = load_master(home, {}, create=True)
    old, text = master.id, master_key_file(home, {}).read_text()

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("unificx.privacy.master.replace_file", full)
    with pytest.raises(Conflict, match="cannot be written: No space left"):
        master.begin_rotation()
    assert (master.id, master_key_file(home, {}).read_text()) == (old, text)


def test_a_key_file_that_is_replaced_while_it_is_read_is_read_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes of the former file are overwritten once it is replaced, also for those that have opened it before."""
    master, read = load_master(home, {}, create=True), load_master(home, {}, create=False)
    opened = Path.open

    def late(self: Path, mode: str) -> IO[Any]:
        file = opened(self, mode)
        monkeypatch.undo()
        master.begin_rotation()
        return file

    monkeypatch.setattr(Path, "open", late)
    assert read.read_again()
    assert (read.id, read.ids) == (master.id, master.ids)
