"""An update and the way back, with both programs: the present one, and the one before the newest migration.

The former program is taken from the history of the repository.
"""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from server import ROOT, UNIFICX, Server, items

MIGRATIONS = "unificx/db/migrations/versions"


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def has_commit(commit: str) -> bool:
    return subprocess.run(["git", "cat-file", "-e", commit], cwd=ROOT, check=False).returncode == 0


def migrations_of(commit: str) -> set[str]:
    """Return the names of the migrations of a commit."""
    return set(git("ls-tree", "--name-only", f"{commit}:{MIGRATIONS}").decode().split())


@pytest.fixture
def former_program(tmp_path: Path) -> Path:
    """Return a directory with the newest program that has all migrations but the newest one."""
    *others, newest = sorted(path.name for path in (ROOT / MIGRATIONS).glob("[0-9]*.py"))
    # Not the parent of one commit: migrations of two branches can have met there under one number.
    changes = git("log", "--format=%P", "-20", "--", MIGRATIONS).decode().split()
    before = next(
        (commit for commit in changes if has_commit(commit) and migrations_of(commit) - {"__init__.py"} == {*others}),
        None,
    )
    if before is None:
        pytest.skip("the history of the repository is not here: git fetch --unshallow")
    tree = tmp_path / "former"
    with tarfile.open(fileobj=io.BytesIO(git("archive", before, "unificx"))) as archive:
        archive.extractall(tree, filter="data")
    assert not (tree / MIGRATIONS / newest).exists()
    return tree


def numbers(server: Server) -> set[str]:
    """Return the numbers of the extensions of the tenant."""
    with server.rest() as rest:
        answer = rest.get("/api/v1/extensions", params={"tenant": server.tenant, "limit": "200"})
    assert answer.status_code == 200, answer.text
    return {each["number"] for each in items(answer.json())}


@pytest.mark.promise("T3")
def test_the_former_program_runs_again_after_an_update_that_is_taken_back(tmp_path: Path, former_program: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    settings = {"UNIFICX_BACKUPS": str(backups)}
    former = Server(home, program=former_program, migrates=True, settings=settings)
    with former:
        former.extension("710071", "Annarosa Quellmalz")
        before = numbers(former)
    with Server(home, settings=settings) as present:
        assert numbers(present) == before
        present.extension("720072", "Bertalina Oxenfurt")
        assert not present.log_violations()

    refused = Server(home, program=former_program, settings=settings)
    with pytest.raises(AssertionError, match="no ready line"):
        refused.start()
    assert refused.process is not None
    assert "created by a later version" in refused.log()

    home.rename(tmp_path / "home.new")
    [backup] = backups.glob("*-before-update.tar")
    restored = subprocess.run(
        [*UNIFICX, "restore", str(backup), "--home", str(home)],
        cwd=former_program,
        env={key: value for key, value in os.environ.items() if not key.startswith("UNIFICX_")} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr
    with Server(home, program=former_program, settings=settings) as again:
        again.ready.setdefault("tenant", former.tenant)
        assert numbers(again) == before
        assert not again.log_violations()
