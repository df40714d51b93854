"""Sealed files: created once, sealed by the master key, never replaced silently."""

from pathlib import Path

import pytest

from unificx.core.errors import StartupError
from unificx.privacy import MasterKey, read_sealed_file, sealed_file

MASTER, SECRET = MasterKey(bytes(range(32))), b"a secret of thirty-two bytes ...."


@pytest.mark.promise("T2", "T3")
def test_file_is_created_once_and_sealed(tmp_path: Path) -> None:
    path = tmp_path / "push.key"
    with pytest.raises(FileNotFoundError):
        read_sealed_file(path, MASTER, "push")
    assert sealed_file(path, MASTER, "push", lambda: SECRET) == SECRET
    assert sealed_file(path, MASTER, "push", lambda: b"another") == SECRET
    assert SECRET not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["push.key"]


@pytest.mark.parametrize("spoil", ["master", "purpose", "bytes", "empty"])
def test_unreadable_file_is_reported_and_kept(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "push.key"
    sealed_file(path, MASTER, "push", lambda: SECRET)
    whole = path.read_bytes()
    if spoil in ("bytes", "empty"):
        path.write_bytes(whole[:-1] if spoil == "bytes" else b"")
    master, purpose = MasterKey(bytes(32)) if spoil == "master" else MASTER, "other" if spoil == "purpose" else "push"
    before = path.read_bytes()
    with pytest.raises(StartupError) as refusal:
        sealed_file(path, master, purpose, lambda: b"another")
    assert refusal.value.hint
    assert path.read_bytes() == before


def test_unusable_path_is_reported(tmp_path: Path) -> None:
    (tmp_path / "push.key").mkdir()
    with pytest.raises(StartupError):
        sealed_file(tmp_path / "push.key", MASTER, "push", lambda: SECRET)
    with pytest.raises(StartupError):
        sealed_file(tmp_path / "none" / "push.key", MASTER, "push", lambda: SECRET)
