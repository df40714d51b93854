"""Master key: created once, outside the home directory, never replaced silently."""

import base64
from pathlib import Path

import pytest

from unificx.core.errors import StartupError
from unificx.privacy import MasterKey, master_key, master_key_file

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.promise("T2")
def test_key_is_created_next_to_the_home_directory_for_its_owner_only(home: Path) -> None:
    made = master_key(home, {}, create=True)
    path = home.with_name("home.key")
    assert master_key_file(home, {}) == path
    assert (len(made), path.stat().st_mode & 0o777) == (32, 0o600)
    assert master_key(home, {}, create=True) == master_key(home, {}, create=False) == made
    assert list(home.iterdir()) == []


def test_key_may_be_elsewhere_or_in_the_environment(home: Path, tmp_path: Path) -> None:
    elsewhere = {"UNIFICX_MASTER_KEY_FILE": str(tmp_path / "deep" / "er" / "key")}
    assert master_key(home, elsewhere, create=True) == master_key(home, elsewhere, create=False)
    assert master_key(home, {"UNIFICX_MASTER_KEY": TEXT}, create=False) == KEY


def test_missing_key_is_not_replaced_after_the_first_start(home: Path) -> None:
    with pytest.raises(StartupError, match="is missing") as fault:
        master_key(home, {}, create=False)
    assert "cannot be read" in fault.value.hint
    assert not master_key_file(home, {}).exists()


@pytest.mark.parametrize("text", ["", "short", TEXT[:-4], TEXT + TEXT, "!" * 44, "\xff" * 32])
def test_malformed_key_is_rejected_and_not_shown(home: Path, text: str) -> None:
    path = master_key_file(home, {})
    path.write_text(text, "latin-1")
    path.chmod(0o600)
    with pytest.raises(StartupError, match="not 32 bytes in base64") as fault:
        master_key(home, {}, create=True)
    assert not text or text not in str(fault.value)
    if text:
        with pytest.raises(StartupError, match="UNIFICX_MASTER_KEY is not 32 bytes"):
            master_key(home, {"UNIFICX_MASTER_KEY": text}, create=True)


def test_world_readable_key_is_rejected(home: Path) -> None:
    master_key(home, {}, create=True)
    master_key_file(home, {}).chmod(0o644)
    with pytest.raises(StartupError, match="world-readable"):
        master_key(home, {}, create=True)


def test_key_inside_the_home_directory_is_rejected(home: Path) -> None:
    for inside in (home / "key", home / "sub" / ".." / "key"):
        with pytest.raises(StartupError, match="part of every backup"):
            master_key(home, {"UNIFICX_MASTER_KEY_FILE": str(inside)}, create=True)


def test_unreadable_or_unwritable_path_is_reported(home: Path, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be read: Is a directory"):
        master_key(home, {"UNIFICX_MASTER_KEY_FILE": str(tmp_path)}, create=True)
    (tmp_path / "file").touch()
    with pytest.raises(StartupError, match="cannot be"):
        master_key(home, {"UNIFICX_MASTER_KEY_FILE": str(tmp_path / "file" / "key")}, create=True)


def test_derived_secrets_differ_by_purpose_and_are_stable() -> None:
    secret = MasterKey(KEY).derive("one")
    assert (len(secret), secret) == (32, MasterKey(KEY).derive("one"))
    assert len({secret, KEY, MasterKey(KEY).derive("two"), MasterKey(bytes(32)).derive("one")}) == 4
