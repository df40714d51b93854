"""Mutants: a patch that removes a guard, and the test that must fail with it.

`tests/mutants/NAME.patch` begins with a title and a line `Test: PATH[::NAME]`; `git apply` ignores both. The guards of a
mutant that survives are not tested.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATCHES = ROOT / "tests" / "mutants"
NO_TEST_FAILED = 0
TESTS_FAILED = 1


@dataclass(frozen=True)
class Mutant:
    """A patch with its title and the test that must fail."""

    path: Path
    title: str
    test: str


def all_mutants() -> list[Mutant]:
    """Return all mutants. Raise ValueError for a patch without title or test."""
    return [_read(path) for path in sorted(PATCHES.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    found = re.match(r"(?P<title>\S.*)\nTest: (?P<test>\S+)\n", path.read_text("utf-8"))
    if found is None:
        raise ValueError(f"{path.name}: the first lines are a title and `Test: PATH`")
    return Mutant(path, found["title"], found["test"])


def apply(mutants: Sequence[Mutant], folder: Path, *options: str) -> str:
    """Apply patches in a folder; return the error output of git."""
    patches = [str(each.path) for each in mutants]
    environ = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        ["git", "apply", *options, *patches], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else ""


def survives(mutant: Mutant, folder: Path) -> bool:
    """Return whether the test passes although the guard is gone. `folder` is a copy of the sources."""
    assert not apply([mutant], folder), mutant.path.name
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant.test]
        environ = {**os.environ, "PYTHONPATH": str(folder)}
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    finally:
        assert not apply([mutant], folder, "--reverse"), mutant.path.name
    if done.returncode not in {NO_TEST_FAILED, TESTS_FAILED}:
        raise RuntimeError(f"{mutant.path.name}: {mutant.test} did not run\n{done.stdout[-2000:]}")
    return done.returncode == NO_TEST_FAILED


def main(names: Sequence[str]) -> int:
    chosen = [each for each in all_mutants() if not names or each.path.stem in names]
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="unificx-mutants-") as temporary:
        folder = Path(temporary) / "sources"
        folder.mkdir()
        for part in ("unificx", "tests", "docs"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        for each in chosen:
            alive = survives(each, folder)
            survivors += alive
            print(f"{'SURVIVES' if alive else 'detected'}  {each.path.stem}: {each.title}", flush=True)
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
