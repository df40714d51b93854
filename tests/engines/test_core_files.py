"""Small files are replaced as a whole or not at all."""

import os
from pathlib import Path

import pytest

from unificx.core.files import write_durably


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file, umask = tmp_path / "push.key", os.umask(0o022)
    try:
        for content, mode in ((b"first", 0o600), (b"second", 0o644)):
            write_durably(file, content, mode)
            assert (file.read_bytes(), file.stat().st_mode & 0o777) == (content, mode)
    finally:
        os.umask(umask)
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "push.key"
    write_durably(file, b"first")

    def fail(handle: int) -> None:
        del handle
        raise OSError("full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        write_durably(file, b"second")
    assert file.read_bytes() == b"first"


def test_the_rest_of_an_interrupted_write_is_overwritten(tmp_path: Path) -> None:
    """Its permissions are not those of the new file."""
    rest = tmp_path / "push.key.new"
    rest.write_bytes(b"other")
    rest.chmod(0o644)
    write_durably(tmp_path / "push.key", b"first")
    assert [(each.name, each.stat().st_mode & 0o777) for each in tmp_path.iterdir()] == [("push.key", 0o600)]
