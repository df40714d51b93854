"""Each path of an installation is declared in `server/home_files.py`, with its contents and whether backups have it."""

from pathlib import Path

from unificx.server.home_files import HOME_FILES, kind_of
from unificx.server.paths import InstallationPaths

HOME = Path("/home")


def test_each_path_of_an_installation_is_declared() -> None:
    paths = InstallationPaths(HOME)
    names = [name for name, value in vars(InstallationPaths).items() if isinstance(value, property)]
    found = {name: str(getattr(paths, name).relative_to(HOME)) for name in names}
    assert len(found) > 8
    undeclared = {
        name: path
        for name, path in found.items()
        if kind_of(path) is None and not any(kind.pattern.startswith(f"{path}/") for kind in HOME_FILES)
    }
    assert not undeclared, "declare them in unificx/server/home_files.py"


def test_each_kind_says_what_it_contains() -> None:
    assert all(len(kind.contents) > 4 for kind in HOME_FILES)
    assert len({kind.pattern for kind in HOME_FILES}) == len(HOME_FILES)
